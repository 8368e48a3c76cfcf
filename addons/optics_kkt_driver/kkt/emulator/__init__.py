"""Stand-ins for what hangs on the other end of the wire: test instruments, no cash register.

Their decisions are pure and their memory lies behind small seams, so that a process of its own,
an Odoo controller and a unit test use the same code.
"""
