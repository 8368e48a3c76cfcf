from . import (
    test_account_tax,
    test_api,
    test_chart_of_accounts,
    test_delivery,
    test_fiscal_document,
    test_kkt_device,
    test_kkt_histogram,
    test_kkt_shift,
    test_product_template,
    test_settings,
)
