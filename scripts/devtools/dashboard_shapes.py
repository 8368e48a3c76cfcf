"""The shapes of which the pictures of the dashboards are drawn, as SVG. Lengths are pixels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

INK, GREY, FAINT, PAPER, BACK = "#24292e", "#6c7279", "#e4e7eb", "#ffffff", "#f4f5f5"
FONT = "DejaVu Sans, sans-serif"
LETTER = 0.585
"""Width of a letter, as a part of the size."""


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, left: float, top: float, right: float, bottom: float) -> Box:
        """What is left between these margins."""
        return Box(
            self.x + left, self.y + top, self.width - left - right, self.height - top - bottom
        )


@dataclass(frozen=True)
class Window:
    """The time that is shown, in seconds since 1970, and seconds between two points."""

    start: int
    end: int
    step: int


def text(
    x: float, y: float, words: str, size: float = 12, colour: str = INK, anchor: str = "start"
) -> str:
    """Words on the line `y`; `anchor` says which end of them is at `x`."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"'
        f' text-anchor="{anchor}">{escape(words)}</text>'
    )


def fitting(words: str, width: float, size: float = 12) -> str:
    """The words, or as many letters of them as there is room for."""
    room = int(width / (size * LETTER))
    return words if len(words) <= room else words[: max(0, room - 1)] + "…"


def rectangle(box: Box, fill: str, stroke: str = "none", round_by: float = 2) -> str:
    """A filled one; a width or height below nothing is nothing."""
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{max(0, box.width):.1f}"'
        f' height="{max(0, box.height):.1f}" rx="{round_by}" fill="{fill}" stroke="{stroke}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "none") -> str:
    """A line; `dashes` are lengths of strokes and gaps."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-dasharray="{dashes}"/>'
    )


def ink_on(colour: str) -> str:
    """What can be read on this colour."""
    if colour == "none":
        return INK
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return INK if 0.3 * red + 0.59 * green + 0.11 * blue > 150 else PAPER


def clock_time(moment: float) -> str:
    """Hours, minutes and seconds in UTC of seconds since 1970."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M:%S}"
