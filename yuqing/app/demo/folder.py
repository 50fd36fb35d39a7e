"""Writes the files that point the ordinary service at the demo world: sources and jurisdiction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Template

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where things lie: what the settings sources_dir and jurisdictions take."""

    sources: Path
    jurisdictions: Path


def write_demo_folder(folder: Path, port: int, host: str = "127.0.0.1") -> DemoFolder:
    """Write sources/*.yaml, which point at the world served on `port`, and jurisdictions/*.yaml.

    Files of an earlier demo are replaced.
    """
    written = DemoFolder(folder / "sources", folder / "jurisdictions")
    for place in (written.sources, written.jurisdictions):
        place.mkdir(parents=True, exist_ok=True)
    texts = {
        written.sources / file.name: file for file in sorted((HERE / "sources").glob("*.yaml"))
    } | {written.jurisdictions / "qingting.yaml": HERE / "jurisdiction.yaml"}
    for target, file in texts.items():
        text = Template(file.read_text(encoding="utf-8")).substitute(site=f"{host}:{port}")
        target.write_text(text, encoding="utf-8")
    return written
