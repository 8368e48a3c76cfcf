from . import (
    optics_prescription_values,
    optics_prescription,
    product_template,
    res_company,
    res_config_settings,
    res_partner,
)
