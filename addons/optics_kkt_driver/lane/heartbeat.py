"""The heartbeat: ask each till and endpoint whether it is there, all side by side.

A till is left alone while somebody speaks to it or documents wait for it: whoever speaks to it
learns how it is, and that counts.
"""

from functools import partial

from odoo import SUPERUSER_ID

from ..kkt.flow.states import WAITING
from ..kkt.ofd.endpoint import BadSetting
from .conversation import converse_alone, note_status
from .cursor import own_environment
from .one_of_many import noting_on_till, one_of_many
from .side_by_side import side_by_side

JOB = "optics_kkt_driver.cron_beat"
AT_ONCE = 12
"""Tills and endpoints that are asked at a time."""
WITHIN = 2.0
"""Seconds that an endpoint has for its answer; a driver keeps to the same limit by itself."""
PATIENCE = 4.0
"""Seconds after which a round ends; who was not asked by then is first in the next."""


def beat_side_by_side(registry, device_ids, ofd_ids):
    """Give each of these a beat."""
    side_by_side(
        registry,
        [
            *(partial(_beat_of_till, registry, device_id) for device_id in device_ids),
            *(partial(_beat_of_endpoint, registry, ofd_id) for ofd_id in ofd_ids),
        ],
        at_once=AT_ONCE,
        patience=PATIENCE,
    )


def _beat_of_till(registry, device_id):
    one_of_many(
        f"The heartbeat of till {device_id}",
        lambda: _ask_till(registry, device_id),
        noting_on_till(registry, device_id, JOB),
    )


def _ask_till(registry, device_id):
    with own_environment(registry) as env:
        device = env["kkt.device"].browse(device_id)
        answered = device._status()._heard()
        waiting = [("device_id", "=", device_id), ("state", "in", WAITING)]
        if answered is None and env["fiscal.document"].search_count(waiting, limit=1):
            return False
    if answered is None:
        ended = converse_alone(registry, device_id, SUPERUSER_ID, note_status, wait=0.0)
        if ended.outcome == "busy":
            return False
        answered = ended.outcome != "silent"
    with own_environment(registry) as env:
        env["kkt.device"].browse(device_id)._status()._beat(answered)
    return True


def _beat_of_endpoint(registry, ofd_id):
    one_of_many(
        f"The heartbeat of OFD {ofd_id}",
        lambda: _ask_endpoint(registry, ofd_id),
        lambda error: None,
    )


def _ask_endpoint(registry, ofd_id):
    try:
        with own_environment(registry) as env:
            transport = env["fiscal.ofd"].browse(ofd_id)._transport()
        with transport:
            answered = transport.is_there(WITHIN)
    except BadSetting:
        answered = False  # the sender calls a person because of it
    with own_environment(registry) as env:
        env["fiscal.ofd"].browse(ofd_id)._breaker()._beat(answered)
