def migrate(cr, version):
    """Why a till was silent is kept as a code now, not as a sentence.

    Which code it was is not to be read from the sentence: a till stays silent, and the next look
    at it tells why.
    """
    cr.execute(
        """
        ALTER TABLE kkt_device_status ADD COLUMN IF NOT EXISTS silence jsonb;
        UPDATE kkt_device_status SET silence = '{"reason": "silent", "params": {}}'
         WHERE error IS NOT NULL;
        ALTER TABLE kkt_device_status DROP COLUMN error
        """
    )
