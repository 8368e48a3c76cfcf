from . import (
    optics_prescription_values,
    optics_prescription_contact,
    optics_prescription,
    optics_prescription_question,
    product_template,
    optics_measurement_values,
    optics_measurement,
    optics_patient_event,
    res_company,
    res_config_settings,
    res_partner,
    sale_order,
)
