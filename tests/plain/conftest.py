from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("plain", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plain")


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say seeds and counts where everybody sees them, not only after a failure."""

    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}")

    return tell
