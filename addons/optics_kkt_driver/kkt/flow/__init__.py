"""The procedures between a sale and the OFD; clock, store and device are injected.

One and the same code runs in Odoo, against the virtual till in tests and in the exhaustive check
of faults, so nothing here knows who calls it.
"""
