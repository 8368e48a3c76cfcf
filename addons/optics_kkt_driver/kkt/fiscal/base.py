"""What all documents share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from .vocabulary import DocumentKind


class Document(ABC):
    """A document as its author knows it, before a drive has numbered and signed it.

    Values are frozen and were validated when they were made. `to_json` and `from_json` are
    inverse to each other, also over ``json.dumps`` and ``json.loads``.
    """

    __slots__ = ()

    kind: ClassVar[DocumentKind]

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """The document under FNS's JSON names; money in integer kopecks, quantities as strings."""

    @classmethod
    @abstractmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read :meth:`to_json`, or the signed document; names it does not know are left alone.

        Raises :class:`~.problems.InvalidDocument` with every problem found.
        """
