"""Whether an endpoint may be called now, decided in PostgreSQL for all processes at once."""

import logging
import time

from ..kkt.flow.gate import LONGEST_RECOVERY, Admission, Breaker, Gate
from ..kkt.ofd.answers import Outcome
from .cursor import ADVISORY_OUTBOX, lane_cursor, own_environment

_logger = logging.getLogger(__name__)

FREE = """
    SELECT breaker.version, breaker.state, breaker.failures, breaker.last_call
      FROM fiscal_ofd ofd JOIN fiscal_ofd_breaker breaker ON breaker.ofd_id = ofd.id
     WHERE ofd.id = %(ofd_id)s AND ofd.stopped IS NOT TRUE
       AND (ofd.paused_until IS NULL
            OR ofd.paused_until <= clock_timestamp() AT TIME ZONE 'UTC')"""
PROBE = """
    UPDATE fiscal_ofd_breaker
       SET state = 'half-open', version = version + 1, probing_till = %(device_id)s,
           probe_until = clock_timestamp() AT TIME ZONE 'UTC' + %(lease)s
     WHERE ofd_id = %(ofd_id)s AND state <> 'closed'
       AND (next_probe_at <= clock_timestamp() AT TIME ZONE 'UTC'
            OR next_probe_at > clock_timestamp() AT TIME ZONE 'UTC' + %(longest)s)
       AND (probe_until IS NULL
            OR probe_until <= clock_timestamp() AT TIME ZONE 'UTC'
            OR probe_until > clock_timestamp() AT TIME ZONE 'UTC' + %(lease)s
            OR probing_till = %(device_id)s
            OR NOT EXISTS (
               SELECT FROM pg_locks
                WHERE locktype = 'advisory' AND classid = %(outbox)s AND objsubid = 2
                  AND objid::int8 = probing_till
                  AND database = (SELECT oid FROM pg_database
                                   WHERE datname = current_database())))
 RETURNING version"""
"""Of all processes that come at once, the row lets one through; the others look again and find it
taken. A prober that is killed loses its turn at once: PostgreSQL has let go of its till's outbox,
or the one who asks holds it now. After the lease it loses it anyway. A time further away than any
wait is of a clock that was set back since."""
HOLDS = 0.1
"""Seconds for which a way that was open, and has led well since, is not asked for again."""


class EndpointGate(Gate):
    """The breaker of one endpoint. Each method is one short committed step of its own, so that
    nothing is held while somebody calls.

    :param device_id: the till whose outbox the caller holds
    :param lease: ``timedelta`` that a call cannot outlast
    """

    def __init__(self, registry, ofd_id, device_id, lease):
        self._registry = registry
        self._params = {
            "ofd_id": ofd_id,
            "device_id": device_id,
            "outbox": ADVISORY_OUTBOX,
            "lease": lease,
            "longest": LONGEST_RECOVERY,
        }
        self._is_news = True
        self._admitted = None
        self._admitted_at = 0.0

    def admit(self):
        if self._admitted is None or time.monotonic() > self._admitted_at + HOLDS:
            self._admitted = self._ask()
            self._admitted_at = time.monotonic()
        return self._admitted

    def _ask(self):
        with lane_cursor(self._registry) as cr:
            cr.execute(FREE, self._params)
            if not (row := cr.fetchone()):
                return None
            version, state, failures, last_call = row
            if state == Breaker.CLOSED:
                self._is_news = failures > 0 or last_call != "well"
                return Admission(version)
            cr.execute(PROBE, self._params)
            self._is_news = True
            if not (taken := cr.fetchone()):
                return None
        # The history of the endpoint tells how the probe went; that there was one is for the log.
        _logger.info("Breaker of endpoint %r: probe", self._params["ofd_id"])
        return Admission(taken[0], is_probe=True)

    def report(self, admission, verdict):
        if verdict.outcome is Outcome.ACCEPTED and not self._is_news:
            return
        self._admitted = None
        with own_environment(self._registry) as env:
            ofd = env["fiscal.ofd"].browse(self._params["ofd_id"])
            ofd._breaker()._after_call(admission, verdict)
