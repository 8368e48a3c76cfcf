from . import optics_patient_export
