"""A second set of seeded slips, written without sight of the rules it measures.

Whoever wrote the rules of :mod:`optics.traps` also wrote the first set, and so may have thought
of the same slips twice. This one was made from published distributions alone, by another hand,
and was fixed before its first run: its figures are no basis for tuning, only a check.

``PYTHONPATH=addons/optics_core python -m tests.seeded.second`` prints them.
"""
