from . import (
    test_optics_access_log,
    test_optics_consent,
    test_optics_erasure,
    test_optics_measurement,
    test_optics_patient,
    test_optics_patient_export,
    test_optics_prescription,
    test_optics_prescription_contact,
    test_optics_prescription_report,
    test_optics_recall,
    test_product_template,
)
