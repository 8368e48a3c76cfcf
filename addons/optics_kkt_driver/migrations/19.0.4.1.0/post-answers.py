def migrate(cr, version):
    """Part what an operator answered from what is said of it to all who see a document.

    Stored were one line of both, `HTTP 422: the answer`, or `Broken: the library's words`.
    """
    cr.execute(
        r"""
        UPDATE fiscal_document
           SET delivery_answer = delivery_message,
               delivery_message = substring(delivery_message FROM '^(HTTP \d+|\w+)')
         WHERE delivery_message ~ '^(HTTP \d+|\w+): ';
        UPDATE fiscal_ofd
           SET pause_answer = pause_reason,
               pause_reason = substring(pause_reason FROM '^(HTTP \d+|\w+)')
         WHERE pause_reason ~ '^(HTTP \d+|\w+): ';
        ALTER TABLE fiscal_document_event DISABLE TRIGGER USER;
        UPDATE fiscal_document_event
           SET why = substring(why FROM '^HTTP \d+')
         WHERE to_state = 'dead' AND why ~ '^HTTP \d+: ';
        ALTER TABLE fiscal_document_event ENABLE TRIGGER USER
        """
    )
