"""The text of the QR code."""

from __future__ import annotations

from datetime import datetime

from kkt.fiscal.qr import qr_text
from kkt.fiscal.vocabulary import OperationType


def test_a_sale() -> None:
    text = qr_text(
        date_time=datetime(2026, 1, 5, 14, 7, 59),
        total_sum=150000,
        fn_number="9999078900004312",
        fd_number=12,
        fpd="2434120341",
        operation_type=OperationType.SALE,
    )
    assert text == "t=20260105T1407&s=1500.00&fn=9999078900004312&i=12&fp=2434120341&n=1"


def test_leading_zeros_of_the_sign_are_left_out() -> None:
    text = qr_text(
        date_time=datetime(2026, 11, 30, 9, 5),
        total_sum=5,
        fn_number="0000000000000001",
        fd_number=1,
        fpd="0000000042",
        operation_type=OperationType.PURCHASE_RETURN,
    )
    assert text == "t=20261130T0905&s=0.05&fn=0000000000000001&i=1&fp=42&n=4"
