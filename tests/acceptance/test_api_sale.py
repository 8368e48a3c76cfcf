"""Sales over the HTTP API of a real server: signed once, delivered once, whatever fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.acceptance.harness.till import SUNGLASSES, Till


def test_a_sale_is_signed_and_delivered(till: Till) -> None:
    before = till.buffer()["synced_count"]
    answer = till.sell("sale-1")
    assert answer.status_code == 201
    sold = answer.json()
    assert sold["document"]["items"][0]["nds"] == 11, "2026 is taxed at 22 %"
    assert [warning["code"] for warning in sold["warnings"]] == ["rate_20_replaced"]

    till.wait_for("sale-1", "delivered")
    buffer = till.buffer()
    assert buffer["pending_count"] == 0
    assert buffer["synced_count"] == before + 1

    again = till.sell("sale-1")
    assert again.status_code == 200
    assert again.json()["fd_number"] == sold["fd_number"]
    held = [
        receipt
        for receipt in till.ofd("receipts")["receipts"]
        if receipt["fiscalDocumentNumber"] == sold["fd_number"]
    ]
    assert [receipt["fiscalDriveNumber"] for receipt in held] == [sold["fn_number"]]
    assert int(held[0]["fiscalSign"]) == int(sold["fpd"])


def test_one_key_sent_ten_times_at_once_is_one_receipt(till: Till) -> None:
    before = len(till.signed_receipts())
    till.slow_down(print_time=0.3)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _number: till.sell("crowd"), range(10)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["fd_number"] for answer in answers}) == 1
    assert len(till.signed_receipts()) == before + 1


def test_ten_sales_at_once_are_ten_receipts_in_a_row(till: Till) -> None:
    before = len(till.signed_receipts())
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda number: till.sell(f"many-{number}"), range(10)))
    assert [answer.status_code for answer in answers] == [201] * 10
    numbers = sorted(answer.json()["fd_number"] for answer in answers)
    assert numbers == list(range(numbers[0], numbers[0] + 10))
    assert len(till.signed_receipts()) == before + 10


def test_bad_calls_name_the_field_and_leave_no_row(till: Till) -> None:
    item = SUNGLASSES["items"][0]
    cases = [
        ({"total": 1.00}, "total"),
        ({"items": [{**item, "tax_rate": 21}]}, "items[0].tax_rate"),
        ({"items": [{**item, "price": -5000.00}]}, "items[0].price"),
        ({"colour": "red"}, "colour"),
    ]
    for number, (changes, field) in enumerate(cases):
        answer = till.sell(f"bad-{number}", {**SUNGLASSES, **changes})
        assert answer.status_code == 422
        assert answer.json()["error"]["details"]["field"] == field
    rows = till.server.sql("SELECT id FROM fiscal_document WHERE idempotency_key LIKE 'bad-%%'")
    assert rows == []


def test_killed_between_commit_and_signing(till: Till) -> None:
    before = len(till.signed_receipts())
    till.slow_down(sign_delay=1.5)
    till.sell_in_background("killed-early")
    till.wait_for("killed-early", "printing")
    till.server.kill()
    assert len(till.signed_receipts()) == before, "killed before the drive signed"

    till.server.start()
    row = till.wait_for("killed-early", "printed", "delivered", timeout=30)
    signed = till.signed_receipts()
    assert len(signed) == before + 1
    assert signed[-1]["fiscalDocumentNumber"] == row["fd_number"]
    till.slow_down()
    assert till.sell("killed-early").json()["fd_number"] == row["fd_number"]


def test_killed_between_signing_and_storing(till: Till) -> None:
    before = len(till.signed_receipts())
    till.slow_down(print_time=1.5)
    till.sell_in_background("killed-late")
    till.wait_for("killed-late", "printing")
    till.wait_for_signature(before + 1)
    till.server.kill()
    assert till.row("killed-late")["state"] == "printing", "the answer was not stored"

    till.server.start()
    row = till.wait_for("killed-late", "printed", "delivered", timeout=30)
    signed = till.signed_receipts()
    assert len(signed) == before + 1
    assert signed[-1]["fiscalDocumentNumber"] == row["fd_number"]
    assert f"{signed[-1]['fiscalSign']:010d}" == row["fpd"]


def test_what_waited_behind_a_killed_sale_is_printed_too(till: Till) -> None:
    before = len(till.signed_receipts())
    till.slow_down(sign_delay=1.0)
    till.sell_in_background("first")
    till.wait_for("first", "printing")
    till.sell_in_background("second")
    till.wait_for("second", "queued")
    till.server.kill()

    till.server.start()
    first = till.wait_for("first", "printed", "delivered", timeout=30)
    second = till.wait_for("second", "printed", "delivered", timeout=30)
    assert first["fd_number"] < second["fd_number"]
    assert len(till.signed_receipts()) == before + 2


def test_numbers_and_documents_survive_a_restart(till: Till) -> None:
    first = till.sell("before-restart").json()
    till.server.restart()
    second = till.sell("after-restart").json()
    assert second["fn_number"] == first["fn_number"]
    assert second["fd_number"] == first["fd_number"] + 1
    assert till.sell("before-restart").json()["fd_number"] == first["fd_number"]
