"""Governments as YAML: what the shipped files say, and every mistake with its line and remedy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import jurisdictions
from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import ClockStart, Jurisdiction, Numbering
from yuqing.domain.policy import national
from yuqing.domain.verdict import Severity, Topic
from yuqing.files.jurisdiction import load_jurisdiction, load_jurisdictions

SHIPPED = Path(jurisdictions.__file__).parent
GOOD = """\
schema: 1
code: wanhe
name: 湾禾区
level: district
coordinator: office
units:
  - code: office
    name: 区政府办
    principal: {name: 办公室主任}
  - code: water
    name: 水务局
    kind: water
    principal: {name: 局长, role: 主要负责人, channels: ["json://127.0.0.1:9"]}
    duty: [{name: 值班室}]
    territory: [河湾]
routes:
  environment: water
places:
  - {name: 湾禾区}
  - {name: 河湾, aliases: [湾里], within: 湾禾区}
chains:
  3:
    - {after: 1h, target: water}
    - {after: 0m, target: duty}
"""


def load(tmp_path: Path, text: str) -> Jurisdiction:
    path = tmp_path / "wanhe.yaml"
    path.write_text(text, encoding="utf-8")
    return load_jurisdiction(path)


def test_a_good_file(tmp_path: Path) -> None:
    home = load(tmp_path, GOOD)
    assert (home.code, home.zone, home.coordinator) == ("wanhe", "Asia/Shanghai", "office")
    assert home.policy == national()
    assert home.routes == ((Topic.ENVIRONMENT, "water"),)
    assert home.opens_from is Severity.ORDINARY
    assert home.acknowledge_within == timedelta(minutes=30)
    water = home.unit("water")
    assert water is not None
    assert water.principal.channels == ("json://127.0.0.1:9",)
    chains = dict(home.chains)
    assert [step.target for step in chains[Severity.MAJOR]] == ["duty", "water"]
    assert [s.target for s in chains[Severity.GRAVE]] == ["duty", "principal", "coordinator"]


def test_national_clocks_are_tightened_and_local_ones_added(tmp_path: Path) -> None:
    home = load(
        tmp_path,
        GOOD
        + """\
clocks:
  tighten:
    response: {due: 24h, start: first_posted, basis: 本地}
    first_spokesperson: {also_asked_when: [{emergency: false, grades: [1, 2, 3, 4]}]}
  add:
    - {name: acknowledge, title: 签收, due: 1h30m, stopped_by: acknowledge}
    - {name: continued_release, title: 持续发布, due: 1d, stopped_by: any_publication,
       numbering: cadence}
""",
    )
    rules = {rule.name: rule for rule in home.policy.clocks}
    response = rules["response"]
    assert (response.due, response.start) == (timedelta(hours=24), ClockStart.FIRST_POSTED)
    assert (response.national, rules["press_conference"].national) == (False, True)
    assert len(rules["first_spokesperson"].asked_when) == 2
    acknowledge = rules["acknowledge"]
    assert (acknowledge.due, acknowledge.start) == (timedelta(minutes=90), ClockStart.ASSIGNED)
    assert acknowledge.numbering is Numbering.PER_ASSIGNMENT
    assert rules["continued_release"].start is ClockStart.DISCOVERED
    assert home.policy.name == "wanhe"


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "said"),
    [
        ("code: wanhe", "code: 湾禾", 2, "code", ""),
        ("schema: 1", "schema: 2", 1, "schema", ""),
        ("level: district", "level: planet", 4, "level", "district"),
        ("level: district", "level: district\nzone: Mars/Base", 5, "zone", "no time zone"),
        ("level: district", "level: district\nopens_from: 0", 5, "opens_from", ""),
        ("level: district", "level: district\nwarn_before: 1", 5, "warn_before", "30m"),
        (
            "level: district",
            "level: district\nacknowledge_within: 0m",
            5,
            "acknowledge_within",
            "longer than nothing",
        ),
        ("coordinator: office", "coordinator: nobody", 5, "coordinator", "there is no unit"),
        ("code: water", "code: office", 10, "units.1.code", "is taken"),
        ("code: water", "code: duty", 10, "units.1.code", "is taken"),
        ("kind: water", "kind: wet", 12, "units.1.kind", ""),
        ("environment: water", "environment: air", 17, "routes.environment", "there is no unit"),
        ("environment: water", "weather: water", 17, "routes.weather", ""),
        ("territory: [河湾]", "territory: [湾里]", 15, "units.1.territory", "no place"),
        ("within: 湾禾区", "within: 湾里", 20, "places.1.within", "not an alias"),
        ("aliases: [湾里]", "aliases: [湾禾区]", 20, "places.1", "there twice"),
        ("{name: 湾禾区}", "{name: 湾禾区, within: 河湾}", 19, "places.0.within", "itself"),
        ("target: water", "target: mayor", 23, "chains.3.0.target", "nobody"),
        ("after: 1h", "after: soon", 23, "chains.3.0.after", "write a length"),
        ("  3:\n", "  5:\n", 22, "chains.5", ""),
        ("routes:", "rutes:", 16, "rutes", "Did you mean routes?"),
    ],
)
def test_a_mistake_names_line_field_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, field: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert said in str(refused.value)
    assert (refused.value.line, str(refused.value.field).startswith(field)) == (line, True)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("clocks", "field", "said"),
    [
        ("tighten: {response: {due: 49h}}", "clocks.tighten.response.due", "national 48h"),
        ("tighten: {answer: {due: 1h}}", "clocks.tighten.answer", "no national clock"),
        ("tighten: {response: {start: assigned}}", "clocks.tighten.response.start", ""),
        (
            "add: [{name: response, title: 回应, due: 1h, stopped_by: any_answer}]",
            "clocks.add.0.name",
            "already",
        ),
        (
            "add: [{name: x, title: 某, due: 1h, stopped_by: verify, numbering: cadence}]",
            "clocks.add.0.stopped_by",
            "publication to publication",
        ),
        (
            "add: [{name: x, title: 某, due: 1h, stopped_by: verify, start: graded}]",
            "clocks.add.0.start",
            "numbering: once",
        ),
    ],
)
def test_clocks_cannot_be_made_laxer_or_senseless(
    tmp_path: Path, clocks: str, field: str, said: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, f"{GOOD}clocks:\n  {clocks}\n")
    assert said in str(refused.value)
    assert (refused.value.field, refused.value.line) == (field, 26)


def test_the_shipped_files_load_and_national_is_the_bare_law() -> None:
    known = load_jurisdictions(SHIPPED)
    assert known["national"].policy == national()
    assert "mine" not in known
    template = load_jurisdiction(SHIPPED / "template.yaml")
    assert template.code == "mine"
    assert all(rule.due > timedelta(0) for rule in template.policy.clocks)


def test_two_files_with_one_code_are_an_error(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"b\.yaml: code: a\.yaml has the same code"):
        load_jurisdictions(tmp_path)
    assert load_jurisdictions(tmp_path / "none") == {}
