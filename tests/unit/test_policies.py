"""Policies by name: the law needs no file, all others are read when first asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.five_governments import CODES, SHIPPED
from yuqing.app.policies import NamedPolicies
from yuqing.domain.errors import ConfigError
from yuqing.domain.policy import national

OWN = """\
schema: 1
code: jinghai
name: 另一个静海
level: district
coordinator: office
units: [{code: office, name: 办公室, principal: {name: 主任}}]
clocks: {tighten: {response: {due: 1h}}}
"""


def test_the_law_needs_no_readable_file(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("code: [", encoding="utf-8")
    known = NamedPolicies((tmp_path,))
    assert known["national"] == national()
    with pytest.raises(ConfigError, match="broken"):
        known["elsewhere"]


def test_shipped_and_own_by_code_the_own_first(tmp_path: Path) -> None:
    known = NamedPolicies((SHIPPED, tmp_path / "none"))
    assert set(known) == {"national", *CODES}
    assert len(known) == len(CODES) + 1
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    ours = NamedPolicies((SHIPPED, tmp_path))["jinghai"]
    assert [rule.due.total_seconds() for rule in ours.clocks if rule.name == "response"] == [3600]
    assert "nowhere" not in known
