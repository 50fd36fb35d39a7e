"""Brings the boards into a Grafana: as files that it reads when it starts, or pushed to a running
one. Doing it again changes nothing but what changed in the code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grafana_client.api import GrafanaApi
from grafana_client.client import (
    GrafanaClientError,
    GrafanaException,
    GrafanaTimeoutError,
    TokenAuth,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from ruamel.yaml import YAML

from dashboards.boards.health import board_of_health
from dashboards.boards.posts import board_of_posts
from dashboards.boards.tickets import board_of_tickets
from dashboards.sources import Places, data_sources
from yuqing.domain.errors import NotAllowed, RetryLater

FOLDER_UID, FOLDER_TITLE = "yuqing", "舆情监测"
_READ_FROM = "/etc/grafana/provisioning/dashboards/boards"


def build_all() -> Mapping[str, dict[str, Any]]:
    """Each board's uid to its JSON model, panels numbered from 1."""
    boards = (board_of_posts(), board_of_tickets(), board_of_health())
    models = [json.loads(JSONEncoder(sort_keys=True).encode(board.build())) for board in boards]
    for model in models:
        for number, panel in enumerate(model["panels"], start=1):
            panel["id"] = number
    return {model["uid"]: model for model in models}


def export(folder: Path, places: Places = Places(), read_from: str = _READ_FROM) -> list[Path]:
    """Write Grafana's provisioning folder: boards and data sources; returns the files written.

    `read_from` is where Grafana sees `folder`/dashboards/boards.
    """
    boards = folder / "dashboards" / "boards"
    for place in (boards, folder / "datasources"):
        place.mkdir(parents=True, exist_ok=True)
    written = [_write_json(boards / f"{uid}.json", model) for uid, model in build_all().items()]
    provider = {
        "name": FOLDER_TITLE,
        "folder": FOLDER_TITLE,
        "folderUid": FOLDER_UID,
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "options": {"path": read_from},
    }
    sources = [source | {"editable": False} for source in data_sources(places)]
    return [
        *written,
        _write_yaml(folder / "dashboards" / "yuqing.yaml", {"providers": [provider]}),
        _write_yaml(folder / "datasources" / "yuqing.yaml", {"datasources": sources}),
    ]


def push(url: str, token: str, places: Places) -> list[str]:
    """Create or replace folder, data sources and boards at the Grafana at `url`; returns the uids
    of the boards.

    Raises RetryLater when Grafana cannot be reached or is not ready, NotAllowed when it refuses.
    """
    with _named(url):
        grafana = _client(url, token)
        folder = _there(lambda: grafana.folder.get_folder(FOLDER_UID))
        if not folder:
            grafana.folder.create_folder(FOLDER_TITLE, FOLDER_UID)
        for source in data_sources(places):
            _push_source(grafana, source)
        for model in build_all().values():
            grafana.dashboard.update_dashboard(
                {"dashboard": model, "folderUid": FOLDER_UID, "overwrite": True}
            )
    return list(build_all())


def _client(url: str, token: str) -> Any:
    auth: Any = TokenAuth
    return GrafanaApi.from_url(url, credential=auth(token))


def _push_source(grafana: Any, source: dict[str, Any]) -> None:
    uid = source["uid"]
    if _there(lambda: grafana.datasource.get_datasource_by_uid(uid)):
        grafana.datasource.update_datasource_by_uid(uid, source)
    else:
        grafana.datasource.create_datasource(source)


def _there(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except GrafanaClientError as error:
        if error.status_code == 404:
            return False
        raise
    return True


@contextmanager
def _named(url: str) -> Iterator[None]:
    try:
        yield
    except GrafanaClientError as error:
        remedy = "Give the token of a service account with the role Admin."
        raise NotAllowed(f"Grafana at {url} refused: {error}. {remedy}") from error
    except (GrafanaException, GrafanaTimeoutError, OSError) as error:
        raise RetryLater(f"Grafana at {url}: {error}") from error


def _write_json(path: Path, model: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(model, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    return path


def _write_yaml(path: Path, content: Mapping[str, Any]) -> Path:
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    with path.open("w", encoding="utf-8") as file:
        yaml.dump({"apiVersion": 1, **content}, file)
    return path
