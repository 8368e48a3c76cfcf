"""`monitoring/`, as an administrator sets it up for a server that asks for a key."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

MONITORING = Path(__file__).parents[3] / "monitoring"
KEY = "0123456789abcdef"


def with_a_key(folder: Path) -> Path:
    """Copy `monitoring/` and put a key in, as the comment of prometheus.yml says; the new file."""
    shutil.copytree(MONITORING, folder / "monitoring")
    config = folder / "monitoring" / "prometheus.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"# (authorization:|    credentials_file:)", r"\1", text), "utf-8")
    (folder / "monitoring" / "token").write_text(KEY)
    return config
