"""Calls that were valid until one to three places of them were spoilt; each knows which.

A call depends on the seed, its route and its number alone, so that it can be repeated by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from tests.fuzz.bodies import Example, Json, Route, filled
from tests.fuzz.values import (
    CONTENT_TYPES,
    KEYS,
    NAMES,
    PIECES,
    Doubled,
    Literal,
    pool_for,
    to_text,
)

Path = tuple[str | int, ...]
MOST_PLACES = 3
MANY = 1000
DEEP = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it goes over the wire."""

    route: Route
    number: int
    name: str
    """Its own name: stands in its body where the example says so, and is its key as a rule."""
    target: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes
    changed: frozenset[str]
    """The places that were spoilt, as the caller writes them: ``items[0].price``, a header …"""
    key: str | None
    """The document's key that the server must understand; None where it must not take the call."""
    before: tuple[Json, ...]
    """Bodies of receipts that are sold first, under the keys ``<name>-before-<index>``."""


def call(seed: int, route: Route, number: int) -> Call:
    """The call of this number; the same for the same three arguments."""
    rng = Random(f"{seed}:{route.name}:{number}")  # noqa: S311 - no secret
    draft = _Draft(rng, route, f"f{seed}x{rng.randrange(16**12):012x}")
    for _place in range(rng.choice((1, 1, 1, 2, MOST_PLACES))):
        draft.spoil()
    return draft.call(number)


def untouched(route: Route, example: Example, name: str) -> Call:
    """The call of an example as it stands."""
    draft = _Draft(Random(0), route, name)  # noqa: S311 - no secret
    draft.take(example)
    return draft.call(0)


def place(path: Path) -> str:
    """``("items", 0, "price")`` as a caller writes it: ``items[0].price``."""
    told = ""
    for step in path:
        told += f"[{step}]" if isinstance(step, int) else f".{step}" if told else step
    return told


def places(value: Json, path: Path = ()) -> Iterator[Path]:
    """The paths of all parts of a body, without the whole."""
    parts: list[tuple[str | int, Json]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    for step, part in parts:
        yield (*path, step)
        yield from places(part, (*path, step))


@dataclass
class _Draft:
    """A call that is being spoilt."""

    rng: Random
    route: Route
    name: str
    body: Json = None
    raw: bytes | None = None
    before: tuple[Json, ...] = ()
    path: dict[str, bytes] = field(default_factory=dict)
    query: list[tuple[str, bytes]] = field(default_factory=list)
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    key: str | None = None
    changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.take(self.rng.choice(self.route.examples))

    def take(self, example: Example) -> None:
        self.body = filled(deepcopy(example.body), self.name)
        self.before = tuple(filled(deepcopy(each), self.name) for each in example.before)
        self.path = {name: _quoted(filled(text, self.name)) for name, text in example.path.items()}
        self.query = [
            (name, _quoted(filled(text, self.name))) for name, text in example.query.items()
        ]
        self.headers = [] if self.body is None else [("Content-Type", b"application/json")]
        self.key = None
        if self.route.keyed:
            self.key = self.name
            self.headers.append(("X-Idempotency-Key", self.name.encode()))

    def call(self, number: int) -> Call:
        return Call(
            *(self.route, number, self.name, self._target(), tuple(self.headers), self._sent()),
            *(frozenset(self.changed), self.key, self.before),
        )

    def _target(self) -> bytes:
        told = self.route.path.encode()
        for name, piece in self.path.items():
            told = told.replace(b"{%s}" % name.encode(), piece)
        query = b"&".join(name.encode() + b"=" + piece for name, piece in self.query)
        return told + b"?" + query if query else told

    def _sent(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.body is None else to_text(self.body).encode()

    # --- spoiling --------------------------------------------------------------------------------

    def spoil(self) -> None:
        ways: list[Callable[[], None]] = [self._spoil_header]
        if self.body is not None and self.raw is None:
            ways += [*[self._spoil_part] * 16, self._spoil_text]
        if self.route.keyed:
            ways.append(self._spoil_key)
        if self.path:
            ways += [self._spoil_path] * 6
        if self.query:
            ways += [self._spoil_query] * 4
        self.rng.choice(ways)()

    def _spoil_part(self) -> None:
        if not (there := list(places(self.body))):
            return
        path = self.rng.choice(there)
        holder = self.body
        for step in path[:-1]:
            holder = holder[step]
        if isinstance(holder, Doubled | str) or not isinstance(holder, dict | list):
            return
        ways = [_replace] * 6
        ways += [_drop, _unknown, _double, _other_case] if isinstance(holder, dict) else [_repeat]
        if isinstance(holder[path[-1]], list):
            ways += [_empty, _multiply, _nest]
        self.changed.update(
            place((*path[:-1], step)) for step in self.rng.choice(ways)(self.rng, holder, path[-1])
        )

    def _spoil_text(self) -> None:
        """Send something that is no JSON, or JSON written as it seldom is."""
        text = to_text(self.body)
        body = text.encode()
        self.raw = self.rng.choice(
            (
                *(b"", b"null", b"[]", b'"x"', b"0", b"{", b"{}", b"\xff\xfe\x00", b"NaN"),
                *(body[: self.rng.randrange(len(body))], body + b"}", body.replace(b'"', b"'")),
                *(b"\xef\xbb\xbf" + body, text.encode("utf-16"), text.encode("utf-16-le")),
                *(body.replace(b': "', b': "\xe6', 1), b"[" * 100_000, b'{"a":' * 20_000),
                *(body + b" " * (1 << 20), b" \t\r\n" + body, b"pos_id=POS-001&total=1"),
                b"\x1f\x8b\x08\x00" + body,
            )
        )
        self.changed.add("body")

    def _spoil_header(self) -> None:
        name, value = self.rng.choice(
            (
                *(("Content-Type", each) for each in CONTENT_TYPES),
                *(("Content-Encoding", each) for each in (b"gzip", b"deflate", b"x")),
                *(("Accept", each) for each in (b"", b"text/html", b"*/*;q=\xff")),
                *(("Idempotency-Key", each) for each in (b"", b"\xd0", b"1:2")),
            )
        )
        self.headers = [each for each in self.headers if each[0] != name]
        if value is not None:
            self.headers.append((name, value))
        self.changed.add(name)

    def _spoil_key(self) -> None:
        values = tuple(
            each.replace(b"{call}", self.name.encode()) for each in self.rng.choice(KEYS)
        )
        self.headers = [each for each in self.headers if each[0] != "X-Idempotency-Key"]
        self.headers += [("X-Idempotency-Key", each) for each in values]
        self.key = understood(values)
        self.changed.add("X-Idempotency-Key")

    def _spoil_path(self) -> None:
        name = self.rng.choice(list(self.path))
        self.path[name] = self.rng.choice(PIECES)(self.path[name])
        self.changed.add(name)

    def _spoil_query(self) -> None:
        index = self.rng.randrange(len(self.query))
        name, value = self.query[index]
        way = self.rng.randrange(6)
        if way == 0:
            del self.query[index]
        elif way == 1:
            self.query.append((name, value))
        elif way == 2:
            self.query.append(("colour", b"red"))
        else:
            self.query[index] = (name, self.rng.choice(PIECES)(value))
        self.changed.add(name)


def understood(values: tuple[bytes, ...]) -> str | None:
    """What the contract makes of the header's values: once, 1 to 255 characters in UTF-8."""
    if len(values) != 1:
        return None
    try:
        key = values[0].strip(b" \t").decode()
    except UnicodeDecodeError:
        return None
    return key if 1 <= len(key) <= 255 and "\0" not in key else None


def _quoted(text: str) -> bytes:
    return quote(text, safe="").encode()


# --- ways to spoil a part: each tells which steps of the holder it has touched --------------------


def _replace(rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    holder[step] = deepcopy(rng.choice(pool_for(rng, holder[step])))
    return (step,)


def _drop(_rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    del holder[step]
    return (step,)


def _unknown(rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    name = rng.choice(NAMES)
    holder[name] = deepcopy(holder[step])
    return (name,)


def _double(rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    """Tell the name twice."""
    first = deepcopy(rng.choice(pool_for(rng, holder[step])))
    holder[step] = Doubled(first, holder[step])
    return (step,)


def _other_case(_rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    name = str(step).capitalize()
    holder[name] = holder.pop(step)
    return (step, name)


def _repeat(_rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    holder.append(deepcopy(holder[step]))
    return (len(holder) - 1,)


def _empty(_rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    holder[step] = []
    return (step,)


def _multiply(_rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    holder[step] = [deepcopy(each) for each in holder[step][:1] for _time in range(MANY)]
    return (step,)


def _nest(_rng: Random, holder: Any, step: str | int) -> tuple[str | int, ...]:
    holder[step] = Literal("[" * DEEP + "]" * DEEP)
    return (step,)
