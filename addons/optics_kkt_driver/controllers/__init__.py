from . import api, buffer, correction, fallback, health, purchase, receipt, till_operation
