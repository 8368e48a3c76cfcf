"""A process that makes tills which others make too. Told by one argument of JSON.

It says when it is ready, begins when it is told a line, and then names each till's FD 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kkt.virtual import TillRegistration, VirtualTill


def main() -> None:
    told = json.loads(sys.argv[1])
    registration = TillRegistration(**told["registration"])
    print("ready", flush=True)
    sys.stdin.readline()
    for path in told["paths"]:
        till = VirtualTill.create(Path(path), registration)
        print(Path(path).name, till.read(1)["fiscalSign"], flush=True)
        till.close()


if __name__ == "__main__":
    main()
