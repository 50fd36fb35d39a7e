"""What an edit of a government's file changes, and what the clocks of a record rest on, as a
user asks for them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson

import jurisdictions
from responder.opening import NewCase, by_hand
from responder.people import Person, Role
from responder.policy import policy_to_data
from responder.store import TicketStore
from stream.sql import open_engine
from tests.e2e.command_line import assert_told, run
from yuqing.files.jurisdiction import load_jurisdiction

SHIPPED = Path(jurisdictions.__file__).parent
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


def edited(folder: Path, old: str, new: str) -> Path:
    """The file of 静海区 with one place of it changed."""
    text = (SHIPPED / "jinghai.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / "edited.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def opened_one(folder: Path) -> str:
    """The number of a ticket that stands open in the folder's store."""
    (folder / "var").mkdir()
    engine = open_engine(f"sqlite:///{folder / 'var' / 'tickets.db'}", durable=True)
    store = TicketStore(engine)
    store.migrate()
    case = NewCase("jinghai", "独流镇停水", "停水两天", "urban", 1, False)
    lin = Person("lin", "林一", Role.MONITOR, "jinghai")
    stored, _ = store.open(by_hand(case, lin, load_jurisdiction(SHIPPED / "jinghai.yaml"), NOW))
    engine.dispose()
    return stored.ticket_id


def test_a_diff_tells_the_edit_and_what_it_means_for_open_tickets(tmp_path: Path) -> None:
    new = edited(tmp_path, "title: 签收, due: 30m", "title: 签收, due: 20m")
    alone = run(tmp_path, "jurisdiction", "diff", str(SHIPPED / "jinghai.yaml"), str(new))
    assert alone.returncode == 0
    told = alone.stdout.decode().splitlines()
    assert told == [
        "~ 时限.clocks.acknowledge.due: 30m → 20m（只对新立案的台账）",
        "本机没有台账库，只比较了文件",
    ]
    ticket = opened_one(tmp_path)
    beside = run(tmp_path, "jurisdiction", "diff", str(SHIPPED / "jinghai.yaml"), str(new))
    assert beside.stdout.decode().splitlines()[1:] == [
        "未办结台账 1 件",
        f"1 件未办结台账保留立案时的时限，不受影响；此后立案的按新时限：{ticket}。",
    ]


def test_no_difference_and_a_wrong_file_are_told(tmp_path: Path) -> None:
    same = str(SHIPPED / "jinghai.yaml")
    assert run(tmp_path, "jurisdiction", "diff", same, same).stdout.decode() == "没有变化\n"
    wrong = edited(tmp_path, "coordinator: cyberspace ", "coordinator: nobody ")
    assert_told(
        run(tmp_path, "jurisdiction", "diff", same, str(wrong)), 1, "edited.yaml:", "coordinator"
    )


def test_check_lists_the_duties_of_the_shipped_governments(tmp_path: Path) -> None:
    done = run(tmp_path, "check", jurisdictions=str(SHIPPED))
    assert_told(done, 1, "6 jurisdictions", "jinghai: duty promise_finding is pending", "inferred")


def test_clocks_explain_themselves(tmp_path: Path) -> None:
    policy = load_jurisdiction(SHIPPED / "qixingguan.yaml").policy
    event = {"at": "2026-03-02T09:00:00+08:00", "who": "值班员", "action": "open"}
    data = {"discovered_at": "2026-03-02T08:30:00+08:00", "grade": 3, "emergency": True}
    record = {
        "id": "T-1",
        "policy": policy_to_data(policy),
        "now": "2026-03-02T16:00:00+08:00",
        "events": [event | {"data": data}],
    }
    given = orjson.dumps(record)
    plain = orjson.loads(run(tmp_path, "clocks", given=given).stdout)
    done = run(tmp_path, "clocks", "--explain", "--zone", "UTC", given=given)
    words = orjson.loads(done.stdout)
    release = next(c for c in words["clocks"] if c["name"] == "authoritative_release")
    assert release["explained"][0].startswith("依据：国家规定（78号文（七）；国办发〔2016〕80号")
    assert release["explained"][-1] == "截至2026-03-02 08:00:00+00:00尚未停表，已超期2小时30分。"
    for clock in words["clocks"]:
        del clock["explained"]
    assert words == plain
    assert_told(run(tmp_path, "clocks", "--explain", "--zone", "Mars/Base"), 2, "Mars/Base")
