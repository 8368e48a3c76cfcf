"""Reads the documents that were written out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.hex"))


def golden_bytes(name: str) -> bytes:
    """The bytes of a document; comments begin with ``#``."""
    lines = (FOLDER / f"{name}.hex").read_text(encoding="utf-8").splitlines()
    return bytes.fromhex(" ".join(line.partition("#")[0] for line in lines))


def golden_json(name: str) -> dict[str, Any]:
    """What the document means, FNS JSON names."""
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return data
