from . import optics_lens_sheet, optics_patient_erasure, optics_prescription_comparison
