"""The optical prescription without Odoo: powers, axes, prisms, distances and their rules.

Odoo sees this package as ``odoo.addons.optics_core.optics``, tests as ``optics``; so inside it
imports are relative and nothing here imports Odoo, nor knows of the till.

Every quantity is an integer of a unit that makes it exact (see :mod:`.units`): eighths of a
dioptre, hundredths of a prism dioptre, tenths or hundredths of a millimetre, whole degrees (TABO).
"""
