"""One thread at a time makes syntax trees, where Python cannot have it otherwise.

Before 3.11.8 and 3.12.2 all threads count the depth of their trees in one place: two at once end in
"SystemError: AST constructor recursion depth mismatch" (python/cpython#106905), which a cashier
read at a first press. Odoo makes trees while it loads views and reads contexts. Debian 12 has
3.11.2.
"""

import ast
import sys
import threading
from functools import wraps

MENDED_IN = {(3, 11): 8, (3, 12): 2}
"""The first micro version of a Python that counts for each call."""


def needs_it(version):
    """Tell whether a Python (its ``version_info``) has the fault."""
    return version[2] < MENDED_IN.get(tuple(version[:2]), 0)


def one_at_a_time(call):
    """Return `call` such that a second thread waits; the same one may be in it twice."""
    lock = threading.RLock()

    @wraps(call)
    def waiting(*args, **kwargs):
        with lock:
            return call(*args, **kwargs)

    return waiting


def install():
    if needs_it(sys.version_info):
        ast.parse = one_at_a_time(ast.parse)
