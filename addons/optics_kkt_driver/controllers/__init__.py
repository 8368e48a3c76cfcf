from . import api, buffer, fallback, health, purchase, receipt, till_operation
