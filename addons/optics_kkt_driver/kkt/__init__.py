"""The till without Odoo: what the law says, what devices say, and the procedures between them.

Odoo sees this package as ``odoo.addons.optics_kkt_driver.kkt``, tests and the emulator as ``kkt``;
so inside it imports are relative and nothing here imports Odoo.
"""
