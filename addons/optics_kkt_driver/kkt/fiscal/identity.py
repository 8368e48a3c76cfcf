"""Numbers that carry their own check: INN, the till's registration number, the drive's number."""

from __future__ import annotations

from binascii import crc_hqx

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12_FIRST = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12_SECOND = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def is_inn(value: str) -> bool:
    """An INN of 10 digits (organisation) or 12 (person) with right check digits.

    Source: order of FNS ЕД-7-14/559@ of 26.06.2025 and its predecessors.
    """
    # Nobody has the number of noughts, whose check digits agree.
    if not (value.isascii() and value.isdigit() and value.strip("0")):
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


def is_kkt_reg_id(value: str, user_inn: str, kkt_number: str) -> bool:
    """A till's registration number (tag 1037): 10 digits and 6 that check them.

    `user_inn` is the owner's, `kkt_number` the till's serial number (tag 1013).
    """
    if len(value) != 16 or not (value.isascii() and value.isdigit()):
        return False
    return value == kkt_reg_id(value[:10], user_inn, kkt_number)


def kkt_reg_id(number: str, user_inn: str, kkt_number: str) -> str:
    """The registration number that belongs to 10 digits, an INN and a serial number.

    The check is CRC16 (polynomial 0x1021, begun with 0xFFFF) over the ten digits, the INN with
    zeros before it to 12 and the serial number with zeros to 20.
    """
    checked = number + user_inn.zfill(12) + kkt_number.zfill(20)
    return f"{number}{crc_hqx(checked.encode(), 0xFFFF):06d}"


def _inn_check(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(d * w for d, w in zip(digits, weights, strict=False)) % 11 % 10
