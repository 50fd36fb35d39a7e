"""What the files say that people keep for the service: jurisdictions, policies, sources, and the
reference of drift."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from yuqing.app.settings import Settings, named
from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import Jurisdiction, Policy
from yuqing.files.jurisdiction import load_jurisdictions
from yuqing.files.named_channels import with_named_channels

if TYPE_CHECKING:
    from classifier.drift import Shares
    from crawlers.source import Source


def jurisdictions(settings: Settings) -> Mapping[str, Jurisdiction]:
    """Every jurisdiction of the folder, by code. Raises ConfigError when there is none."""
    found = load_jurisdictions(settings.jurisdictions)
    if not found:
        remedy = "Run `yuqing init`, or set YUQING_JURISDICTIONS to another folder."
        raise ConfigError(str(settings.jurisdictions), "folder", "holds no jurisdiction", remedy)
    return {code: with_named_channels(home, named) for code, home in found.items()}


def policies(settings: Settings) -> Mapping[str, Policy]:
    """The policies that a name stands for: those shipped, and those of the settings' folder."""
    import jurisdictions as shipped
    from yuqing.app.policies import NamedPolicies

    return NamedPolicies((Path(shipped.__file__).parent, settings.jurisdictions))


def sources(settings: Settings) -> tuple[Source, ...]:
    """Every source of the folder. Raises ConfigError for a mistake, or when there is no folder."""
    from crawlers.sources import load_sources

    if not settings.sources_dir.exists():
        remedy = "Run `yuqing init`, or set YUQING_SOURCES_DIR to another folder."
        raise ConfigError(str(settings.sources_dir), "folder", "is not there", remedy)
    return load_sources(settings.sources_dir)


def source_names(settings: Settings) -> Mapping[str, str]:
    """Source id to its name, for display."""
    return {source.id: source.name for source in sources(settings)}


def drift_reference(settings: Settings) -> Shares:
    """What the judge's answers are compared with. Raises ConfigError for a file that is none."""
    from classifier.drift import load_shares, shipped_shares

    if settings.drift_reference is None:
        return shipped_shares()
    try:
        return load_shares(settings.drift_reference)
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "Make one with `yuqing drift reference`, or leave YUQING_DRIFT_REFERENCE out."
        raise ConfigError(
            str(settings.drift_reference), "YUQING_DRIFT_REFERENCE", str(error), remedy
        ) from error
