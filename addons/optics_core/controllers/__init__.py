from . import optics_lens_sheet, optics_patient_export
