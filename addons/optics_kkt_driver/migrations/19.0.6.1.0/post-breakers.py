def migrate(cr, version):
    """Give each endpoint the row of its breaker, which new ones are created with."""
    cr.execute(
        """
        INSERT INTO fiscal_ofd_breaker
               (ofd_id, company_id, state, failures, reopened, version, last_call)
        SELECT id, company_id, 'closed', 0, 0, 0, 'well' FROM fiscal_ofd
            ON CONFLICT (ofd_id) DO NOTHING
        """
    )
