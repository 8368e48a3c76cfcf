"""Callers' keys beyond ASCII were kept as if their bytes were Latin-1: a repeated call, which is
read as UTF-8 now, must still find its row. So must what the lane has derived from such a key.

What Latin-1 has as blanks was cut off the ends of keys: the last byte of "Р", of "х", of "à".
"""

import re
from itertools import product

from odoo.tools import parse_version

UTF8_SINCE = "19.0.10.0.0"
"""Keys are read as UTF-8 since this version, and those of before were rewritten then."""
NBSP, NEL = "\u00a0", "\u0085"
"""Latin-1's blanks: the last bytes of à (Å), Р (Ѕ) and х (Ѡ)."""

LANE_KEY = re.compile(r"((?:lane:)*api:)?(.*?)((?::reverse|:shift:\d+)*)", re.DOTALL)
"""A caller's key, and what the lane has put before and after it."""


def migrate(cr, version):
    cr.execute("""
        SELECT id, company_id, key_origin, idempotency_key FROM fiscal_document
         WHERE key_origin IN ('api', 'lane') AND idempotency_key ~ '[\u0080-\u00ff]'
    """)
    is_mixed = parse_version(version) >= parse_version(UTF8_SINCE)
    rows = [(*row, _whole_as_utf8(row[-1], is_mixed)) for row in cr.fetchall()]
    cr.execute("ALTER TABLE fiscal_document DISABLE TRIGGER USER")
    for row_id, company_id, origin, key, meant in rows:
        if meant not in (None, key):
            cr.execute(
                """UPDATE fiscal_document SET idempotency_key = %s WHERE id = %s AND NOT EXISTS (
                       SELECT FROM fiscal_document WHERE company_id = %s
                          AND key_origin = %s AND idempotency_key = %s)""",
                (meant, row_id, company_id, origin, meant),
            )
    cr.execute("ALTER TABLE fiscal_document ENABLE TRIGGER USER")


def _whole_as_utf8(key, is_mixed):
    before, own, after = LANE_KEY.fullmatch(key).groups("")
    meant = _as_utf8(own, is_mixed)
    return None if meant is None else f"{before}{meant}{after}"


def _as_utf8(key, is_mixed):
    """Return the key that the caller meant; None where its bytes were no UTF-8.

    :param is_mixed: among the rows are keys that were read as UTF-8: `CASTAÑ` is one of these
        unless its other letters tell that it is none
    """
    if (meant := _decoded(key)) is not None:
        return meant
    if is_mixed and (key.isascii() or _decoded(key[:-1]) in (None, key[:-1])):
        return None
    usual = (NEL, NBSP) if key.endswith("Ñ") else (NBSP, NEL)
    return next(
        (
            meant
            for count in (1, 2)
            for cut in product(usual, repeat=count)
            if (meant := _decoded(key + "".join(cut))) is not None
        ),
        None,
    )


def _decoded(key):
    try:
        return key.encode("latin-1").decode()
    except UnicodeError:
        return None
