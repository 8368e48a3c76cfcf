"""Counters tell from which state documents came: what was counted before came the usual way."""


def migrate(cr, version):
    cr.execute("ALTER TABLE kkt_counter ADD COLUMN IF NOT EXISTS origin varchar")
    cr.execute("""
        UPDATE kkt_counter
           SET origin = CASE state
                   WHEN 'queued' THEN 'failed'
                   WHEN 'printing' THEN 'queued'
                   WHEN 'manual' THEN 'unknown'
                   WHEN 'cancelled' THEN 'queued'
                   WHEN 'delivered' THEN 'printed'
                   WHEN 'dead' THEN 'printed'
                   ELSE 'printing'
               END
         WHERE origin IS NULL
    """)
