"""Our packages are ours: names that others publish too must not be shadowed, nor have effects."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "yuqing",
    "crawlers",
    "stream",
    "classifier",
    "responder",
    "dashboards",
    "jurisdictions",
)


@pytest.mark.parametrize("name", PACKAGES)
def test_package_is_imported_from_this_project(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__) == ROOT / name / "__init__.py"


def test_run_time_needs_no_torch() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = {line.split("==")[0] for line in lock.splitlines() if "==" in line}
    assert "scrapy" in names
    assert not {n for n in names if n.startswith(("torch", "nvidia", "tensorflow"))}


def test_importing_every_module_opens_nothing() -> None:
    """Each module is imported in a fresh process in which opening a socket is an error.

    What trains the encoder needs torch, which is in the `train` extra only.
    """
    code = (
        "TORCH = 'classifier.train.encoder.'\n"
        "import socket, sys, pkgutil, importlib\n"
        "def refuse(*a, **k): raise AssertionError('a socket at import')\n"
        "socket.socket.connect = refuse\n"
        f"for top in {PACKAGES!r}:\n"
        "    package = importlib.import_module(top)\n"
        "    for info in pkgutil.walk_packages(package.__path__, top + '.'):\n"
        "        if info.name.endswith('__main__') or '.migrations' in info.name: continue\n"
        "        if info.name.startswith(TORCH): continue\n"
        "        importlib.import_module(info.name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
