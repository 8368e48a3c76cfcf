from . import (
    fiscal_correction,
    fiscal_correction_line,
    fiscal_document_decision,
    kkt_cash_move,
    kkt_connection_test,
    kkt_document_reading,
    kkt_drive_replacement,
    kkt_port_scan,
    kkt_virtual_faults,
    kkt_wire_trace,
)
