from . import test_optics_measurement, test_optics_prescription, test_product_template
