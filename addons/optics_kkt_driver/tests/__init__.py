from . import (
    test_account_tax,
    test_api,
    test_chart_of_accounts,
    test_companies,
    test_delivery,
    test_device_service,
    test_fiscal_document,
    test_kkt_device,
    test_kkt_drive,
    test_product_template,
    test_settings,
)
