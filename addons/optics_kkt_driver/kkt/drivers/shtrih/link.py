"""One exchange with a till: the lower level's rules of who speaks when. It knows no command.

Each exchange begins with ENQ. NAK says that the till is idle; ACK, that an answer of an earlier
command is still to be fetched: it is read and passed over, or the till would take our frame for
something else. An explicit NAK to a frame has it sent again; silence after it never does, because
nobody knows whether the till got it (Shtrih-M protocol v1.17, "standard lower level").
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from .frames import ACK, ENQ, NAK, STRAY, STX, frame, lrc
from .port import LinkLost, Port, Silence

MAX_ENQ = 10
MAX_NAK = 10
"""Attempts, as in the maker's driver."""
ENQ_WAIT = 1.0
"""Seconds for the answer to one ENQ."""
ACK_WAIT = 3.0
"""Seconds for the answer to a frame."""
BYTE_WAIT = 1.0
"""Seconds between two bytes of a frame."""
STALE_WAIT = 0.1
"""Seconds for what may still come after several ENQ."""


class NotSent(Exception):
    """The link failed before the frame left us."""


class NotAnswered(Exception):
    """The frame left us, and its answer did not come."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an exchange may wait, seconds."""

    answer: float
    """From the frame's acknowledgement to its answer."""
    contact: float = MAX_ENQ * ENQ_WAIT
    """Until the till says that it is idle; an earlier answer may be in the making."""


class Link:
    """The lower level on an open port.

    :param on_frame: told of every frame: whether we sent it, its DATA.
    """

    def __init__(self, port: Port, on_frame: Callable[[bool, bytes], None]) -> None:
        self._port = port
        self._on_frame = on_frame

    def exchange(self, data: bytes, patience: Patience, check: Callable[[], None]) -> bytes:
        """Send DATA and return the answer's.

        :param check: called right before the frame leaves us; what it raises stops the exchange.
        :raises NotSent: surely never arrived as a whole
        :raises NotAnswered: nobody knows what the till made of it
        """
        try:
            self._become_idle(patience)
        except LinkLost as error:
            raise NotSent(str(error)) from error
        check()
        try:
            self._send(data)
            return self._answer(patience.answer)
        except LinkLost as error:
            raise NotAnswered(str(error)) from error

    def close(self) -> None:
        self._port.close()

    # Before the frame ----------------------------------------------------------------------------

    def _become_idle(self, patience: Patience) -> None:
        give_up_at = time.monotonic() + patience.contact
        asked = 0
        while asked < MAX_ENQ:
            left = give_up_at - time.monotonic()
            if left <= 0:
                break
            self._port.write(bytes((ENQ,)))
            asked += 1
            try:
                control = self._control(min(ENQ_WAIT, left))
            except Silence:
                continue
            if control == NAK:
                if asked > 1:
                    self._drain()
                return
            if control == ACK:
                self._pass_over(max(BYTE_WAIT, give_up_at - time.monotonic()))
                asked = 0
        raise LinkLost(f"the till does not answer to ENQ ({asked} sent)")

    def _pass_over(self, within: float) -> None:
        """Fetch the answer of an earlier command: it is not ours, and not asked for again."""
        try:
            data = self._read_frame(within)
        except Silence:
            return
        if data is not None:
            self._on_frame(False, data)
            self._port.write(bytes((ACK,)))

    def _drain(self) -> None:
        """Read what answers to further ENQ: a late NAK must not be taken for one to our frame."""
        with suppress(Silence):
            while True:
                self._port.read(1, STALE_WAIT)

    # The frame and its answer --------------------------------------------------------------------

    def _send(self, data: bytes) -> None:
        for _ in range(MAX_NAK):
            self._on_frame(True, data)
            self._port.write(frame(data))
            if self._control(ACK_WAIT) == ACK:
                return
        raise LinkLost(f"the till refused the frame {MAX_NAK} times")

    def _answer(self, within: float) -> bytes:
        for _ in range(MAX_NAK):
            data = self._read_frame(within)
            if data is not None:
                self._on_frame(False, data)
                self._port.write(bytes((ACK,)))
                return data
            # A NAK alone repeats nothing: the answer is given again at the next ENQ.
            self._port.write(bytes((NAK, ENQ)))
            if self._control(ENQ_WAIT) != ACK:
                raise LinkLost("the answer came garbled, and the till keeps it no more")
        raise LinkLost(f"the answer came garbled {MAX_NAK} times")

    def _read_frame(self, within: float) -> bytes | None:
        """The DATA of the frame that comes now; None when its LRC is wrong."""
        give_up_at = time.monotonic() + within
        while True:
            byte = self._port.read(1, max(0.0, give_up_at - time.monotonic()))[0]
            if byte == STX:
                break
        size = self._port.read(1, BYTE_WAIT)[0]
        rest = self._port.read(size + 1, BYTE_WAIT)
        data = rest[:-1]
        return data if data and lrc(data) == rest[-1] else None

    def _control(self, within: float) -> int:
        """ACK or NAK; anything else that comes before it means nothing."""
        give_up_at = time.monotonic() + within
        while True:
            byte = self._port.read(1, max(0.0, give_up_at - time.monotonic()))[0]
            if byte in (ACK, NAK):
                return byte
            if byte == STX:
                self._skip_frame()
            elif byte != STRAY and time.monotonic() >= give_up_at:
                raise LinkLost("nothing but junk came")

    def _skip_frame(self) -> None:
        """An answer that nobody waits for any more is skipped as a whole: its bytes are no ACK."""
        size = self._port.read(1, BYTE_WAIT)[0]
        self._port.read(size + 1, BYTE_WAIT)
