from . import fiscal_correction, fiscal_setup_step, pos_order_decision
