from . import (
    test_account_tax,
    test_api,
    test_api_purchase,
    test_chart_of_accounts,
    test_delivery,
    test_documents,
    test_fiscal_document,
    test_kkt_device,
    test_product_template,
    test_settings,
    test_turn_of_year,
)
