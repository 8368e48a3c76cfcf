from . import (
    test_optics_access_log,
    test_optics_consent,
    test_optics_prescription,
    test_product_template,
)
