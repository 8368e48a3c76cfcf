"""One task from its sending to its end: placed once under its own number, asked for until it ends.

The number (uuid) is what makes a task unique: the server takes each only once. So after silence
the same number is asked for, and the request is sent again only when the server says that it has
none of this number.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, repeat

from ..clock import Clock
from ..errors import NoAnswer, Unreachable
from .client import Rejected, WebRequests
from .codes import blocked_refusal
from .results import TaskResult
from .status import blocked_by
from .tasks import HARMLESS, Task

_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.3)
"""Seconds between questions, the last one for all that follow."""


class TaskQueue:
    """The server's queue, as the one who sends a task sees it."""

    def __init__(self, server: WebRequests, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    def run(self, uuid: str, task: Task, until: datetime, *, blocked: bool = False) -> TaskResult:
        """Have one task executed before `until`; return how it ended.

        A queue that stands is waited for when `blocked` says so; else the task is taken back.
        Raises Refused and Unreachable when the task surely will never be executed, NoAnswer when
        nobody knows.
        """
        reason = self._place(uuid, task, until)
        if reason and not blocked and self.withdraw(uuid):
            raise blocked_refusal(reason)
        return self._wait(uuid, until)

    def ask(self, uuid: str) -> TaskResult | None:
        """How the task of a number stands; None when the server has none. Raises Unreachable."""
        answer = self._server.get(uuid)
        return None if answer is None else TaskResult.from_answer(answer)

    def withdraw(self, uuid: str) -> bool:
        """Take a task back; True when it surely will never be executed. Silence is no."""
        try:
            return self._server.delete(uuid)
        except (NoAnswer, Unreachable):
            return False

    def use_up(self, uuid: str) -> bool:
        """Take a number that the server does not know for a task that does nothing.

        True: a copy of our request that is still on its way will be refused as a duplicate.
        False: the number is taken, by that copy. Raises NoAnswer and Unreachable on silence.
        """
        try:
            self._server.post(uuid, [HARMLESS])
        except Rejected as error:
            if error.status == 409 and self._server.get(uuid) is not None:
                return False
            raise
        return True

    def _place(self, uuid: str, task: Task, until: datetime) -> str:
        """Get the task into the queue; return why the queue stands, empty when it goes."""
        sent = False
        for pause in self._until(until):
            try:
                answer = self._server.post(uuid, [task])
            except Rejected as error:
                if error.status == 409 and self._is_known(uuid, until):
                    return ""
                if sent:
                    raise NoAnswer(f"no longer taken, but sent before: {error}") from error
                raise
            except Unreachable:
                if not sent:
                    raise
            except NoAnswer:
                sent = True
            else:
                return blocked_by(answer)
            if self._is_known(uuid, until):
                return ""
            self._clock.sleep(pause)
        if sent:
            raise NoAnswer("the till's server did not tell whether it took the task")
        raise Unreachable("the deadline had passed before anything was sent")

    def _is_known(self, uuid: str, until: datetime) -> bool:
        """Ask whether the server has the task until it answers. Raises NoAnswer."""
        for pause in self._until(until):
            try:
                return self._server.get(uuid) is not None
            except Unreachable:
                self._clock.sleep(pause)
        raise NoAnswer("the till's server took the task and did not answer")

    def _wait(self, uuid: str, until: datetime) -> TaskResult:
        """Ask until the task has ended; at `until` take it back, if it still waits."""
        for pause in self._until(until):
            try:
                result = self.ask(uuid)
            except Unreachable:
                result = None
            if result is not None and not result.status.is_pending:
                return result
            self._clock.sleep(pause)
        if self.withdraw(uuid):
            raise Unreachable("the till did not get round to the task in time; it was taken back")
        raise NoAnswer("the till took the task and did not finish it in time")

    def _until(self, until: datetime) -> Iterator[float]:
        """Pauses in seconds, none of which ends after `until`; no more of them once it has come."""
        pauses = chain(_PAUSES, repeat(_PAUSES[-1]))
        while (left := (until - self._clock.now()).total_seconds()) > 0:
            yield min(next(pauses), left)
