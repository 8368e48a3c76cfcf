"""A key stands beside its origin: what callers send and what the server makes shared one space.

Short keys stay: they travel in documents on the drive, and recovery goes by them.
"""


def migrate(cr, version):
    cr.execute(
        """
        ALTER TABLE fiscal_document DISABLE TRIGGER USER;
        ALTER TABLE fiscal_document ADD COLUMN IF NOT EXISTS key_origin varchar;
        UPDATE fiscal_document
           SET key_origin = CASE WHEN correction_role = 'reverse' THEN 'lane' ELSE source END;
        UPDATE fiscal_document SET idempotency_key = source || ':' || idempotency_key
         WHERE correction_role = 'reverse';
        UPDATE fiscal_document opening
           SET idempotency_key = parent.key_origin || ':' || parent.idempotency_key
               || substring(opening.idempotency_key from ':shift:[0-9]+$')
          FROM fiscal_document parent, (
               SELECT id, regexp_replace(idempotency_key, ':shift:[0-9]+$', '') AS key
                 FROM fiscal_document WHERE source = 'lane' AND kind = 'shift_open') old
         WHERE opening.id = old.id AND parent.id <> old.id
           AND parent.company_id = opening.company_id
           AND parent.idempotency_key IN (old.key, parent.source || ':' || old.key);
        ALTER TABLE fiscal_document ENABLE TRIGGER USER
        """
    )
