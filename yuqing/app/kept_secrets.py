"""What signs and what seals: set by whoever runs the service, or made once and kept by its data."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from yuqing.app.settings import Settings

if TYPE_CHECKING:
    from responder.sealing import Seal


def seal(settings: Settings) -> Seal:
    """What seals secrets at rest. Embedded, a key is made once beside the databases if none is
    set; a database that others may reach needs one that is set."""
    from responder.sealing import Seal

    keys = settings.secrets_keys()
    if not keys and settings.tickets().startswith("sqlite:"):
        keys = [_kept(settings.data_dir / "secrets.key")]
    return Seal(keys)


def secret(settings: Settings) -> str:
    """What signs browser sessions and the links of pushes; made once and kept in the data folder
    if none is set."""
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    return _kept(settings.data_dir / "secret")


def _kept(file: Path) -> str:
    """The random text in `file`, made if there is none."""
    if not file.exists():
        _make_secret(file)
    return file.read_text(encoding="ascii")


def _make_secret(file: Path) -> None:
    """Whole or not at all: of processes that start together, one makes it for all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(32), encoding="ascii")
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
