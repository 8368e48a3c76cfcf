"""What acceptance tests stand on: a real Odoo server, its database, a real browser."""
