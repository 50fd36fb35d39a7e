"""Java servers come from Maven Central, as their makers publish them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.services.places import STATE, Unavailable

_JVM_FOLDERS = ("/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines")
_VERSION = re.compile(r'JAVA_VERSION="(\d+)')


def java_home(at_least: int) -> Path:
    """The newest JDK or JRE of at least that version. Raises Unavailable."""
    found = sorted(((_version(home), home) for home in _homes()), reverse=True)
    if not found or found[0][0] < at_least:
        raise Unavailable(f"needs a Java of version {at_least} or newer")
    return found[0][1]


def maven(goal: str, *arguments: str, cwd: Path) -> None:
    """Run one goal of Maven with its cache in `.services`. Raises Unavailable."""
    command = shutil.which("mvn")
    if command is None:
        raise Unavailable("needs mvn (Debian: apt-get install maven)")
    done = subprocess.run(
        [command, "-q", "-B", f"-Dmaven.repo.local={STATE / 'm2'}", goal, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"mvn {goal} failed: {done.stdout[-1500:]}{done.stderr[-500:]}")


def _homes() -> list[Path]:
    homes = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if name in os.environ]
    on_path = shutil.which("java")
    if on_path:
        homes.append(Path(on_path).resolve().parents[1])
    for folder in map(Path, _JVM_FOLDERS):
        homes += [*folder.glob("*"), *folder.glob("*/Contents/Home")]
    return [home for home in homes if (home / "bin" / "java").exists()]


def _version(home: Path) -> int:
    try:
        found = _VERSION.search((home / "release").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0
