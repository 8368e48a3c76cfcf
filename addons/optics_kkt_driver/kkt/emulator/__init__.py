"""Processes of their own that play what hangs on the other end of a wire, for development.

Wires only: decisions are those of ``virtual/``. They listen on this machine alone.
"""
