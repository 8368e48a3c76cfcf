"""Tills of each kind, behind the contract of ``kkt.device``: one driver for each kind of device."""
