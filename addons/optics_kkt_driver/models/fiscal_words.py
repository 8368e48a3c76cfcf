"""Sentences for the codes of ``kkt/``: plain code speaks codes, people read words.

Each table maps a code to a sentence; its parameters are those that come with the code.
"""

from odoo.tools import LazyTranslate

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
    "shift_not_opened": _lt("The shift could not be opened: %(why)s"),
    "still_at_work": _lt("The till is still at work on the last document."),
    "till_silent": _lt("The till does not answer: %(why)s"),
    "undecided": _lt("It is not known yet whether the till has signed the last document: %(why)s"),
}
"""Why a lane stands still, by ``kkt.flow.errors.LaneStopped.code``."""


def words_of_stop(env, stop):
    """Say in the reader's language why a lane stands still.

    :param stop: ``kkt.flow.errors.LaneStopped``
    """
    return _sentence(env, STOPS[stop.code], stop.params)


def _sentence(env, template, params):
    """Fill a sentence in the language of the call, else in that of its user (a call by key)."""
    lang = env.lang or env.user.lang
    text = env["base"].with_context(lang=lang).env._(template)
    return text % params if params else text
