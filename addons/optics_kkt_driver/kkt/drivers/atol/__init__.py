"""A till behind ATOL's Web Requests server (DTO 10, API v2): tasks in JSON over HTTP.

``json_text`` numbers without floats, ``client`` one HTTP exchange, ``tasks`` our documents as the
server's tasks, ``results`` what it answers, ``queue`` one task from its sending to its end, and
``driver`` the contract that every till keeps.
"""

from .driver import AtolDriver

__all__ = ["AtolDriver"]
