"""Putting a judged model in the place of another: whole, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from yuqing.domain.errors import InvalidMessage


def promote(model: Path, dest: Path) -> None:
    """Copy the folder `model` to `dest`; a model that is there makes way only when the copy is
    complete, and is put back when that fails. Raises InvalidMessage when `model` is no folder."""
    if not model.is_dir():
        raise InvalidMessage(f"{model}: only the folder of a model can be promoted")
    if model.resolve() == dest.resolve():
        return
    fresh, former = (dest.with_name(f".{dest.name}.{mark}") for mark in ("new", "old"))
    for left in (fresh, former):
        shutil.rmtree(left, ignore_errors=True)
    dest.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(model, fresh)
    if dest.exists():
        dest.rename(former)
    try:
        fresh.rename(dest)
    except OSError:
        if former.exists():
            former.rename(dest)
        raise
    shutil.rmtree(former, ignore_errors=True)
