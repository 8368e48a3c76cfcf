from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say seeds and counts where everybody sees them, not only after a failure."""

    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}")

    return tell
