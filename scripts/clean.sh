#!/usr/bin/env bash
# Removes .dev. On a server that PGHOST names, our databases stay: dropping there is the developer's own decision.
source "$(dirname "$0")/settings.sh"

if [ -L "$DEV_DIR" ]; then
    # Somebody put .dev on another disk: empty it, keep the link.
    find "$DEV_DIR/" -mindepth 1 -delete
else
    rm -rf "$DEV_DIR"
fi
if [ "$PG_PRIVATE" = yes ]; then rm -rf "$PG_SOCKETS"; fi
say "Removed .dev"
