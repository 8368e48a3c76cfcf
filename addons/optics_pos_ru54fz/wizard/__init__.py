from . import fiscal_correction, pos_order_decision
