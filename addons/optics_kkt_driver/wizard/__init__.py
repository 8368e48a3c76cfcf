from . import (
    fiscal_correction,
    fiscal_correction_line,
    fiscal_document_decision,
    kkt_cash_move,
)
