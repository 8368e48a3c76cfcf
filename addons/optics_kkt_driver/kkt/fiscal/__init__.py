"""What the law says, as values: documents of 54-FZ, their tags and bytes, money, time order.

Standard library only, no I/O, no clock. Start at :mod:`.document`.
"""
