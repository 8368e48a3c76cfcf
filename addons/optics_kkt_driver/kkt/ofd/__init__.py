"""How a signed document reaches the operator of fiscal data (OFD).

One message, several ways to carry it, one classification of what came back. Nothing here keeps
state: queue, attempts and breaker belong to the caller.
"""
