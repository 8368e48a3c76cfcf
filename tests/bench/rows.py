"""Many rows of a table at once, as copies of one that Odoo has made."""

from __future__ import annotations

from tests.acceptance.harness.database import TestDatabase


def copy_row(
    database: TestDatabase, table: str, original: int, count: int, changed: dict[str, str]
) -> None:
    """Copy a row as often, with these columns by expressions of the copy's number ``n``."""
    columns = [
        row["column_name"]
        for row in database.query(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s",
            (table,),
        )
    ]
    into = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    values = values.replace("%", "%%")  # of parameters there are none
    database.query(
        f"INSERT INTO {table} ({into}) SELECT {values} FROM {table} t,"
        f" generate_series(1, {count}) n WHERE t.id = {original}"
    )
    database.query(
        f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table})); ANALYZE {table}"
    )
