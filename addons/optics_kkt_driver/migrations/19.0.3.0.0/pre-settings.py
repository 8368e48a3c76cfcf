"""A setting has one name everywhere: two kept their values under another than their field's."""

RENAMED = {
    "optics_kkt.retry_base": "optics_kkt.ofd_retry_base",
    "optics_kkt.retry_cap": "optics_kkt.ofd_retry_cap",
}


def migrate(cr, version):
    for old, new in RENAMED.items():
        cr.execute("UPDATE ir_config_parameter SET key = %s WHERE key = %s", (new, old))
