"""Several tills or endpoints at once, so that a silent one holds no other."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

from .conversation import converse_alone, serving
from .cursor import is_test_mode
from .one_of_many import noting_on_till, one_of_many

AT_ONCE = 4
"""Tills that one run speaks to at a time; each needs two connections to PostgreSQL."""
ROUND = 10.0
"""Seconds after which a run no longer waits for a till: a silent one may take its time."""


def side_by_side(registry, tasks, *, at_once, patience):
    """Do these things, some at a time, each in a thread of its own; wait `patience` seconds.

    What takes longer goes on alone, and what was not begun by then is not. In Odoo's test mode,
    where all share one transaction, they take turns.

    :param tasks: callables without parameters, which raise nothing
    """
    if is_test_mode():
        for task in tasks:
            task()
        return

    def do(task):
        threading.current_thread().dbname = registry.db_name  # Odoo's log names it
        task()

    pool = ThreadPoolExecutor(at_once, thread_name_prefix="fiscal")
    wait([pool.submit(do, task) for task in tasks], timeout=patience)
    pool.shutdown(wait=False, cancel_futures=True)


def serve_side_by_side(registry, device_ids, uid, job):
    """Settle and print what waits on these tills, some at a time, each on its own.

    What goes wrong with one is recorded on it under the name of `job`; what was begun there is
    settled at its next turn.

    A till that takes longer than a round goes on alone; the next run finds its lane held and
    passes it by.
    """

    def serve_one(device_id):
        one_of_many(
            f"Serving till {device_id}",
            lambda: converse_alone(registry, device_id, uid, serving(), wait=0.0).outcome == "done",
            noting_on_till(registry, device_id, job),
        )

    side_by_side(
        registry,
        [partial(serve_one, each) for each in device_ids],
        at_once=AT_ONCE,
        patience=ROUND,
    )
