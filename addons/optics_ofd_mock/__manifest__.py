{
    "name": "Optics: OFD emulator",
    "version": "19.0.11.1.0",
    "summary": "Receives documents as an operator of fiscal data would; for development only",
    "category": "Accounting/Localizations/Point of Sale",
    "author": "OpticsERP",
    "website": "https://github.com/opticserp/opticserp",
    "license": "LGPL-3",
    "depends": ["optics_kkt_driver"],
    "data": [
        "security/ir.model.access.csv",
        "data/ofd_mock_state.xml",
        "views/ofd_mock_receipt_views.xml",
        "views/ofd_mock_state_views.xml",
    ],
    "assets": {
        # Debian leaves this file out of Odoo's package; asked for, it is an error in every browser.
        "web.assets_backend": [
            ("remove", "mail/static/lib/selfie_segmentation/selfie_segmentation.js"),
        ],
    },
    "development_status": "Alpha",
}
