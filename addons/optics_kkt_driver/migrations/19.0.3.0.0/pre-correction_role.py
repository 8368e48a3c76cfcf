"""What a row does within a correction is called by the one word that corrections have."""


def migrate(cr, version):
    cr.execute("ALTER TABLE fiscal_document RENAME COLUMN mending TO correction_role")
    cr.execute("""
        UPDATE ir_model_fields SET name = 'correction_role'
         WHERE model = 'fiscal.document' AND name = 'mending'
    """)
    cr.execute("""
        UPDATE ir_model_data SET name = replace(name, '__mending', '__correction_role')
         WHERE module = 'optics_kkt_driver' AND name LIKE '%fiscal\\_document\\_\\_mending%'
    """)
