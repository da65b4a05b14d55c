"""Kill points for a test: the environment that arms them for a process, and whether the process died there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent / "killing"
CASEBOOK = [sys.executable, "-m", "casebook.cli.main"]


@dataclass(frozen=True)
class Killing:
    """A folder of armed points."""

    folder: Path
    lease_seconds: float | None = None

    def environment(self, **more: str) -> dict[str, str]:
        """For a process that is to die at a point of this folder, and for all that it starts."""
        lease = {"KILL_POINTS_LEASE": str(self.lease_seconds)} if self.lease_seconds else {}
        path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
        return {**os.environ, "PYTHONPATH": path, "KILL_POINTS": str(self.folder), **lease, **more}

    def arm(self, point: str) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / point).touch()

    def happened(self, point: str) -> bool:
        """Whether a process has died there since it was armed."""
        return any(self.folder.glob(f"{point}.*.killed"))

    def wait(self, point: str, seconds: float = 60) -> bool:
        deadline = time.monotonic() + seconds
        while not (there := self.happened(point)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return there

    def disarm(self, point: str) -> None:
        (self.folder / point).unlink(missing_ok=True)
        for left in self.folder.glob(f"{point}.*.killed"):
            left.unlink()

    def run(self, point: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a Python process to its death at a point."""
        self.arm(point)
        done = subprocess.run(
            [sys.executable, *words], env=self.environment(**environment), capture_output=True, text=True, check=False
        )
        assert self.happened(point), (point, done.returncode, done.stdout, done.stderr[-2000:])
        assert done.returncode == -9
        self.disarm(point)
        return done
