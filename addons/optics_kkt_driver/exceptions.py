from odoo.exceptions import UserError


class BufferFull(UserError):
    """Too many signed documents wait for the OFD: this sale must not become one more."""

    http_status = 503


class KeyConflict(UserError):
    """An idempotency key came again with another body. `document` is the row that has it."""

    http_status = 409

    def __init__(self, message, document):
        super().__init__(message)
        self.document = document
