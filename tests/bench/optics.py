"""Looking for patients and prescriptions among many: as the screens do it, and by bare SQL."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import quantiles
from typing import Any

import psycopg2

from tests.acceptance.harness.database import TestDatabase
from tests.bench.rows import copy_row
from tests.bench.shop import ADMIN, registry_of
from tests.bench.timing import milliseconds, show

PATIENTS = int(os.environ.get("BENCH_PATIENTS", "100000"))
PRESCRIPTIONS = 3 * PATIENTS
REPETITIONS = 150
WARM_UP = 10
PAGE = 80
STEMS = (
    "Агеев Белов Власов Громов Дьяков Ершов Зайцев Ильин Козлов Лапин Макаров Носов Орлов Панов"
    " Рябов Сомов Титов Уваров Фомин Харитонов Цветков Чернов Шилов Яшин"
).split()
SURNAMES = [f"{stem}{ending}" for stem in STEMS for ending in ("", "а", "ский", "ская", "енко")]
NAMES = (
    "Анна Борис Вера Глеб Дина Егор Жанна Захар Инна Карл Лев Майя Нина Олег Пётр Роман Софья"
    " Тарас Ульяна Фаина Эмма Яков"
).split()
PATRONYMICS = (
    "Петровна Ильич Олеговна Юрьевич Яковлевна Львович Марковна Ивановна Фёдорович Глебовна"
    " Романович Антоновна Денисович Егоровна"
).split()
LIST = {
    name: {}
    for name in (
        *("date", "purpose", "od_sphere", "od_cylinder", "od_axis"),
        *("os_sphere", "os_cylinder", "os_axis", "valid_until", "state"),
    )
} | {"patient_id": {"fields": {"display_name": {}}}}
"""What the list of prescriptions shows."""
PEOPLE = [("is_company", "=", False)]
IN_FORCE = [
    ("state", "=", "signed"),
    *("|", ("valid_until", "=", False), ("valid_until", ">=", "today")),
]
"""The search's filter."""
ROW = (
    "SELECT id, date, patient_id, purpose, od_sphere, od_cylinder, od_axis, os_sphere, os_cylinder,"
    " os_axis, valid_until, state FROM optics_prescription WHERE company_id = %(company)s"
)
NEWEST = " ORDER BY date DESC, id DESC LIMIT 80"
BARE = {
    "patient": (
        "SELECT id, complete_name FROM res_partner WHERE active AND complete_name ILIKE %(words)s"
        " AND is_company IS NOT TRUE ORDER BY complete_name, id DESC LIMIT 8"
    ),
    "prescriptions": f"{ROW} AND patient_id = %(patient)s{NEWEST}",
    "newest": f"{ROW}{NEWEST}",
    "in_force": (
        f"{ROW} AND state = 'signed' AND (valid_until IS NULL OR valid_until >= CURRENT_DATE)"
        f"{NEWEST}"
    ),
}
"""What each screen needs at least."""
TITLES = {
    "patient": "patient by name, 8 proposals",
    "prescriptions": "prescriptions of a patient",
    "newest": "list of prescriptions, first page",
    "in_force": "those in force, first page",
}


class Practice:
    """A shop of many years: its records are copies of one patient and one prescription."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        # Odoo does so itself where it creates the database; scripts/devtools create it otherwise.
        database.query("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        self.registry = registry_of(database)
        with self.registry.cursor() as cr:
            self._begin(cr)
        self._fill()
        with self.registry.cursor() as cr:
            self._index(cr)

    def _begin(self, cr) -> None:
        from odoo import api
        from odoo.fields import Command

        env = api.Environment(cr, ADMIN, {})
        groups = env.ref("base.group_user") + env.ref("optics_core.group_optics_optician")
        person = {"name": "Оптометрист", "login": "bench", "group_ids": [Command.set(groups.ids)]}
        self.optician = env["res.users"].create(person).id
        self.company = env.ref("base.main_company").id
        patient = env["res.partner"].create({"name": "Первый", "optics_birthdate": "1980-01-01"})
        values = {"patient_id": patient.id, "company_id": self.company, "pd_far": 620}
        one = env["optics.prescription"].create(values | {"od_sphere": -10, "os_sphere": -12})
        self.patient, self.prescription = patient.id, one.id

    def _fill(self) -> None:
        name = " || ' ' || ".join(
            f"(ARRAY[{', '.join(map(repr, words))}])[1 + (n / {each}) % {len(words)}]"
            for words, each in ((SURNAMES, 1), (NAMES, 7), (PATRONYMICS, 3))
        )
        partners = {
            **{"id": "t.id + n", "commercial_partner_id": "t.id + n"},
            **{"name": name, "complete_name": name, "email": "'p' || n || '@example.com'"},
        }
        copy_row(self.database, "res_partner", self.patient, PATIENTS, partners)
        day = "CURRENT_DATE - (n * 13) % 3650"
        prescriptions = {
            **{"id": "t.id + n", "date": day, "valid_until": f"{day} + 365"},
            "patient_id": f"{self.patient} + n % {PATIENTS}",
            "state": "CASE WHEN n % 20 = 0 THEN 'replaced' ELSE 'signed' END",
        }
        copy_row(
            self.database, "optics_prescription", self.prescription, PRESCRIPTIONS, prescriptions
        )

    def _index(self, cr) -> None:
        """Have the indexes that wait for the extension; made now, they have no list of new rows."""
        from odoo import api

        partners = api.Environment(cr, ADMIN, {})["res.partner"]
        for index in partners._table_objects.values():
            index.apply_to_database(partners)

    @contextmanager
    def env(self) -> Iterator:
        """A request of the optician: nothing is cached yet, and it is committed."""
        from odoo import api

        with self.registry.cursor() as cr:
            context = {"lang": "ru_RU", "tz": "Europe/Moscow"}
            yield api.Environment(
                cr, self.optician, context | {"allowed_company_ids": [self.company]}
            )

    def calls(self, case: dict[str, Any]) -> dict[str, dict[str, Callable[[], object]]]:
        """What the client calls for this case, and the search in it alone; by names of BARE."""
        domains = {
            "prescriptions": [("patient_id", "=", case["patient"])],
            "newest": [],
            "in_force": IN_FORCE,
        }
        lists = {
            name: {"search": partial(self.search, domain), "screen": partial(self.list, domain)}
            for name, domain in domains.items()
        }
        typed = case["typed"]
        of_name = {"search": partial(self.find, typed), "screen": partial(self.propose, typed)}
        return {"patient": of_name, **lists}

    def find(self, typed: str) -> None:
        with self.env() as env:
            assert env["res.partner"].search([("display_name", "ilike", typed), *PEOPLE], limit=8)

    def propose(self, typed: str) -> None:
        with self.env() as env:
            assert env["res.partner"].web_name_search(typed, {"display_name": {}}, PEOPLE, limit=8)

    def search(self, domain: list) -> None:
        with self.env() as env:
            assert env["optics.prescription"].search(domain, limit=PAGE)

    def list(self, domain: list) -> None:
        with self.env() as env:
            found = env["optics.prescription"].web_search_read(
                domain, LIST, limit=PAGE, count_limit=10001
            )
            assert found["records"]

    def close(self) -> None:
        """Let go of the database, so that it can be dropped."""
        from odoo.sql_db import close_db

        close_db(self.registry.db_name)


def measured(practice: Practice) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each screen, its search, and the bare query, which take turns."""
    taken: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in BARE}
    link = psycopg2.connect(dbname=practice.database.name)
    link.autocommit = True
    for number in range(-WARM_UP, REPETITIONS):
        typed = f"{SURNAMES[number % len(SURNAMES)]} {NAMES[number % len(NAMES)]}"
        patient = practice.patient + 1 + number * 7919 % PATIENTS
        case = {"typed": typed, "words": f"%{typed}%", "patient": patient}
        for name, calls in practice.calls(case).items():
            calls["bare"] = partial(_fetched, link, BARE[name], practice, case)
            for what, call in calls.items():
                spent = milliseconds(call)
                if number >= 0:
                    taken[name][what].append(spent)
    link.close()
    return taken


def _fetched(link, statement: str, practice: Practice, case: dict[str, Any]) -> None:
    with link.cursor() as cursor:
        cursor.execute(statement, {**case, "company": practice.company})
        cursor.fetchall()


def p95(taken: list[float]) -> float:
    return quantiles(taken, n=20)[-1]


def run() -> None:
    database = TestDatabase()
    try:
        practice = Practice(database)
        rows = []
        for name, taken in measured(practice).items():
            cost = {what: p95(each) for what, each in taken.items()}
            ratios = "  ".join(
                f"{what} {cost[what]:.1f} ms × {cost[what] / cost['bare']:.1f}"
                for what in ("search", "screen")
            )
            rows.append((f"{TITLES[name]}: bare {cost['bare']:.1f} ms", ratios))
        show(
            f"P95 of {REPETITIONS} among {PATIENTS:,} patients and {PRESCRIPTIONS:,} prescriptions"
            " (goal: × 2)",
            rows,
        )
        practice.close()
    finally:
        database.drop()
