from . import fiscal_document_decision
