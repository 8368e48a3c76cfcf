from . import optics_prescription_comparison
