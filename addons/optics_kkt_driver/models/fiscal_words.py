"""Sentences for the codes of ``kkt/``: plain code speaks codes, people read words.

Each table maps a code to a sentence; its parameters are those that come with the code.
"""

from odoo.tools import LazyTranslate

from ..kkt.device.errors import DeviceError, LinkFailed
from ..kkt.flow.errors import TillRefused

_lt = LazyTranslate(__name__)

STOPS = {
    "another_drive": _lt(
        "Till %(till)s has another drive: %(found)s instead of %(known)s. An administrator must"
        " confirm the replacement."
    ),
    "drive_behind": _lt(
        "The drive of till %(till)s is behind our records: its last FD is %(found)s, ours"
        " %(known)s. Was its memory or this database restored from a copy?"
    ),
    "drive_closed": _lt(
        "The archive of drive %(found)s is closed: it signs nothing any more. Put a new one in."
    ),
    "drive_of_another_till": _lt(
        "Drive %(found)s belongs to till %(till)s. Do both tills have the same address?"
    ),
    "lane_lost": _lt("Another process works with this till now."),
    "lost_twice": _lt(
        "The till has lost the same document twice and signed neither. Check its cable and power."
    ),
    "shift_not_opened": _lt("The shift could not be opened. %(why)s"),
    "still_at_work": _lt("The till is still at work on the last document."),
    "till_busy": _lt("The till is busy with another document."),
    "till_silent": _lt("The till %(till)s does not answer. %(why)s"),
    "undecided": _lt("It is not known yet whether the till has signed the last document. %(why)s"),
}
"""Why a lane stands still, by ``kkt.flow.errors.LaneStopped.code``."""

LINKS = {
    "memory_busy": _lt("Another process works with the virtual till's memory (%(why)s)."),
    "memory_damaged": _lt("The virtual till's memory is damaged (%(why)s)."),
    "memory_missing": _lt("The virtual till has no memory at %(name)s."),
    "memory_not_made": _lt("The virtual till's memory cannot be made (%(why)s)."),
    "memory_not_written": _lt("The virtual till could not finish writing (%(why)s)."),
    "memory_unreadable": _lt("What is at %(name)s is no memory of a virtual till (%(why)s)."),
    "memory_version": _lt("The virtual till's memory is of another version, %(version)s."),
    "no_answer": _lt("The till took the command and did not answer."),
    "not_in_time": _lt("The till did not get round to the command in time."),
    "silent": _lt("Nothing comes from the till: check its power and cable."),
    "too_late": _lt("The time for this document was over before it was sent."),
}
"""Why a link failed, by ``kkt.device.errors.LinkFailed.reason``."""


def words_of_stop(env, stop):
    """Say in the reader's language why a lane stands still.

    :param stop: ``kkt.flow.errors.LaneStopped``
    """
    if isinstance(stop, TillRefused):
        refusal = stop.refusal
        return words_of_refusal(env, refusal.message, refusal.code, refusal.remedy)
    params = {
        name: words_of_error(env, value) if isinstance(value, DeviceError) else value
        for name, value in stop.params.items()
    }
    return _sentence(env, STOPS[stop.code], params)


def words_of_error(env, error):
    """Say in the reader's language what a till, or the link to it, had against something.

    :param error: ``kkt.device.errors.DeviceError``
    """
    return words_of_stored_error(env, stored_error(error))


def stored_error(error):
    """Return an error as plain JSON, to be put into words later, for whoever reads it then."""
    if isinstance(error, LinkFailed):
        params = {name: str(value) for name, value in error.params.items()}
        return {"reason": error.reason, "params": params}
    return {"message": error.message, "code": error.code, "remedy": error.remedy}


def words_of_stored_error(env, stored):
    """Say what :func:`stored_error` has kept."""
    if "reason" in stored:
        return _sentence(env, LINKS[stored["reason"]], stored.get("params") or {})
    return words_of_refusal(env, stored["message"], stored["code"], stored["remedy"])


def words_of_refusal(env, message, code, remedy):
    """Say what a till refused, with its code and what to do about it."""
    parts = (
        env._("The till refused: %s.", message.rstrip(".")),
        code and env._("Code %s.", code),
        remedy,
    )
    return " ".join(part for part in parts if part)


def _sentence(env, template, params):
    """Fill a sentence in the language of the call, else in that of its user (a call by key)."""
    lang = env.lang or env.user.lang
    text = env["base"].with_context(lang=lang).env._(template)
    return text % params if params else text
