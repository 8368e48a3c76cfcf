"""Servers that tests started. In sessions of their own, so a killed or kept run leaves them.

As a program (``make stop``): stop them all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

from scripts.devtools.settings import DEV_DIR

TEST_DATA = DEV_DIR / "test-data"
PID_FILE = "odoo.pid"


def stop(folder: Path) -> None:
    """Kill the server whose data folder this is; the folder has the database's name."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError):
        pid = int((folder / PID_FILE).read_text())
        # The number may have passed to another process since.
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if folder.name.encode() in command:
            os.killpg(pid, signal.SIGKILL)


def forget(folder: Path) -> None:
    stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for data_folder in TEST_DATA.glob("*"):
        stop(data_folder)
