"""A process that sells on a till that others use too. Told by one argument of JSON."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import builders as make

from kkt.device.errors import NoAnswer, Unreachable
from kkt.drivers.registry import open_driver


def main() -> None:
    told = json.loads(sys.argv[1])
    driver = open_driver(told["name"], told["settings"])
    for number in range(told["sales"]):
        key = f"{told['prefix']}n{number}"
        wish = make.intent(driver, datetime.now(UTC), key, seconds=told["limit"])
        print("sends", key, wish.deadline.isoformat(), flush=True)
        try:
            signed = driver.register(make.receipt(key), wish)
        except NoAnswer:
            print("no answer", key, flush=True)
        except Unreachable:
            print("not sent", key, flush=True)
        else:
            print("signed", key, signed.fd_number, flush=True)
    driver.close()


if __name__ == "__main__":
    main()
