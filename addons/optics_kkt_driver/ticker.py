"""A bell that wakes the jobs of this addon more often than Odoo's cron can.

Odoo polls its jobs once a minute, and a trigger set for the future rings nobody. So a thread
(threaded server) or a worker of its own (prefork) looks every few seconds whether documents wait,
and if so sets triggers and notifies the cron workers. It works only when this addon is among the
`server_wide_modules`, because the servers are patched before they start.

Of several servers on one database one rings: it holds a session advisory lock on a connection of
its own, and that lock is also how others see that a ticker lives (:func:`is_alive`).
"""

import logging
import os
import threading
import time

import psycopg2

from odoo.service import server as odoo_server
from odoo.sql_db import connection_info_for
from odoo.tools import config

from .kkt.flow.states import WAITING, State
from .lane.cursor import is_any_held
from .settings import HEARTBEAT_EARLY, SETTINGS

_logger = logging.getLogger(__name__)

ADVISORY_TICKER = 0x54494B
"""First half of the advisory lock of the one ticker of a database; the second half is 0."""
RECONNECT_PAUSE = 5.0
LOOK = 5.0
"""Seconds after which the settings are read again."""

INSTALLED = """SELECT 1 FROM ir_module_module
    WHERE name = 'optics_kkt_driver' AND state IN ('installed', 'to upgrade')"""
STORED = "SELECT value FROM ir_config_parameter WHERE key = %s"
JOBS = {
    "cron_serve": """SELECT FROM fiscal_document
        WHERE state IN %(waiting)s OR bytes_awaited_until > now() AT TIME ZONE 'UTC'""",
    "cron_deliver": """SELECT FROM fiscal_document
        WHERE state = %(printed)s AND fd_number > 0
          AND coalesce(next_attempt_at, now() AT TIME ZONE 'UTC') <= now() AT TIME ZONE 'UTC'
          AND coalesce(bytes_awaited_until, '-infinity') <= now() AT TIME ZONE 'UTC'""",
    "cron_beat": """SELECT FROM kkt_device_status status JOIN kkt_device till ON till.id = device_id
        WHERE till.active
          AND (beat_at IS NULL OR beat_at > now() AT TIME ZONE 'UTC'
               OR beat_at <= now() AT TIME ZONE 'UTC' - %(heartbeat)s * interval '1 second')""",
    "cron_report": """SELECT FROM kkt_head_office
        WHERE %(reports)s AND coalesce(due_at, '-infinity') <= now() AT TIME ZONE 'UTC'""",
}
"""The jobs that are rung for, and what they have work with."""
HAS_WORK = " OR ".join(f"data.name = '{job}' AND EXISTS ({work})" for job, work in JOBS.items())
RING = f"""
    WITH due AS (
        SELECT cron.id
          FROM ir_cron cron
          JOIN ir_model_data data ON data.model = 'ir.cron' AND data.res_id = cron.id
           AND data.module = 'optics_kkt_driver'
         WHERE cron.active
           AND ({HAS_WORK})
    ), inserted AS (
        INSERT INTO ir_cron_trigger
               (cron_id, call_at, create_uid, write_uid, create_date, write_date)
        SELECT due.id, now() AT TIME ZONE 'UTC', 1, 1,
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM due
         WHERE NOT EXISTS (SELECT 1 FROM ir_cron_trigger known
                            WHERE known.cron_id = due.id
                              AND known.call_at <= now() AT TIME ZONE 'UTC')
    )
    SELECT id FROM due"""  # noqa: S608 - made of constants
"""Sets a trigger for each job that has work and none set, and returns all that have work: they are
notified each time, since nobody may have listened the last time."""


class Ticker:
    """Rings for one database until told to stop."""

    def __init__(self, dbname):
        self._dbname = dbname
        self._stopped = threading.Event()

    def stop(self):
        self._stopped.set()

    def run(self):
        """Ring until stopped; a lost connection is made anew."""
        while not self._stopped.is_set():
            try:
                with _connect(self._dbname) as connection:
                    self._ring_on(connection)
            except psycopg2.Error as error:
                _logger.info("Ticker of %s starts again: %s", self._dbname, error)
            except Exception:
                # Whatever it was: its lock is gone with the connection, which health tells.
                _logger.exception("Ticker of %s starts again", self._dbname)
            self._stopped.wait(RECONNECT_PAUSE)

    def _ring_on(self, connection):
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", (ADVISORY_TICKER,))
        if not cursor.fetchone()[0]:
            return
        cursor.execute(INSTALLED)
        if not cursor.fetchone():
            return
        _logger.info("Ticker of %s rings", self._dbname)
        while not self._stopped.is_set():
            work = {
                "waiting": WAITING,
                "printed": State.PRINTED,
                "heartbeat": _setting(cursor, "heartbeat_interval") - HEARTBEAT_EARLY,
                "reports": _setting(cursor, "head_office_reporting") == "on",
            }
            cursor.execute(RING, work)
            if cursor.fetchall():
                _notify(self._dbname)
            self._wait(cursor)

    def _wait(self, cursor):
        """Wait for the next turn; a setting that is changed meanwhile counts at once."""
        begun = time.monotonic()
        while (left := begun + _interval(cursor) - time.monotonic()) > 0:
            if self._stopped.wait(min(left, LOOK)):
                return


def _interval(cursor):
    """Seconds between two turns: no job is rung for later than its own setting says."""
    return min(_setting(cursor, name) for name in ("sync_interval", "heartbeat_interval"))


def _setting(cursor, name):
    setting = SETTINGS[name]
    cursor.execute(STORED, (setting.parameter,))
    row = cursor.fetchone()
    return setting.value(row and row[0])


def is_alive(cr):
    """Tell whether some server's ticker rings for this database."""
    return is_any_held(cr, ADVISORY_TICKER, [0])


def last_turn(cr):
    """Return when that ticker last asked the database, as Unix time; None where none lives."""
    cr.execute(
        """SELECT extract(epoch FROM activity.state_change)
             FROM pg_locks JOIN pg_stat_activity activity USING (pid)
            WHERE locktype = 'advisory' AND classid = %s AND objid = 0 AND objsubid = 2
              AND activity.datname = current_database()""",
        (ADVISORY_TICKER,),
    )
    row = cr.fetchone()
    return row and float(row[0])


def _connect(dbname):
    _name, info = connection_info_for(dbname)
    return _Closing(psycopg2.connect(**info))


class _Closing:
    """psycopg2's own context manager ends a transaction, but leaves the connection open."""

    def __init__(self, connection):
        self._connection = connection

    def __enter__(self):
        return self._connection

    def __exit__(self, *exc_info):
        self._connection.close()


def _notify(dbname):
    """Wake the cron workers; they listen on the database `postgres`."""
    with _connect("postgres") as connection:
        connection.autocommit = True
        connection.cursor().execute("SELECT pg_notify('cron_trigger', %s)", (dbname,))


def _databases():
    return config["db_name"] or []


def _start_threads(server):
    server.fiscal_tickers = [Ticker(dbname) for dbname in _databases()]
    for ticker in server.fiscal_tickers:
        threading.Thread(target=ticker.run, name="fiscal.ticker", daemon=True).start()


def _patch_threaded():
    """Run the tickers as threads beside the cron threads, and keep those alive.

    A cron thread of Odoo's ends when PostgreSQL is not back yet after a restart; nothing would be
    delivered then until the server is started anew. (A cron worker of the prefork server ends too,
    and its master makes another.)
    """
    cron_spawn, stop = odoo_server.ThreadedServer.cron_spawn, odoo_server.ThreadedServer.stop
    cron_thread = odoo_server.ThreadedServer.cron_thread

    def cron_thread_that_comes_back(self, number):
        while True:
            try:
                cron_thread(self, number)
            except psycopg2.Error as error:
                _logger.info("Cron thread %s starts again: %s", number, error)
                time.sleep(RECONNECT_PAUSE)

    def cron_spawn_with_ticker(self):
        cron_spawn(self)
        if config["max_cron_threads"]:
            _start_threads(self)

    def stop_with_ticker(self):
        for ticker in getattr(self, "fiscal_tickers", ()):
            ticker.stop()
        stop(self)

    odoo_server.ThreadedServer.cron_spawn = cron_spawn_with_ticker
    odoo_server.ThreadedServer.cron_thread = cron_thread_that_comes_back
    odoo_server.ThreadedServer.stop = stop_with_ticker


class WorkerTicker(odoo_server.Worker):
    """The tickers as a worker of the prefork server."""

    def __init__(self, multi):
        super().__init__(multi)
        self.watchdog_timeout = None

    def sleep(self):
        time.sleep(1)

    def start(self):
        started = super().start()
        if self.multi.socket:
            self.multi.socket.close()
        self._tickers = [Ticker(dbname) for dbname in _databases()]
        for ticker in self._tickers:
            threading.Thread(target=ticker.run, name="fiscal.ticker", daemon=True).start()
        return started

    def stop(self):
        for ticker in self._tickers:
            ticker.stop()
        return super().stop()


def _patch_prefork():
    """Keep one ticker worker beside the cron workers."""
    init = odoo_server.PreforkServer.__init__
    process_spawn = odoo_server.PreforkServer.process_spawn
    worker_pop = odoo_server.PreforkServer.worker_pop

    def init_with_ticker(self, app):
        init(self, app)
        self.workers_ticker = {}

    def process_spawn_with_ticker(self):
        process_spawn(self)
        if config["max_cron_threads"] and not self.workers_ticker:
            self.worker_spawn(WorkerTicker, self.workers_ticker)

    def worker_pop_with_ticker(self, pid):
        self.workers_ticker.pop(pid, None)
        worker_pop(self, pid)

    odoo_server.PreforkServer.__init__ = init_with_ticker
    odoo_server.PreforkServer.process_spawn = process_spawn_with_ticker
    odoo_server.PreforkServer.worker_pop = worker_pop_with_ticker


def install():
    """Patch Odoo's servers, unless they run already: then it is too late (not server-wide)."""
    if odoo_server.server is None and os.name == "posix":
        _patch_threaded()
        _patch_prefork()
