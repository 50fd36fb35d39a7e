"""A government's own thresholds: in its file, the judge's verdicts, the diff and on its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifier.features import read
from classifier.handlers import judge_handler
from classifier.judge import Judge, load_judge
from classifier.rules.grades import ARTICLE, Graded, local_thresholds
from classifier.rules.lexicon import product_lexicon
from responder.gradings import grading_rows, whose
from stream.bus import Record
from stream.codec import decode, encode
from stream.messages import Crawled, Judged, Relevant
from yuqing.app.checking import notes_on
from yuqing.domain.errors import ConfigError
from yuqing.domain.grading import GENERAL, LEAST_SEEN, Counted, Grading, amount_zh
from yuqing.domain.jurisdiction import Jurisdiction, Place
from yuqing.domain.jurisdiction_diff import differences
from yuqing.domain.post import Owner, Post, Sighting, place_of, post_id_of
from yuqing.domain.verdict import Evidence, Severity
from yuqing.files.jurisdiction import load_jurisdiction, read_jurisdiction

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
LEXICON = product_lexicon()
HEAD = """\
schema: 1
code: wanhe
name: 湾禾区
level: district
coordinator: office
units:
  - {code: office, name: 区政府办, principal: {name: 办公室主任}}
"""
OWN = """\
grading:
  basis: 湾禾区应急预案
  dead: {2: 2, 3: 5}
  loss: {1: 500000}
"""


def load(tmp_path: Path, text: str) -> Jurisdiction:
    path = tmp_path / "wanhe.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_jurisdiction(path)


def own(tmp_path: Path) -> Grading:
    return load(tmp_path, OWN).grading


def graded(text: str, grading: Grading) -> tuple[Graded, ...]:
    return read(text, LEXICON, NOON).graded_by(local_thresholds(grading)).graded


def test_what_the_file_leaves_out_is_general(tmp_path: Path) -> None:
    assert load(tmp_path, "").grading == GENERAL
    grading = own(tmp_path)
    assert (grading.by, grading.basis) == ("湾禾区", "湾禾区应急预案")
    assert grading.of(Counted.DEAD) == {1: 1, 2: 2, 3: 5, 4: 30}
    assert grading.of(Counted.HURT) == GENERAL.of(Counted.HURT)
    assert grading.own() == {
        Counted.DEAD: {Severity.LARGER: 2, Severity.MAJOR: 5},
        Counted.LOSS: {Severity.ORDINARY: 500_000},
    }


def test_a_file_that_repeats_the_article_has_nothing_of_its_own(tmp_path: Path) -> None:
    assert load(tmp_path, "grading: {basis: 某预案, dead: {3: 10, 4: 30}}\n").grading == GENERAL


@pytest.mark.parametrize(
    ("said", "field", "remedy"),
    [
        ("dead: {3: 0}", "grading.dead.3", "Correct the value."),
        ("dead: {3: -1}", "grading.dead.3", "Correct the value."),
        ("dead: {3: 5.5}", "grading.dead.3", "Correct the value."),
        ("dead: {5: 50}", "grading.dead.5.[key]", "Correct the value."),
        ("deaf: {3: 5}", "grading.deaf", "Did you mean dead?"),
        ("dead: {2: 8, 3: 5}", "grading.dead.3", "Let grade 3 begin at 8 or more"),
        ("dead: {3: 40}", "grading.dead.3", "or grade 3 sooner. A grade that is not written"),
        ("dead: {2: 12}", "grading.dead.2", "or grade 2 sooner. A grade that is not written"),
        ("crowd: {1: 5}", "grading.crowd.1", "Write 20 or more."),
        ("loss: {1: 500}", "grading.loss.1", "Write 10000 or more."),
    ],
)
def test_a_mistake_names_line_field_and_remedy(
    tmp_path: Path, said: str, field: str, remedy: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, f"grading:\n  {said}\n")
    assert refused.value.field == field
    assert remedy in str(refused.value.remedy)
    assert refused.value.line in (8, 9)


def test_every_grade_out_of_order_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wanhe.yaml"
    path.write_text(HEAD + "grading: {dead: {2: 9, 3: 4}, loss: {3: 6000000}}\n", encoding="utf-8")
    told = read_jurisdiction(path)
    assert isinstance(told, tuple)
    assert [one.field for one in told] == ["grading.dead.3", "grading.loss.3"]


def test_check_tells_a_grade_that_begins_later_than_the_articles(tmp_path: Path) -> None:
    later = load(tmp_path, "grading: {dead: {3: 12}, hurt: {3: 400}}\n")
    assert list(notes_on(later)) == [
        "wanhe: grading dead 3 begins at 12, later than the article's 10; "
        "a work accident keeps the article's"
    ]
    assert list(notes_on(load(tmp_path, OWN))) == []


@pytest.mark.parametrize(
    ("text", "severity", "rule"),
    [
        (
            "厂房倒塌,已造成6人死亡",
            Severity.MAJOR,
            "本地标准(湾禾区,湾禾区应急预案):死亡5人",
        ),
        ("塌方致2人失踪", Severity.LARGER, "本地标准(湾禾区,湾禾区应急预案):死亡2人"),
        (
            "火灾造成直接经济损失80万元",
            Severity.ORDINARY,
            "本地标准(湾禾区,湾禾区应急预案):直接经济损失50万元",
        ),
        # Where both say the same grade, the article is the better word.
        ("厂房倒塌,已造成12人死亡", Severity.MAJOR, f"{ARTICLE}:死亡10人"),
        ("车祸致1人死亡", Severity.ORDINARY, f"{ARTICLE}:死亡1人"),
        ("车辆相撞,12人受伤", Severity.LARGER, "本系统规则:受伤或中毒10人"),
    ],
)
def test_evidence_names_the_rule_that_decided(
    tmp_path: Path, text: str, severity: Severity, rule: str
) -> None:
    first = graded(text, own(tmp_path))[0]
    assert (first.severity, first.evidence.rule) == (severity, rule)


def test_a_later_grade_of_ones_own_is_named_too(tmp_path: Path) -> None:
    later = load(tmp_path, "grading: {dead: {3: 12}}\n").grading
    first = graded("厂房倒塌,已造成11人死亡", later)[0]
    assert (first.severity, first.evidence.rule) == (Severity.LARGER, "本地标准(湾禾区):死亡3人")


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (Counted.CROWD, "{}名业主在售楼处拉横幅维权"),
        (Counted.AFFECTED, "小区停水,{}户居民没水用"),
        (Counted.STRICKEN, "暴雨后{}户村民受灾"),
        (Counted.SHARED, "{}名工人被拖欠工资"),
        (Counted.LOSS, "直接经济损失{}元"),
    ],
)
def test_the_least_that_a_file_may_name_is_the_least_that_is_read(
    counted: Counted, text: str
) -> None:
    least = LEAST_SEEN[counted]

    def seen(count: int) -> bool:
        found = read(text.format(count), LEXICON, NOON).findings
        return any(one.harm.value == counted.value for one in found)

    assert (seen(least), seen(least - 1)) == (True, False)


def judge(tmp_path: Path) -> Judge:
    """Two governments that share a place; one has thresholds of its own."""
    places = {"wanhe": (Place("双桥镇"),), "liuxi": (Place("双桥镇"),), "baihe": (Place("白鹤镇"),)}
    gradings = {"wanhe": own(tmp_path), "liuxi": GENERAL, "baihe": GENERAL}
    return load_judge(places, gradings=gradings)


def crawled(body: str, jurisdictions: tuple[str, ...]) -> Crawled:
    place = place_of("forum", "1")
    post_id = post_id_of(place, "", body)
    post = Post(
        *(post_id, place, "forum", Owner.CITIZEN, "", body, "", ""),
        published_at=NOON,
        seen_at=NOON,
        jurisdictions=jurisdictions,
    )
    return Crawled(post, Sighting(post_id, place, NOON, 1))


def handled(tmp_path: Path, message: Crawled) -> tuple[Judged, dict[str, Relevant]]:
    record = Record("posts.raw", 0, 0, message.post.place, encode(message), NOON)
    outcome = judge_handler(judge(tmp_path))([record])
    assert not outcome.refused
    said = [decode(one.value) for one in outcome.outgoing]
    judged = [one for one in said if isinstance(one, Judged)]
    assert len(judged) == 1
    return judged[0], {one.jurisdiction: one for one in said if isinstance(one, Relevant)}


def local(evidence: tuple[Evidence, ...]) -> bool:
    return any(one.rule.startswith("本地标准") for one in evidence)


def test_each_jurisdiction_gets_the_post_graded_by_its_own(tmp_path: Path) -> None:
    judged, relevant = handled(tmp_path, crawled("双桥镇一工地垮塌,6名工人死亡", ()))
    grades = {code: one.verdict.severity for code, one in relevant.items()}
    assert grades == {"wanhe": Severity.MAJOR, "liuxi": Severity.LARGER}
    assert local(relevant["wanhe"].verdict.evidence)
    assert not local(relevant["liuxi"].verdict.evidence)
    # The index keeps one verdict a post: the gravest.
    assert judged.verdict == relevant["wanhe"].verdict
    assert judged.jurisdictions == ("liuxi", "wanhe")


def test_of_a_source_with_several_jurisdictions_too(tmp_path: Path) -> None:
    message = crawled("双桥镇一工地垮塌,6名工人死亡", ("baihe", "wanhe"))
    _judged, relevant = handled(tmp_path, message)
    assert relevant["baihe"].verdict.severity is Severity.LARGER
    assert relevant["wanhe"].verdict.severity is Severity.MAJOR


def test_without_thresholds_of_ones_own_all_get_one_verdict(tmp_path: Path) -> None:
    judged, relevant = handled(tmp_path, crawled("白鹤镇一工地垮塌,6名工人死亡", ("baihe",)))
    assert judged.verdict == relevant["baihe"].verdict
    assert judged.verdict.severity is Severity.LARGER


def test_the_diff_names_what_is_counted_and_the_grade(tmp_path: Path) -> None:
    before = load(tmp_path, "")
    changed = differences(before, load(tmp_path, "grading: {dead: {3: 5}, loss: {1: 500000}}\n"))
    assert [(one.title, one.before, one.after) for one in changed if one.path[1] == "steps"] == [
        ("定级标准.steps.dead.3", "10", "5"),
        ("定级标准.steps.loss.1", None, "500000"),
    ]
    assert [one.title for one in changed if one.path[1] != "steps"] == []
    assert not any(one.copied for one in changed)


def test_the_page_shows_all_steps_and_marks_ones_own(tmp_path: Path) -> None:
    rows = {row.counted: row for row in grading_rows(own(tmp_path))}
    dead = rows["死亡"]
    assert [(cell.least, cell.own) for cell in dead.cells] == [
        ("1人", False),
        ("2人", True),
        ("5人", True),
        ("30人", False),
    ]
    assert dead.statutory
    assert [cell.least for cell in rows["受灾"].cells] == ["", "100人", "10000人", ""]
    assert [cell.least for cell in rows["直接经济损失"].cells] == [
        *("50万元", "1000万元", "5000万元", "1亿元"),
    ]
    assert whose(own(tmp_path)) == "标“本地”的是湾禾区自定，依据：湾禾区应急预案；其余为通用标准"
    assert whose(GENERAL).startswith("通用标准")
    assert whose(replace(own(tmp_path), basis="")).startswith("标“本地”的是湾禾区自定；")


def test_amounts_are_written_as_people_do() -> None:
    assert amount_zh(Counted.DEAD, 30) == "30人"
    assert amount_zh(Counted.LOSS, 123_456) == "123456元"


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        ("火灾造成直接经济损失达60万。", [1]),
        ("经济损失60万，无人受伤", [1]),
        ("直接经济损失60余万元", [1]),
        ("粮食损失60万吨", []),
        ("人口流失60万。", []),
    ],
)
def test_a_small_loss_is_read_where_a_government_grades_it(
    text: str, grades: list[int], tmp_path: Path
) -> None:
    assert [int(one.severity) for one in graded(text, own(tmp_path))] == grades
    assert graded(text, GENERAL) == ()
