"""Seeded errors: what :mod:`optics.traps` catches of a thousand slips, and asks of a thousand good
pairs.

Printed by ``PYTHONPATH=addons/optics_core .dev/venv/bin/python -m tests.seeded``; asserted by
tests/plain/optics/test_seeded_errors.py.
"""
