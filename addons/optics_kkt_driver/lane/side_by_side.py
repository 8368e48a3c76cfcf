"""Several tills at once, so that a silent one holds no other."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

from .conversation import converse_alone, serving
from .cursor import is_test_mode
from .one_of_many import noting_on_till, one_of_many

AT_ONCE = 4
"""Tills that one run speaks to at a time; each needs two connections to PostgreSQL."""
ROUND = 10.0
"""Seconds after which a run no longer waits for a till: a silent one may take its time."""


def serve_side_by_side(registry, device_ids, uid, job):
    """Settle and print what waits on these tills, some at a time, each on its own.

    What goes wrong with one is recorded on it under the name of `job`; what was begun there is
    settled at its next turn.

    A till that takes longer than a round goes on alone; the next run finds its lane held and
    passes it by. In Odoo's test mode, where all share one transaction, they take turns.
    """

    def serve_one(device_id):
        threading.current_thread().dbname = registry.db_name  # Odoo's log names it
        one_of_many(
            f"Serving till {device_id}",
            lambda: converse_alone(registry, device_id, uid, serving(), wait=0.0).outcome == "done",
            noting_on_till(registry, device_id, job),
        )

    if is_test_mode():
        for device_id in device_ids:
            serve_one(device_id)
        return
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fiscal.lane")
    wait([pool.submit(serve_one, each) for each in device_ids], timeout=ROUND)
    pool.shutdown(wait=False, cancel_futures=True)
