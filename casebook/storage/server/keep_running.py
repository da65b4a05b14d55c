"""The small process that `Server.linger` starts: it keeps the server running for a while, then leaves.

python -m casebook.storage.server.keep_running FOLDER DATA SECONDS, with the membership open as file 3.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from casebook.storage.server.packaged_server import stop
from casebook.storage.server.server_use import alone, leave

MEMBERSHIP = 3


def main(folder: Path, data: Path, seconds: float) -> None:
    os.chdir("/")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        time.sleep(seconds)
    finally:
        with alone(folder):
            if leave(MEMBERSHIP):
                stop(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
