"""What an edit of a government's file changes, and what it means for tickets that are open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jurisdictions
from responder.act import Act
from responder.changes import Change
from responder.edit_effects import effects, open_tickets
from responder.opening import NewCase, by_hand
from responder.people import Person, Role
from responder.store import TicketStore
from stream.sql import open_engine
from tests.responder_world import HOUR, NOON, district
from yuqing.domain.jurisdiction import ChainStep, Jurisdiction, Unit
from yuqing.domain.jurisdiction_diff import Difference, differences
from yuqing.domain.roster import Contact
from yuqing.domain.verdict import Severity
from yuqing.files.jurisdiction import load_jurisdiction

HOME = district()
SHIPPED = Path(jurisdictions.__file__).parent
LIN = Person("lin", "林一", Role.ADMIN, "qinghe")


def stricter(home: Jurisdiction) -> Jurisdiction:
    *rest, response = home.policy.clocks
    rule = replace(response, due=timedelta(hours=24))
    return replace(home, policy=replace(home.policy, name="qinghe", clocks=(*rest, rule)))


def said(changed: tuple[Difference, ...]) -> list[tuple[str, str | None, str | None, bool]]:
    return [(one.title, one.before, one.after, one.copied) for one in changed]


def test_the_same_file_differs_nowhere() -> None:
    for path in SHIPPED.glob("*.yaml"):
        home = load_jurisdiction(path)
        assert differences(home, load_jurisdiction(path)) == ()


def test_a_clock_is_copied_and_a_contact_is_live() -> None:
    unit = replace(HOME.units[0], principal=Contact("新局长", "主要负责人"))
    new = replace(stricter(HOME), units=(unit, *HOME.units[1:]))
    assert said(differences(HOME, new)) == [
        ("时限.name", "national", "qinghe", True),
        ("时限.clocks.response.due", "48h", "24h", True),
        ("单位.yingji.principal.name", "应急局负责人", "新局长", False),
    ]


def test_an_entry_that_comes_or_goes_is_one_line() -> None:
    added = Unit("new", "新局", "other", Contact("新局局长", ""))
    new = replace(HOME, units=(*HOME.units[1:], added))
    assert said(differences(HOME, new)) == [
        ("单位.new", None, "new，新局，other，新局局长", False),
        (
            "单位.yingji",
            "yingji，应急局，bureau，应急局负责人，主要负责人，应急局值班，值班",
            None,
            False,
        ),
    ]


def test_routes_chains_and_plain_fields_are_told_apart() -> None:
    chains = ((Severity.ORDINARY, (ChainStep(HOUR, "duty"),)), *HOME.chains[1:])
    new = replace(HOME, chains=chains, routes=HOME.routes[:1], local_lead=True)
    titles = {one.title: (one.before, one.after) for one in differences(HOME, new)}
    assert titles["催办链.1.duty.after"] == ("0m", "1h")
    assert titles["主题分工.labour"] == ("renshe", None)
    assert titles["属地主办"] == ("否", "是")


def opened(store: TicketStore, unit: str, grade: int = 1) -> str:
    case = NewCase("qinghe", f"{unit} 的事", "某小区停水两天", "work_safety", grade, False)
    stored, _ = store.open(by_hand(case, LIN, HOME, NOON))
    act = Act(NOON, "lin", "assign", {"unit": unit, "co_units": []})
    store.change(stored.ticket_id, lambda _s, _a: Change((act,)))
    return stored.ticket_id


def test_open_tickets_keep_their_clocks_and_lose_no_unit_unsaid(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    store = TicketStore(engine)
    store.migrate()
    first, second = opened(store, "yingji"), opened(store, "renshe", grade=2)
    found = open_tickets(engine, "qinghe")
    assert {one.ticket_id: one.unit for one in found} == {first: "yingji", second: "renshe"}
    chains = ((Severity.ORDINARY, (ChainStep(HOUR, "duty"),)), *HOME.chains[1:])
    new = replace(stricter(HOME), units=HOME.units[1:], chains=chains)
    told = list(effects(new, differences(HOME, new), found))
    assert told == [
        f"单位 yingji 已不在文件中，仍有 1 件未办结台账由它办理，须先改派：{first}。",
        "2 件未办结台账保留立案时的时限，不受影响；此后立案的按新时限："
        f"{'、'.join(sorted((first, second)))}。",
        f"1 件 1 级未办结台账，尚未发出的催办按新的催办链：{first}。",
    ]
    assert open_tickets(engine, "elsewhere") == ()
    engine.dispose()


def test_a_ticket_is_judged_by_the_policy_it_opened_with(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    store = TicketStore(engine)
    store.migrate()
    opened(store, "yingji")
    new = stricter(HOME)
    case = NewCase("qinghe", "后来的事", "某小区停电", "work_safety", 1, False)
    store.open(by_hand(case, LIN, new, NOON))
    dues = sorted(
        rule.due
        for one in open_tickets(engine, "qinghe")
        for rule in one.policy.clocks
        if rule.name == "response"
    )
    assert dues == [timedelta(hours=24), timedelta(hours=48)]
    engine.dispose()
