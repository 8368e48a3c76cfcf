"""Numbers that carry their own check: INN, the till's registration number, the drive's number."""

from __future__ import annotations

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12_FIRST = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12_SECOND = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def is_inn(value: str) -> bool:
    """An INN of 10 digits (organisation) or 12 (person) with right check digits.

    Source: order of FNS ЕД-7-14/559@ of 26.06.2025 and its predecessors.
    """
    if not (value.isascii() and value.isdigit()):
        return False
    digits = [int(each) for each in value]
    if len(digits) == 10:
        return digits[9] == _inn_check(digits, _INN_10)
    if len(digits) == 12:
        return digits[10] == _inn_check(digits, _INN_12_FIRST) and digits[11] == _inn_check(
            digits, _INN_12_SECOND
        )
    return False


def is_person_inn(value: str) -> bool:
    """An INN of a person: 12 digits with right check digits."""
    return len(value) == 12 and is_inn(value)


def is_fn_number(value: str) -> bool:
    """The number of a fiscal drive: 16 digits (tag 1041)."""
    return len(value) == 16 and value.isascii() and value.isdigit()


def _inn_check(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(d * w for d, w in zip(digits, weights, strict=False)) % 11 % 10
