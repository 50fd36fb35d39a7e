"""What the console shows of a government's file and of what a ticket owes: templates, filled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from responder.console.render import environment, render
from responder.edit_effects import OpenTicket, effects, in_words
from responder.gradings import GRADED, grading_rows
from responder.labels import GRADES
from tests.five_governments import CODES, at, government, house, told
from yuqing.domain.conduct import ProgressRelease
from yuqing.domain.grading import GENERAL, Counted, Grading
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.jurisdiction_diff import differences
from yuqing.domain.policy import national
from yuqing.domain.verdict import Severity, Topic

FIVE = {Severity.MAJOR: 5}


def stricter() -> Grading:
    """Five dead are 重大, by a document of its own."""
    steps = tuple(
        (counted, tuple({**dict(of), **(FIVE if counted is Counted.DEAD else {})}.items()))
        for counted, of in GENERAL.steps
    )
    return Grading(steps, "七星关区", "区应急预案")


def fragment(template: str, **values: Any) -> str:
    return render(environment("Asia/Shanghai"), template, **values)


def test_the_thresholds_are_a_table_with_ones_own_marked() -> None:
    names = [GRADES[grade] for grade in GRADED]
    shown = fragment("home_grading.html", rows=grading_rows(stricter()), grades=names)
    assert "<th>特别重大</th>" in shown
    assert '5人 <span class="yq-badge local">本地</span>' in shown
    assert shown.count("本地") == 1
    assert "1亿元" in shown
    assert "—" in shown


@pytest.mark.parametrize("code", CODES)
def test_what_follows_progress_stands_with_the_release(code: str) -> None:
    home = government(code)
    shown = fragment("home_conduct.html", home=home, steps=[], named=lambda unit: unit or "未写明")
    asks = "每登记一次新进展，4 小时内继续发布（突发事件，重大、特别重大，限官方渠道）"
    assert (asks in shown) is (code == "qixingguan")


def test_the_ticket_shows_what_is_owed_beside_its_clocks_until_it_is_out(tmp_path: Path) -> None:
    with house("qixingguan", tmp_path) as walk:
        walk.open("鸭池镇一厂房倒塌", Topic.WORK_SAFETY, 3, True, ("鸭池",))
        unit = walk.worked(0.2)

        def publish(hours: float) -> None:
            said = {"published_at": told(hours), "channel": "网站", "official": True}
            said |= {"speaker": "鸭池镇镇长", "principal": True, "url": "https://example.gov.cn/1"}
            said |= {"reason": "突发事件先行发布"}
            walk.act(hours, unit, "publish", **said)

        def shown(hours: float) -> str:
            page = walk.desk.ticket(walk.analyst, walk.ticket_id, at(hours))
            return fragment("clocks.html", clocks=page.clocks, owed=page.owed)

        publish(1)
        walk.act(2, unit, "verify", text="查明原因")
        assert "待发布" in shown(3)
        assert "03-02 14:00:00 登记新进展（核查） · 应于 03-02 18:00:00 前继续发布" in shown(3)
        assert "依据 78号文（七）要求随工作进展持续发布" in shown(3)
        assert "逾期未发布" in shown(7)
        publish(8)
        assert "登记新进展" not in shown(9)


def open_one(home: Jurisdiction) -> OpenTicket:
    return OpenTicket("QIXINGGUAN-2026-000001", "handling", 2, home.units[0].code, (), national())


def test_an_edit_says_whom_it_reaches() -> None:
    home = government("qixingguan")
    slower = ProgressRelease(timedelta(hours=8), basis="新规定")
    new = replace(home, grading=stricter(), review_below=0.7, progress_release=slower)
    changed = differences(home, new)
    said = in_words(changed)
    assert "~ 定级标准.steps.dead.3: 10 → 5（只对此后研判的帖文）" in said
    assert "+ 复核门槛: 0.7（只对此后研判的帖文）" in said
    assert "~ 进展后续发布.within: 4h → 8h（即时生效）" in said
    (told_of,) = effects(new, changed, [open_one(home)])
    assert told_of.startswith("1 件未办结台账的等级不因此改变")
