"""The parts of a government's file that say who is on duty, reviews, speaks and is told."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from yuqing.app.checking import check_all, notes_on
from yuqing.app.settings import Settings
from yuqing.domain.conduct import Channel, ChannelKind, Gate, ReportsTo, Voice
from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import AskedWhen, ChainStep, Jurisdiction, Numbering
from yuqing.domain.policy import national
from yuqing.domain.roster import Calendar, Contact, DayKind, QuietHours
from yuqing.domain.verdict import Severity, Topic
from yuqing.files.jurisdiction import load_jurisdiction, read_jurisdiction

HEAD = """\
schema: 1
code: wanhe
name: 湾禾区
level: district
coordinator: office
units:
  - {code: office, name: 区政府办, principal: {name: 办公室主任}}
  - {code: water, name: 水务局, principal: {name: 局长}}
"""
CONDUCT = """\
routes: {environment: {unit: water, inferred: true}, housing: office}
sub_topics:
  - {code: pipes, name: 供水管网, topic: urban, words: [停水, 爆管], unit: water}
chains:
  3:
    - {after: 1h, target: leader, channels: [sms, wecom]}
    - {after: 0m, target: publicity}
reminders: [0.8, 0.5]
quiet_hours: {from: "22:00", to: "07:00"}
calendar: workdays
roster:
  - {unit: water, days: [workday], from: "08:30", to: "17:30", contacts: [{name: 白班}]}
  - {unit: water, dates: [2027-02-06], contacts: [{name: 节日班}]}
superior: {name: 市政府}
leader: {name: 分管副区长}
reports_to: {publicity: office, cyberspace: water}
police: office
review:
  - {code: first, name: 初审, by: reviewer}
  - {code: money, name: 审计, by: office, when: financial}
spokespeople:
  head: {name: 区长}
  any_grade: true
  basis: 湾禾方案
  voices: [{contact: {name: 总工}, unit: water, topic: urban}]
channels:
  - {code: site, name: 区网站, kind: site}
  - {code: board, name: 公告栏, kind: board, official: false}
cadence: {every: 12h, basis: 湾禾方案}
watch_kinds: [{number: 4, name: 突发事件}]
duties:
  - {code: ledger, name: 台账}
  - {code: risk, name: 风险评估, basis: 湾禾方案, status: pending, needs: 评估功能}
"""


def load(tmp_path: Path, text: str) -> Jurisdiction:
    path = tmp_path / "wanhe.yaml"
    path.write_text(text, encoding="utf-8")
    return load_jurisdiction(path)


def test_everything_said_is_in_the_value(tmp_path: Path) -> None:
    home = load(tmp_path, HEAD + CONDUCT)
    assert home.inferred == (Topic.ENVIRONMENT,)
    assert dict(home.routes)[Topic.ENVIRONMENT] == "water"
    assert home.sub_topics[0].words == ("停水", "爆管")
    leader = ChainStep(timedelta(hours=1), "leader", ("sms", "wecom"))
    assert dict(home.chains)[Severity.MAJOR] == (ChainStep(timedelta(0), "publicity"), leader)
    assert home.reminders == (0.5, 0.8)
    assert home.quiet_hours == QuietHours(time(22), time(7), (Severity(1), Severity(2)))
    assert home.roster.calendar is Calendar.WORKDAYS
    day, feast = home.roster.shifts
    assert (day.days, day.begin, day.end) == ((DayKind.WORKDAY,), time(8, 30), time(17, 30))
    assert (feast.dates, feast.begin, feast.end) == ((date(2027, 2, 6),), time(0), time(0))
    assert home.superior == Contact("市政府", "")
    assert home.reports_to == ReportsTo("office", "water", "office")
    assert [(step.by, step.when) for step in home.review] == [
        ("reviewer", None),
        ("office", Gate.FINANCIAL),
    ]
    assert home.spokespeople.voices == (Voice(Contact("总工", ""), "water", Topic.URBAN),)
    assert home.channels[1] == Channel("board", "公告栏", ChannelKind.BOARD, official=False)
    assert [channel.online for channel in home.channels] == [True, False]
    assert home.official_channels == ("区网站",)


def test_any_grade_and_cadence_become_clocks(tmp_path: Path) -> None:
    rules = {rule.name: rule for rule in load(tmp_path, HEAD + CONDUCT).policy.clocks}
    speaking = rules["first_spokesperson"]
    assert set(speaking.asked_when) == {AskedWhen(e, (1, 2, 3, 4)) for e in (False, True)}
    assert (speaking.national, speaking.due) == (False, timedelta(hours=24))
    assert speaking.basis.startswith("湾禾方案；")
    going_on = rules["continued_release"]
    assert (going_on.numbering, going_on.due) == (Numbering.CADENCE, timedelta(hours=12))
    assert going_on.asked_when == (AskedWhen(True, (3, 4)),)


def test_without_any_of_it_nothing_is_added(tmp_path: Path) -> None:
    home = load(tmp_path, HEAD)
    assert home.policy == national()
    assert (home.review, home.roster.shifts, home.duties, home.quiet_hours) == ((), (), (), None)


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("{unit: water, inferred: true}", "{unit: air}", "routes.environment", "no unit"),
        ("unit: water}\nchains", "unit: air}\nchains", "sub_topics.0.unit", "no unit"),
        ("words: [停水, 爆管]", "words: []", "sub_topics.0.words", ""),
        ("channels: [sms, wecom]", "channels: [pigeon]", "chains.3.0.channels.0", "webhook"),
        ("leader: {name: 分管副区长}\n", "", "chains.3.0.target", "Fill in leader"),
        ("publicity: office, ", "", "chains.3.1.target", "Fill in reports_to.publicity"),
        ("reminders: [0.8, 0.5]", "reminders: [1.5]", "reminders.0", ""),
        ('"07:00"}', '"07:00", grades: [3]}', "quiet_hours.grades.0", ""),
        ('to: "07:00"', 'to: "22:00"', "quiet_hours.to", "never end"),
        ('from: "08:30"', "from: noon", "roster.0.from", "such as 08:30"),
        ("days: [workday]", "days: [sunday]", "roster.0.days.0", "workday"),
        ("{unit: water, dates", "{unit: air, dates", "roster.1.unit", "no unit"),
        ("cyberspace: water", "cyberspace: air", "reports_to.cyberspace", "no unit"),
        ("police: office", "police: air", "police", "no unit"),
        ("by: reviewer", "by: nobody", "review.0.by", "neither a role nor a unit"),
        ("when: financial", "when: rainy", "review.1.when", "collective"),
        ("code: money", "code: first", "review.1.code", "is taken"),
        ("code: board", "code: site", "channels.1.code", "is taken"),
        ("kind: board", "kind: rumour", "channels.1.kind", "leaflet"),
        ("unit: water, topic: urban}]", "}]", "spokespeople.voices.0", "neither for which"),
        (
            "  head: {name: 区长}\n",
            "  street_principal_always: true\n",
            "spokespeople.street_principal_always",
            "spokespeople.head",
        ),
        ("number: 4", "number: 7", "watch_kinds.0.number", ""),
        (", needs: 评估功能", "", "duties.1.status", "needs"),
        ("code: risk", "code: ledger", "duties.1.code", "is taken"),
        (
            "cadence:",
            "clocks: {add: [{name: continued_release, title: 持续, due: 1h, numbering: cadence, "
            "stopped_by: any_publication}]}\ncadence:",
            "cadence",
            "Keep one",
        ),
    ],
)
def test_a_mistake_names_line_field_and_remedy(
    tmp_path: Path, old: str, new: str, field: str, said: str
) -> None:
    assert CONDUCT.count(old) == 1
    text = HEAD + CONDUCT.replace(old, new)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, text)
    assert (refused.value.field, said in str(refused.value)) == (field, True)
    assert refused.value.remedy
    assert refused.value.line is not None
    last = next(key for key in reversed(field.split(".")) if not key.isdigit())
    assert last in text.splitlines()[refused.value.line - 1] or field.startswith(
        ("chains", "roster", "sub_topics", "spokespeople.voices")
    )


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wanhe.yaml"
    text = CONDUCT.replace("police: office", "police: air").replace("by: reviewer", "by: nobody")
    path.write_text(HEAD + text, encoding="utf-8")
    read = read_jurisdiction(path)
    assert isinstance(read, tuple)
    assert [mistake.field for mistake in read] == ["police", "review.0.by"]


def test_check_tells_pending_duties_and_inferred_routes(tmp_path: Path) -> None:
    home = load(tmp_path, HEAD + CONDUCT)
    assert list(notes_on(home)) == [
        "wanhe: duty risk is pending: 风险评估 (湾禾方案); needs 评估功能",
        "wanhe: inferred, to be confirmed: the units of environment",
    ]


def test_one_wrong_file_hides_neither_the_next_nor_its_duties(tmp_path: Path) -> None:
    load(tmp_path, HEAD + CONDUCT)
    (tmp_path / "b.yaml").write_text(HEAD.replace("office\n", "nobody\n"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(HEAD.replace("level: district", "level: x"), encoding="utf-8")
    found = check_all(Settings(jurisdictions=tmp_path, sources_dir=tmp_path / "none"))
    said = "\n".join(found.errors)
    assert "b.yaml:5: coordinator" in said
    assert "c.yaml:4: level" in said
    assert any("duty risk is pending" in note for note in found.notes)
