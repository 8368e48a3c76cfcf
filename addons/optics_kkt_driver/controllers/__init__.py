from . import (
    api,
    buffer,
    correction,
    fallback,
    gate,
    health,
    heartbeat,
    metrics,
    purchase,
    receipt,
    till_operation,
)
