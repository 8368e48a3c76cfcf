"""An operator's report of a period held against our documents.

:mod:`.report` reads it by a :mod:`.layout`, :mod:`.matching` compares. No I/O, no clock.
"""
