from . import (
    fiscal_correction,
    fiscal_correction_line,
    fiscal_document_decision,
    fiscal_setup_step,
    fiscal_turnover_export,
    kkt_cash_move,
    kkt_document_reading,
    kkt_drive_replacement,
    kkt_virtual_faults,
)
