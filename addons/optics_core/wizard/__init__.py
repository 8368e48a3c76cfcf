from . import (
    optics_lens_fit,
    optics_lens_fit_offer,
    optics_lens_sheet,
    optics_patient_erasure,
    optics_prescription_comparison,
)
