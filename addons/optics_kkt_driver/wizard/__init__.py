from . import fiscal_document_decision, kkt_cash_move
