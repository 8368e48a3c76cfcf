from odoo.exceptions import UserError


class KeyConflict(UserError):
    """An idempotency key came again with another body. `document` is the row that has it."""

    http_status = 409

    def __init__(self, message, document):
        super().__init__(message)
        self.document = document
