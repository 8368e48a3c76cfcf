"""Shtrih-M and the tills that speak its protocol (v1.17, standard lower level).

`frames` and `port` are the wire, `link` the rules of who speaks when, `commands` with `layout` what
is said, `client` asks one command, `plan` makes commands of a document, `driver` keeps the
contract.
"""

from .driver import ShtrihDriver

__all__ = ["ShtrihDriver"]
