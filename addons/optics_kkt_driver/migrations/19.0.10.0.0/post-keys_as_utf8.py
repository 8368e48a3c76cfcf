"""Callers' keys beyond ASCII were kept as if their bytes were Latin-1: a repeated call, which is
read as UTF-8 now, must still find its row. So must what the lane has derived from such a key.
"""


def migrate(cr, version):
    cr.execute("""
        SELECT id, company_id, key_origin, idempotency_key FROM fiscal_document
         WHERE key_origin IN ('api', 'lane') AND idempotency_key ~ '[\u0080-\u00ff]'
    """)
    rows = [(*row, _as_utf8(row[-1])) for row in cr.fetchall()]
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


def _as_utf8(key):
    """Return the key that the caller meant; None where its bytes were no UTF-8."""
    try:
        return key.encode("latin-1").decode()
    except UnicodeError:
        return None
