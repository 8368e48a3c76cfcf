"""The sender's runs: one sender a drive, some an endpoint, all side by side."""

import threading
from collections import Counter, deque
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID

from ..kkt.clock import SystemClock
from ..kkt.flow.deliver import Ended, deliver
from ..kkt.ofd.endpoint import BadSetting
from .conversation import converse_alone, note_status
from .cursor import own_environment
from .one_of_many import noting_on_till, one_of_many
from .outbox import DeviceOutbox
from .side_by_side import side_by_side

JOB = "optics_kkt_driver.cron_deliver"
BEGIN_CALLS = timedelta(seconds=10)
"""A run begins no call later than this."""
ENDPOINT_AT_ONCE = 8
"""Drives of one endpoint that a process sends of at a time; each holds a connection to PostgreSQL
while the endpoint thinks."""
AT_ONCE = 24
"""Drives of all endpoints, below Odoo's own limit of connections."""
PATIENCE = 1.0
"""Seconds after which a run no longer waits for a slow endpoint: others need the job."""


def send_side_by_side(registry, tills_by_way):
    """Send what is due of these tills; a slow endpoint delays no other's documents.

    :param tills_by_way: ids of tills by delivery and id of their endpoint, where they have one
    """
    stop_at = SystemClock().now() + BEGIN_CALLS
    tasks = []
    for way, device_ids in tills_by_way.items():
        waiting = deque(device_ids)
        for _sender in range(min(len(waiting), _BERTHS.free(way))):
            tasks.append(partial(_send_in_turn, registry, way, waiting, stop_at))
    side_by_side(registry, tasks, at_once=AT_ONCE, patience=PATIENCE)


class _Berths:
    """How many senders of this process go each way now, those of earlier runs too."""

    def __init__(self):
        self._lock = threading.Lock()
        self._taken = Counter()

    def free(self, way):
        with self._lock:
            return ENDPOINT_AT_ONCE - self._taken[way]

    def take(self, way, count):
        with self._lock:
            self._taken[way] += count


_BERTHS = _Berths()


def _send_in_turn(registry, way, waiting, stop_at):
    """Be one sender of a way: take one till after the other."""
    delivery, _endpoint = way
    do = _ask_one if delivery == "device" else _send_of_one
    _BERTHS.take(way, 1)
    try:
        while SystemClock().now() < stop_at and waiting:
            try:
                device_id = waiting.popleft()
            except IndexError:
                return
            do(registry, device_id, stop_at)
        if waiting:
            _go_on(registry)
    finally:
        _BERTHS.take(way, -1)


def _send_of_one(registry, device_id, stop_at):
    def note(error):
        if error is not None:
            with own_environment(registry) as env:
                env["fiscal.ofd"]._note_failure(env["kkt.device"].browse(device_id), error)

    one_of_many(
        f"Sending the documents of till {device_id}",
        lambda: send_what_is_due(registry, device_id, stop_at),
        note,
        told=BadSetting,
    )


def _ask_one(registry, device_id, _stop_at):
    """Have a till that sends by itself say how far it is (``kkt.device._exchange_seen``)."""

    def ask():
        ended = converse_alone(registry, device_id, SUPERUSER_ID, note_status, wait=0.0)
        with own_environment(registry) as env:
            env["kkt.device"].browse(device_id)._ask_of_exchange_later()
        return ended.outcome == "done"

    what = f"Asking till {device_id} what it has sent"
    one_of_many(what, ask, noting_on_till(registry, device_id, JOB))


def send_what_is_due(registry, device_id, stop_at):
    """Send what is due of one till; False when another process is at it.

    :raises BadSetting: what was entered of the endpoint cannot be used
    """
    outbox = DeviceOutbox(registry, device_id)
    with own_environment(registry) as env:
        device = env["kkt.device"].browse(device_id)
        transport, gate, policy = env["fiscal.ofd"]._way_of(device)
    with transport:
        while True:
            with outbox.held() as is_ours:
                if not is_ours:
                    return False
                run = deliver(outbox, transport, gate, SystemClock(), policy, stop_at=stop_at)
            if run.delivered:
                outbox.take_up_exhausted()
            # Who signed while we let go of the outbox found it held, and rang for nothing.
            if run.ended is not Ended.NOTHING_DUE or outbox.next_due() is None:
                break
    if run.ended is Ended.OUT_OF_TIME:
        _go_on(registry)
    return True


def _go_on(registry):
    """Have the job run again at once."""
    with own_environment(registry) as env:
        env["fiscal.ofd"]._ring_the_sender()
