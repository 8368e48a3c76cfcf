from . import (
    optics_prescription_values,
    optics_prescription,
    optics_prescription_question,
    product_template,
    optics_measurement_values,
    optics_measurement,
    res_company,
    res_config_settings,
    res_partner,
)
