def migrate(cr, version):
    """Mark what has a receipt, and what is still to be paid at a point of sale with a till."""
    cr.execute("""
        UPDATE pos_order sold SET fiscal_required = true
         WHERE EXISTS (SELECT FROM fiscal_document WHERE pos_order_id = sold.id)
            OR sold.state = 'draft' AND EXISTS (
               SELECT FROM pos_session session
                 JOIN pos_config config ON config.id = session.config_id
                WHERE session.id = sold.session_id AND config.kkt_device_id IS NOT NULL)
    """)
