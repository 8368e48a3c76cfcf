from . import (
    test_optics_measurement,
    test_optics_prescription,
    test_optics_prescription_report,
    test_product_template,
)
