"""What Odoo's SQL log need not say: conflicts after which Odoo runs the request again.

Odoo logs each failed statement as an error before it repeats the request. Those that this addon
provokes on purpose, because two calls came at once, are no errors. (`mute_logger` would change the
logger for all threads, and two that overlap leave it silent for ever.)
"""

import logging

from psycopg2.errors import SerializationFailure, UniqueViolation

UNIQUE = ("fiscal_document_key_unique", "fiscal_purchase_name_unique")
"""Names that two calls may take at once; the second one finds the first one's row."""
TABLES = ("fiscal_document", "fiscal_purchase")
"""Rows that a request reads and another one, or the delivery, may change meanwhile."""


def _is_worth_logging(record):
    for argument in record.args or ():
        if isinstance(argument, UniqueViolation) and argument.diag.constraint_name in UNIQUE:
            return False
        if isinstance(argument, SerializationFailure):
            return not any(table in str(record.args[0]) for table in TABLES)
    return True


def install():
    logging.getLogger("odoo.sql_db").addFilter(_is_worth_logging)
