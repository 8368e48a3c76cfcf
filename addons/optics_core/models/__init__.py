from . import (
    optics_read_logged,
    optics_access_log,
    optics_consent,
    optics_consent_purpose,
    optics_prescription_values,
    optics_prescription,
    optics_prescription_question,
    product_template,
    res_company,
    res_config_settings,
    res_partner,
)
