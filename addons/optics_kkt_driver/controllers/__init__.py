from . import (
    api,
    buffer,
    correction,
    fallback,
    gate,
    health,
    heartbeat,
    purchase,
    receipt,
    till_operation,
)
