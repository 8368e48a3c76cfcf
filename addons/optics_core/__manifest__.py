{
    "name": "Optics",
    "version": "19.0.7.1.0",
    "summary": "The records of an optical shop: what kind of optical goods a product is",
    "category": "Sales/Optics",
    "author": "OpticsERP",
    "website": "https://github.com/opticserp/opticserp",
    "license": "LGPL-3",
    "depends": ["sale_management", "stock", "contacts"],
    "data": ["views/product_template_views.xml"],
    "development_status": "Alpha",
}
