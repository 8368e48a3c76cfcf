from . import api, buffer, fallback, health, receipt
