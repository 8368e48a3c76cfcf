from . import test_product_template
