from . import (
    fiscal_document_decision,
    kkt_document_reading,
    kkt_drive_replacement,
    kkt_virtual_faults,
)
