"""The boards are whole, ask only for what exists, and reach a Grafana unchanged."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from ruamel.yaml import YAML

from dashboards.names import GRADES, OWNERS, STATES, TOPICS
from dashboards.panels import WIDTH
from dashboards.provision import build_all, export, push
from dashboards.sources import METRICS, POSTS, TICKETS, Places
from responder import labels
from responder.schema import SCRIPTS, VERSION_TABLE
from stream.elastic_index_layout import _FIELDS as ELASTIC_FIELDS
from stream.metrics import StageMetrics
from stream.sql import migrate, open_engine
from yuqing.domain.errors import NotAllowed, RetryLater
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Severity, Topic

MODELS = build_all()
PANELS = [(uid, panel) for uid, model in MODELS.items() for panel in model["panels"]]


def targets(source_uid: str | None) -> list[dict[str, Any]]:
    asked = [p for _uid, p in PANELS if p["datasource"]["uid"] == source_uid]
    return [target for panel in asked for target in panel["targets"]]


def test_there_are_three_boards_with_chinese_titles() -> None:
    assert list(MODELS) == ["yuqing-posts", "yuqing-tickets", "yuqing-health"]
    shown = [model["title"] for model in MODELS.values()] + [p["title"] for _uid, p in PANELS]
    assert all(re.search("[\u4e00-\u9fff]", title) for title in shown)


@pytest.mark.parametrize("uid", list(MODELS))
def test_panels_have_a_source_a_target_an_id_and_room(uid: str) -> None:
    panels = MODELS[uid]["panels"]
    assert len({p["id"] for p in panels}) == len(panels)
    known = {(s.type_val, s.uid) for s in (POSTS, TICKETS, METRICS)}
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        assert (panel["datasource"]["type"], panel["datasource"]["uid"]) in known
        assert panel["targets"]
        place = panel["gridPos"]
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= WIDTH
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_metrics_asked_for_are_told() -> None:
    registry = CollectorRegistry()
    metrics = StageMetrics(registry)
    metrics.handled("group", "posts.relevant", 2, 1, 0.1)
    metrics.retried("group", "posts.relevant")
    metrics.lags({("group", "posts.relevant"): 3})
    metrics.drifted("qingshui", "topic", 0.3)
    told = set(re.findall(r"^(yuqing_\w+)", generate_latest(registry).decode(), re.M))
    asked = {name for t in targets(METRICS.uid) for name in re.findall(r"yuqing_\w+", t["expr"])}
    assert asked
    assert asked <= told
    labels_asked = {
        label
        for t in targets(METRICS.uid)
        for group in re.findall(r"by \(([^)]*)\)", t["expr"])
        for label in group.split(", ")
    }
    assert labels_asked == {"stage", "topic", "le", "jurisdiction", "head"}


def test_fields_of_posts_asked_for_are_indexed() -> None:
    asked = set()
    for target in targets(POSTS.uid):
        asked |= {b["field"] for b in target["bucketAggs"]} | {target["timeField"]}
        asked |= set(re.findall(r"(\w+):", target["query"]))
    assert {"source", "topic", "severity", "owner", "relevant", "first_known_at"} == asked
    assert asked <= ELASTIC_FIELDS.keys()
    refused = {name for name, kind in ELASTIC_FIELDS.items() if kind.get("index") is False}
    assert not asked & refused


def test_codes_have_the_names_the_console_shows() -> None:
    assert dict(TOPICS) == {t: labels.TOPICS[t] for t in Topic}
    assert dict(GRADES) == {str(int(s)): labels.GRADES[s] for s in reversed(Severity)}
    assert OWNERS.keys() == set(Owner)
    assert all(labels.STATES[code] == name for code, name in STATES.items())


@pytest.mark.postgres
def test_every_sql_query_runs_on_the_ticket_store(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    migrate(engine, SCRIPTS, VERSION_TABLE)
    with engine.begin() as connection:
        _one_ticket(connection)
        answers = {
            panel["title"]: _rows(connection, panel["targets"][0])
            for _uid, panel in PANELS
            if panel["datasource"]["uid"] == TICKETS.uid
        }
    engine.dispose()
    assert answers["在办条目"] == [{"在办": 1}]
    assert answers["在办超时"] == [{"超时": 1}]
    assert answers["在办条目按状态"] == [{"状态": "已签收", "数量": 1}]
    assert answers["超时时限按单位"] == [{"单位": "water", "超时": 1}]
    assert [(r["metric"], r["value"]) for r in answers["签收用时（交办至签收）"]] == [
        ("water", 600)
    ]
    assert answers["时限执行情况"] == [{"时限": "予以回应", "计时中": 0, "按时": 0, "超时": 1}]
    assert answers["最近到期"][0]["等级"] == "较大"


def _rows(connection: sa.Connection, target: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = connection.execute(sa.text(_filled(target))).mappings()
    return [dict(row) for row in found]


def _filled(target: Mapping[str, Any]) -> str:
    span = "BETWEEN '2026-01-01T00:00:00Z' AND '2027-01-01T00:00:00Z'"
    sql = re.sub(r"\$__timeFilter\(([\w.]+)\)", rf"\1 {span}", target["rawSql"])
    assert "$__" not in sql
    return sql.replace(":", r"\:")


def _one_ticket(connection: sa.Connection) -> None:
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    ticket: dict[str, Any] = {
        "ticket_id": "yx-2026-0001", "jurisdiction": "yunxi", "title": "停水", "topic": "urban",
        "disposition": "difficulty", "places": "[]", "state": "acknowledged", "open": True,
        "grade": 2, "emergency": False, "graded_by_human": False, "unit": "water",
        "co_units": "[]", "round": 1, "version": 3, "policy": "{}", "routing": "{}",
        "discovered_at": at, "opened_at": at, "opened_by": "system", "changed_at": at,
        "due_at": at,
    }  # fmt: skip
    _put(connection, "tickets", ticket)
    for position, (action, minute) in enumerate([("open", 0), ("assign", 5), ("acknowledge", 15)]):
        _put(
            connection,
            "ticket_events",
            {
                "ticket_id": "yx-2026-0001", "position": position, "who": "值班员",
                "at": at.replace(minute=minute), "action": action, "data": "{}",
                "to_state": "triage",
            },
        )  # fmt: skip
    clock = {
        "ticket_id": "yx-2026-0001", "name": "response", "round": 1, "seq": 0,
        "title": "予以回应", "national": True, "unit": "water", "start": at, "due": at,
        "status": "breached", "late_seconds": 60, "read_at": at,
    }  # fmt: skip
    _put(connection, "ticket_clocks", clock)


def _put(connection: sa.Connection, table: str, row: Mapping[str, Any]) -> None:
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(sa.text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), dict(row))


def test_the_exported_folder_is_what_grafana_reads(tmp_path: Path) -> None:
    written = export(tmp_path)
    assert export(tmp_path) == written
    boards = sorted(tmp_path.glob("dashboards/boards/*.json"))
    assert {json.loads(path.read_text("utf-8"))["uid"] for path in boards} == set(MODELS)
    yaml = YAML(typ="safe")
    providers = yaml.load(tmp_path / "dashboards" / "yuqing.yaml")
    assert providers["apiVersion"] == 1
    assert providers["providers"][0]["options"]["path"].endswith("dashboards/boards")
    text = (tmp_path / "datasources" / "yuqing.yaml").read_text("utf-8")
    sources = yaml.load(text)["datasources"]
    asked = {panel["datasource"]["uid"] for _uid, panel in PANELS}
    assert {source["uid"] for source in sources} == asked
    secrets = [value for s in sources for value in s.get("secureJsonData", {}).values()]
    assert all(value.startswith("$__env{") for value in secrets)


@dataclass
class Grafana:
    """A third party: the part of Grafana's HTTP API that a push uses, with its rules."""

    url: str = ""
    folders: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    boards: dict[str, Any] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    def answer(self, method: str, path: str, auth: str, body: Any) -> tuple[int, Any]:
        self.log.append((method, path))
        if self.broken:
            return 503, {"message": "starting"}
        if auth != "Bearer glsa_token":
            return 401, {"message": "Invalid API key"}
        name, _, uid = path.removeprefix("/api/").partition("/")
        return getattr(self, f"_{name}")(method, uid, body)  # type: ignore[no-any-return]

    def _folders(self, method: str, uid: str, body: Any) -> tuple[int, Any]:
        if method == "GET":
            known = uid in self.folders
            return (200, self.folders[uid]) if known else (404, {"message": "not found"})
        if body["uid"] in self.folders:
            return 412, {"message": "a folder with that uid exists"}
        self.folders[body["uid"]] = body
        return 200, body

    def _datasources(self, method: str, uid: str, body: Any) -> tuple[int, Any]:
        uid = uid.removeprefix("uid/")
        if method == "GET":
            known = uid in self.sources
            return (200, self.sources[uid]) if known else (404, {"message": "not found"})
        if method == "POST" and body["uid"] in self.sources:
            return 409, {"message": "data source with the same name already exists"}
        self.sources[body["uid"]] = body
        return 200, {"message": "ok"}

    def _dashboards(self, method: str, uid: str, body: Any) -> tuple[int, Any]:
        assert (method, uid) == ("POST", "db")
        model = body["dashboard"]
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        if model["uid"] in self.boards and not body["overwrite"]:
            return 412, {"message": "the dashboard has been changed by someone else"}
        self.boards[model["uid"]] = model
        return 200, {"uid": model["uid"], "status": "success"}


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    state = Grafana()

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            auth = self.headers.get("Authorization", "")
            status, reply = state.answer(self.command, self.path, auth, body)
            payload = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PUT = do

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_push_twice_leaves_one_of_each(grafana: Grafana) -> None:
    places = Places(elastic_password="es-word", postgres_password="pg-word")
    for _ in range(2):
        assert push(grafana.url, "glsa_token", places) == list(MODELS)
    assert list(grafana.folders) == ["yuqing"]
    assert set(grafana.sources) == {POSTS.uid, TICKETS.uid, METRICS.uid}
    assert grafana.sources["yuqing-posts"]["secureJsonData"] == {"basicAuthPassword": "es-word"}
    assert grafana.boards == dict(MODELS)
    assert grafana.log.count(("POST", "/api/folders")) == 1
    assert grafana.log.count(("POST", "/api/datasources")) == 3
    assert sum(method == "PUT" for method, _path in grafana.log) == 3


def test_a_wrong_token_is_refused_with_the_remedy(grafana: Grafana) -> None:
    with pytest.raises(NotAllowed, match="token of a service account"):
        push(grafana.url, "wrong", Places())
    assert not grafana.boards


def test_a_grafana_that_is_starting_or_away_is_tried_later(grafana: Grafana) -> None:
    grafana.broken = True
    with pytest.raises(RetryLater, match="Grafana at"):
        push(grafana.url, "glsa_token", Places())
    with pytest.raises(RetryLater):
        push("http://127.0.0.1:1", "glsa_token", Places())
