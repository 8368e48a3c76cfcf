{
    "name": "Planted bug",
    "summary": "Loaded by tests alone: the bug that CHAOS_PLANTED names",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "OpticsERP",
    "installable": False,
}
