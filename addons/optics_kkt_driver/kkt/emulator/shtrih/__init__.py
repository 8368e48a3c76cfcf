"""The door of a Shtrih-M till: frames on TCP and on a pseudo terminal, commands, tables.

Source of all: Shtrih-M protocol v1.17. A test instrument, no cash register.
"""

from .door import open_doors

__all__ = ["open_doors"]
