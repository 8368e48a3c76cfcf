def migrate(cr, version):
    """Why a till was silent is kept as a code now; the next look at the till writes it."""
    cr.execute("ALTER TABLE kkt_device_status DROP COLUMN IF EXISTS error")
