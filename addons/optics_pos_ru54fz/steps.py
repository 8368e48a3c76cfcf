"""Odoo's own steps: what it writes as the cashier that nobody may write by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_in_a_step = ContextVar("fiscal_step", default=False)


@contextmanager
def a_step() -> Iterator[None]:
    """Odoo itself opens or closes a session or saves an order now: no client can say so."""
    token = _in_a_step.set(True)
    try:
        yield
    finally:
        _in_a_step.reset(token)


def in_a_step() -> bool:
    """Tell whether what is written now is written by a step of Odoo's."""
    return _in_a_step.get()
