"""The command as a user starts it: a process of its own, its output and its exit code."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WANGGE = Path(sys.executable).parent / "wangge"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


def wangge(url: str, folder: Path, *words: object) -> Done:
    """Run the command on a database, keeping its files in a folder."""
    environment = {**os.environ, "WANGGE_DATABASE_URL": url, "WANGGE_FILES": str(folder / "files")}
    done = subprocess.run(
        [WANGGE, *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)
