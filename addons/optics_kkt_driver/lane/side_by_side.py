"""Several tills at once, so that a silent one holds no other."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor, wait

from .conversation import converse_alone, serving
from .cursor import is_test_mode

_logger = logging.getLogger(__name__)

AT_ONCE = 4
"""Tills that one run speaks to at a time; each needs two connections to PostgreSQL."""
ROUND = 10.0
"""Seconds after which a run no longer waits for a till: a silent one may take its time."""


def serve_side_by_side(registry, device_ids, uid):
    """Settle and print what waits on these tills, some at a time, each on its own.

    A till that takes longer than a round goes on alone; the next run finds its lane held and
    passes it by. In Odoo's test mode, where all share one transaction, they take turns.
    """

    def serve_one(device_id):
        threading.current_thread().dbname = registry.db_name  # Odoo's log names it
        try:
            converse_alone(registry, device_id, uid, serving(), wait=0.0)
        except Exception:
            # The others must go on; what this one has begun is settled at its next turn.
            _logger.exception("Till %s could not be served", device_id)

    if is_test_mode():
        for device_id in device_ids:
            serve_one(device_id)
        return
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fiscal.lane")
    wait([pool.submit(serve_one, each) for each in device_ids], timeout=ROUND)
    pool.shutdown(wait=False, cancel_futures=True)
