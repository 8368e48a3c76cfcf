"""An operator's report of 100,000 documents, held against as many of ours."""

from __future__ import annotations

import base64
import csv
import os
import resource
from io import StringIO

from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.ofd_process import OfdProcess
from tests.bench.delivery import deliver, grow
from tests.bench.shop import Shop
from tests.bench.timing import MILLISECONDS, milliseconds, show

ROWS = int(os.environ.get("BENCH_REPORT", "100000"))
HEADINGS = ("Номер ФН", "Номер ФД", "ФПД", "Дата и время", "Тип чека", "Итого")
ASKED = """
    SELECT fn_number, fd_number, fpd,
           to_char(date_time AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Moscow', 'DD.MM.YYYY HH24:MI'),
           'Приход', replace(to_char(total_sum, 'FM9999990.00'), '.', ',')
      FROM fiscal_document WHERE kind = 'receipt' AND fd_number > 0 ORDER BY id"""


def hold(shop: Shop) -> None:
    """Hold a report in CP1251, with a document missing on each side and a broken line."""
    with shop.env() as env:
        company = env.company
        begun = milliseconds(lambda: env.cr.execute(ASKED))
        rows = env.cr.fetchall()
        fn_number = rows[0][0]
        lines = [*rows[1:], (fn_number, 999, 1, *rows[0][3:]), (fn_number, "x", *rows[0][2:])]
        text = StringIO()
        writing = csv.writer(text, delimiter=";")
        writing.writerows([HEADINGS, *lines])
        content = text.getvalue().encode("cp1251")
        bare = begun + milliseconds(
            lambda: list(csv.reader(StringIO(content.decode("cp1251")), delimiter=";"))
        )
        today = env["kkt.device"].browse(shop.device_id)._local_date()
        report = env["fiscal.reconciliation"].create(
            {
                "company_id": company.id,
                "date_from": today,
                "date_to": today,
                "file": base64.b64encode(content),
                "file_name": "report.csv",
            }
        )
        spent = milliseconds(report.action_hold)
        found = sorted(line.finding for line in report.line_ids)
        assert found == ["broken", "missing_here", "missing_there"], found[:10]
        assert report.agreed_count == len(rows) - 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    show(
        f"A report of {len(rows)} documents held against ours (goal: 60 s)",
        [
            ("one query and csv alone (1.0)", f"{bare / MILLISECONDS:.1f} s"),
            ("the reconciliation", f"{spent / MILLISECONDS:.1f} s  × {spent / bare:.1f}"),
            ("    memory of the process at most", f"{memory:.0f} MB"),
        ],
    )


def run() -> None:
    database = TestDatabase()
    try:
        shop = Shop(database, development=True)
        with OfdProcess() as ofd:
            with shop.env() as env:
                env["kkt.device"].browse(shop.device_id).ofd_id.url = ofd.url
            shop.serve(shop.queue())
            deliver(shop)
        grow(shop, 1, ROWS)
        hold(shop)
        shop.close()
    finally:
        database.drop()
