"""The way to a till: its lock, its rows in committed steps, and the one conversation with it.

Plain classes over cursors of their own; models load and store for them. ``cursor`` ← ``held`` ←
``conversation`` ← ``side_by_side``; ``outbox`` is the same for what goes to the OFD.
"""
