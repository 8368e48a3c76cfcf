from odoo.tools import SQL

SUMS = {
    "cash_total_sum": "$.cashTotalSum",
    "ecash_total_sum": "$.ecashTotalSum",
    "prepaid_sum": "$.prepaidSum",
    "credit_sum": "$.creditSum",
    "provision_sum": "$.provisionSum",
    "nds_22": "$.amountsReceiptNds.amountsNds[*] ? (@.nds == 11).ndsSum",
    "nds_22_122": "$.amountsReceiptNds.amountsNds[*] ? (@.nds == 12).ndsSum",
    "nds_20": "$.nds18",
    "nds_20_120": "$.nds18118",
    "nds_10": "$.nds10",
    "nds_10_110": "$.nds10110",
    "nds_7": "$.amountsReceiptNds.amountsNds[*] ? (@.nds == 8).ndsSum",
    "nds_7_107": "$.amountsReceiptNds.amountsNds[*] ? (@.nds == 10).ndsSum",
    "nds_5": "$.amountsReceiptNds.amountsNds[*] ? (@.nds == 7).ndsSum",
    "nds_5_105": "$.amountsReceiptNds.amountsNds[*] ? (@.nds == 9).ndsSum",
    "nds_0": "$.nds0",
    "nds_no": "$.ndsNo",
}
"""Where a signed document tells what is a column now."""
WITHOUT_VAT = ("nds_0", "nds_no")


def migrate(cr, version):
    """Fill the sums by payment and rate in one statement; Odoo would take each document in turn."""
    for name in (*SUMS, "nds_sum"):
        column = SQL.identifier(name)
        cr.execute(SQL("ALTER TABLE fiscal_document ADD COLUMN IF NOT EXISTS %s numeric", column))
    vat = [name for name in SUMS if name.startswith("nds_") and name not in WITHOUT_VAT]
    cr.execute(
        SQL(
            """
            UPDATE fiscal_document document
               SET %(columns)s, nds_sum = %(vat)s
              FROM (SELECT id, %(told)s
                      FROM fiscal_document
                     WHERE kind IN ('receipt', 'correction')
                       AND state IN ('printed', 'delivered', 'dead')) told
             WHERE document.id = told.id
            """,
            columns=SQL(", ").join(
                SQL("%s = told.%s", SQL.identifier(name), SQL.identifier(name)) for name in SUMS
            ),
            vat=SQL(" + ").join(SQL("coalesce(told.%s, 0)", SQL.identifier(name)) for name in vat),
            told=SQL(", ").join(_told(name, path) for name, path in SUMS.items()),
        )
    )


def _told(name, path):
    return SQL(
        """CASE WHEN operation_type IN ('2', '3') THEN -1 ELSE 1 END / 100.0
        * jsonb_path_query_first(signed_json, %(path)s)::numeric AS %(name)s""",
        path=f'{path} ? (@.type() == "number")',
        name=SQL.identifier(name),
    )
