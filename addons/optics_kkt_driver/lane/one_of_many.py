"""One of many: what goes wrong with one till or endpoint is no other's business.

Every job that walks them does each one's part by :func:`one_of_many`, and goes on.
"""

import logging

from psycopg2.pool import PoolError

from .cursor import is_cut_off, own_environment

_logger = logging.getLogger(__name__)


def one_of_many(what, work, note, told=()):
    """Do one's part of a job, whatever comes, and have it noted where a person sees it.

    :param str what: names it in the log
    :param work: does it; returns False when it was not its turn, which says nothing
    :param note: called with what went wrong, or with None when all went well
    :param told: exceptions whose note says all that there is to say; the others are logged in full
    """
    try:
        done = work()
    except Exception as error:
        if isinstance(error, PoolError) or is_cut_off(error):
            # The database's fault, and nothing that a person could mend here.
            _logger.warning("%s was cut short", what, exc_info=True)
            return
        if not isinstance(error, told):
            _logger.exception("%s failed", what)
        noted(what, note, error)
    else:
        if done is not False:
            noted(what, note, None)


def noted(what, note, error):
    """Note how it went; where that cannot be, the log has it."""
    try:
        note(error)
    except Exception:
        # Also then the next one must have its turn.
        _logger.exception("%s: how it went is not recorded", what)


def noting_on_till(registry, device_id, job):
    """Return a `note` that keeps on a till how this job's last run went with it.

    In a step of its own: what the run itself has done may be rolled back.
    """

    def note(error):
        with own_environment(registry) as env:
            env["kkt.device"].browse(device_id)._keep_run(job, error)

    return note
