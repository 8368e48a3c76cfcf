from . import (
    fiscal_document,
    hr_employee,
    pos_config,
    pos_order,
    pos_order_line,
    pos_payment,
    pos_payment_method,
    pos_session,
    product_template,
    res_config_settings,
    sale_order,
)
