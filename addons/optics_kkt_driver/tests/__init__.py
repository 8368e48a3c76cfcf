from . import (
    test_account_tax,
    test_api,
    test_chart_of_accounts,
    test_delivery,
    test_correction,
    test_fiscal_document,
    test_fiscal_regime,
    test_kkt_device,
    test_product_template,
    test_settings,
)
