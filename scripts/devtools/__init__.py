"""Databases: the developer's, and the templates that make new ones quick.

Called as ``scripts/database.sh COMMAND …``; ``scripts/run_tests.py``, the acceptance tests, chaos
and the bench import it.

A *core template* holds Odoo's own modules that the suite depends on, with Russian and demo data.
It costs a minute and a half and changes only with Odoo, so it is kept. The *suite template* of the
tests is a copy of it with our addons; it is built again when a file of theirs changed. What a
database is, and whether it was finished, stands in its PostgreSQL comment: so an interrupted run is
recognised, and nothing but our own half-built work is ever dropped.
"""
