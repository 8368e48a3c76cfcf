"""Exit 0 if the address answers 200. For scripts: a fresh machine may have no curl."""

import sys
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
        sys.exit(answer.status != 200)
except (urllib.error.URLError, ConnectionError, TimeoutError):
    sys.exit(1)
