from . import optics_prescription_report
