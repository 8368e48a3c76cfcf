{
    "name": "Planted bug",
    "summary": "Loaded by a test alone: the till's answer to a lookup is always a wrong one",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "OpticsERP",
    "installable": False,
}
