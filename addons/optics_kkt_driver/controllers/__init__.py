from . import api, buffer, correction, fallback, gate, health, purchase, receipt, till_operation
