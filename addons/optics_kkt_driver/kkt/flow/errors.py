"""Why a lane stands still.

A stop carries a code and parameters; whoever shows it to people has the sentences. ``str()`` is
for logs and tests.
"""

from __future__ import annotations

from typing import ClassVar

from ..device.errors import Refused


class LaneStopped(Exception):
    """The lane cannot go on now; every row keeps the state it had."""

    outcome: ClassVar[str]
    """One word for callers: `silent`, `refused`, `undecided` or `busy`."""
    code: ClassVar[str]
    text: ClassVar[str] = "{why}"

    def __init__(self, **params: object) -> None:
        super().__init__(self.text.format(**params))
        self.params = params


class LaneLost(LaneStopped):
    """Another process has taken the lane over; this one must not touch it any more."""

    outcome = "busy"
    code = "lane_lost"
    text = "the lane was taken over: its fence is {now}, ours was {held}"


class TillBusy(LaneStopped):
    """Somebody else holds the lane; nothing was sent."""

    outcome = "busy"
    code = "till_busy"
    text = "the till is busy with another document"


class TillSilent(LaneStopped):
    """The till does not answer; nothing was sent to it."""

    outcome = "silent"
    code = "till_silent"


class LostTwice(TillSilent):
    """Two tries of one document got no answer, and the drive has neither."""

    code = "lost_twice"
    text = "the till lost the same document twice and signed neither"


class TillRefusesWork(LaneStopped):
    """The till answers, but will not or must not print now (another drive, no shift)."""

    outcome = "refused"


class TillRefused(TillRefusesWork):
    """The till answered no to something that is no document; its own words are in `refusal`."""

    code = "till_refused"

    def __init__(self, refusal: Refused) -> None:
        super().__init__(why=refusal)
        self.refusal = refusal


class AnotherDrive(TillRefusesWork):
    """A person must confirm a drive before anything is signed by it."""

    code = "another_drive"
    text = "till {till} has drive {found}, not {known}"


class DriveBehind(TillRefusesWork):
    """The drive's memory, or our database, was restored from a copy."""

    code = "drive_behind"
    text = "the drive of till {till} knows FD {found}, our records FD {known}"


class DriveOfAnotherTill(TillRefusesWork):
    """Two tills answer with one drive: most likely they have the same address."""

    code = "drive_of_another_till"
    text = "drive {found} belongs to till {till}"


class DriveClosed(TillRefusesWork):
    """The archive of the drive is closed: it signs nothing any more."""

    code = "drive_closed"
    text = "the archive of drive {found} is closed"


class ShiftNotOpened(TillRefusesWork):
    """A document waits for a shift that could not be opened; the opening's row says more."""

    code = "shift_not_opened"
    text = "the shift could not be opened: {why}"


class Unservable(Exception):
    """One row cannot be served, whoever asks; the lane goes on with the next one.

    ``str()`` is for logs and tests; the code has its sentence where people read it.
    """

    code: ClassVar[str]


class OpeningConflict(Unservable):
    """The key under which the shift would be opened for this row is another document's."""

    code = "opening_conflict"


class Undecided(LaneStopped):
    """A document may or may not be signed; nothing else is printed before that is known."""

    outcome = "undecided"
    code = "undecided"


class StillAtWork(Undecided):
    """The till has not got round to the last document yet."""

    code = "still_at_work"
    text = "the till is still at work on the last document"
