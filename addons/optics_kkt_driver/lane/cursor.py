"""Cursors beside the request's own: for a lock that is held, and for short committed steps."""

from contextlib import contextmanager

from psycopg2 import DatabaseError, InterfaceError, OperationalError

from odoo import SUPERUSER_ID, api, modules
from odoo.sql_db import Cursor
from odoo.tools import SQL

ADVISORY_LANE = 0x4B4B54
"""First half of the advisory lock that makes one process the only user of a till."""
ADVISORY_OUTBOX = 0x4F4644
"""First half of the advisory lock that makes one process the only sender of a till's drive."""


@contextmanager
def lane_cursor(registry):
    """Yield a cursor of its own in READ COMMITTED; commit and close it.

    Odoo's own cursors are REPEATABLE READ, in which SKIP LOCKED and compare-and-set fail with
    serialization errors. In Odoo's test mode the registry hands out the test's cursor, which
    cannot change its isolation: so locks and crashes are tested against a real server only.
    """
    with registry.cursor() as cr:
        if isinstance(cr, Cursor):
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield cr


@contextmanager
def own_environment(registry, uid=SUPERUSER_ID, context=None):
    """Yield an environment in superuser mode on such a cursor: one committed step."""
    with lane_cursor(registry) as cr:
        yield api.Environment(cr, uid, context or {}, su=True)


def try_advisory_lock(cr, group, key):
    """Take a lock that ends with the transaction of `cr`, also when its process is killed."""
    cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", group, key))
    return cr.fetchone()[0]


def is_cut_off(error):
    """Whether the connection to the database broke; when it does so in a COMMIT, psycopg2 has no
    name for that but the base of all its errors.
    """
    return isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError


def is_test_mode():
    """Tell whether all cursors share the transaction of a test, which nobody may commit."""
    return bool(modules.module.current_test)


def is_any_held(cr, group, keys):
    """Tell whether some process holds an advisory lock of this database, two-part as ours are.

    :param keys: second halves, of which any will do
    """
    cr.execute(
        SQL(
            """SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2
               AND objid::int8 = ANY(%s) AND database = (SELECT oid FROM pg_database
                                                          WHERE datname = current_database())""",
            group,
            list(keys),
        )
    )
    return bool(cr.fetchone())


def end_transaction(env):
    """Make the caller's rows visible and let go of its locks before a device is spoken to.

    A request that waits for a till must hold nothing in the database meanwhile.
    """
    if is_test_mode():
        env.flush_all()
    else:
        env.cr.commit()  # pylint: disable=invalid-commit
