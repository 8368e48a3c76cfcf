"""Seeded fuzz of the HTTP API: valid calls spoilt in a few known places, and who judges answers."""
