from . import (
    fiscal_correction,
    fiscal_correction_line,
    fiscal_document_decision,
    fiscal_setup_step,
    kkt_cash_move,
    kkt_document_reading,
    kkt_drive_replacement,
    kkt_virtual_faults,
)
