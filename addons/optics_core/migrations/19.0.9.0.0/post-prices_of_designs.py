def migrate(cr, version):
    """Let suppliers' prices of lenses hold for their powers: Odoo had tied each to a variant."""
    cr.execute(
        """
        UPDATE product_supplierinfo AS price SET product_id = NULL
          FROM product_template AS design
         WHERE design.id = price.product_tmpl_id
           AND design.optics_kind IN ('lens', 'contact_lens')
        """
    )
