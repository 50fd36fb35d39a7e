"""One file with everything in it, and a manifest that says what must be in it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from responder.audit import Head
from responder.exports.printable import printable

MANIFEST = "manifest.json"
RECORD, TICKET, PAGE = "record.jsonl", "ticket.json", "ticket.html"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_TIDY = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


@dataclass(frozen=True, slots=True)
class Bundle:
    """A ZIP file; `manifest_sha256` vouches for all of it."""

    name: str
    content: bytes
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who took the record out, when, whether masked, and the head of the audit log then."""

    at: datetime
    who: str
    masked: bool
    head: Head


def bundle(
    whole: Mapping[str, Any], line: Mapping[str, Any], zone: str, about: Circumstances
) -> Bundle:
    """Pack the record: the same record gives the same bytes."""
    files = {
        RECORD: orjson.dumps(line) + b"\n",
        TICKET: orjson.dumps(whole, option=_TIDY) + b"\n",
        PAGE: printable(whole, zone, about.at).encode(),
    }
    ticket = whole["ticket"]
    manifest = orjson.dumps(_manifest(ticket, files, about), option=_TIDY) + b"\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({MANIFEST: manifest} | files).items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    name = f"{ticket['ticket_id']}-v{ticket['version']}.zip"
    return Bundle(name, packed.getvalue(), hashlib.sha256(manifest).hexdigest())


def _manifest(
    ticket: Mapping[str, Any], files: Mapping[str, bytes], about: Circumstances
) -> dict[str, Any]:
    return {
        "schema": 1,
        "ticket_id": ticket["ticket_id"],
        "version": ticket["version"],
        "exported_at": about.at.isoformat(),
        "exported_by": about.who,
        "masked": about.masked,
        "audit_head": f"{about.head.number}:{about.head.hash}",
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        ],
    }
