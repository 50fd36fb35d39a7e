"""The distributed shape: docker-compose.yml, Dockerfile, secrets, as far as no engine is needed."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dashboards.provision import build_all
from dashboards.sources import Places, data_sources
from yuqing.app.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
STAGES = {"crawl", "judge", "group", "index", "respond", "serve"}
STORES = {"kafka", "elasticsearch", "postgres", "prometheus", "grafana"}
OUR_ONE_SHOTS = {"migrate", "boards"}
ONE_SHOTS = OUR_ONE_SHOTS | {"reader"}
SECRETS = {
    "ELASTIC_PASSWORD",
    "POSTGRES_PASSWORD",
    "GRAFANA_READER_PASSWORD",
    "GRAFANA_PASSWORD",
    "CONSOLE_SECRET",
    "SECRETS_KEY",
}


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(ROOT / "docker-compose.yml")
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value


def test_there_is_one_service_a_stage_and_one_a_store(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == STAGES | STORES | ONE_SHOTS
    for name in STAGES:
        assert services[name]["command"] == [name]


def test_all_stages_come_from_one_dockerfile(services: dict[str, dict[str, Any]]) -> None:
    ours = [services[name] for name in STAGES | OUR_ONE_SHOTS]
    assert {service["build"] for service in ours} == {"."}
    assert len({service["image"] for service in ours}) == 1
    assert not any("build" in services[name] for name in STORES | {"reader"})


def test_every_image_has_a_full_version(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-\w+)?", service["image"])
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("FROM"):
            assert re.search(r"python:3\.\d+\.\d+-slim-\w+", line)


def test_every_service_that_stays_is_asked_how_it_is(services: dict[str, dict[str, Any]]) -> None:
    for name in STAGES | STORES:
        check = services[name]["healthcheck"]
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    for name in ONE_SHOTS:
        assert services[name]["restart"] == "no"


def test_every_service_has_limits(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"])


def test_nobody_is_root_or_can_become_it(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert int(service["user"].split(":")[0]) > 0
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    writable = {name for name, service in services.items() if not service.get("read_only")}
    # these two write their configuration beside their programs when they start
    assert writable == {"kafka", "elasticsearch"}
    assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_state_lies_in_named_volumes(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    for name in STORES:
        assert any(
            isinstance(volume, str) and volume.split(":")[0] == name
            for volume in services[name]["volumes"]
        )
    named = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service["volumes"]
        if isinstance(volume, str)
    }
    assert named == set(compose["volumes"])


def test_stores_are_not_reached_from_outside(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    assert compose["networks"]["inside"]["internal"] is True
    assert {name for name, service in services.items() if "ports" in service} == {
        "serve",
        "grafana",
    }
    for name in ("kafka", "elasticsearch", "postgres", "prometheus"):
        assert services[name]["networks"] == ["inside"]
    for name in ("serve", "grafana"):
        assert re.search(r":-127\.0\.0\.1:\d+}", services[name]["ports"][0])


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    asked = set()
    for text in strings(compose):
        for name, rest in re.findall(r"(?<!\$)\$\{(\w+)([^}]*)\}", text):
            if re.search("PASSWORD|SECRET|TOKEN", name):
                assert rest.startswith(":?"), f"{name} must be asked for"
                asked.add(name)
    assert asked == SECRETS
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", key):
                assert str(value).startswith("${")


def test_every_variable_is_a_setting_of_ours(services: dict[str, dict[str, Any]]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in STAGES | OUR_ONE_SHOTS:
        assert set(services[name]["environment"]) <= known
    for name in STAGES:
        assert services[name]["environment"]["YUQING_BUS_URL"].startswith("kafka://")


def test_stages_wait_for_tables_and_stores(services: dict[str, dict[str, Any]]) -> None:
    for name in STAGES:
        needs = services[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        for store in ("kafka", "elasticsearch", "postgres"):
            assert needs[store]["condition"] == "service_healthy"


def test_prometheus_looks_at_every_stage() -> None:
    jobs = read_yaml(ROOT / "deploy/prometheus/prometheus.yml")["scrape_configs"]
    (found,) = [one for job in jobs for one in job.get("dns_sd_configs", [])]
    assert set(found["names"]) == STAGES
    assert found["port"] == 9100


def test_grafana_finds_what_the_boards_name(services: dict[str, dict[str, Any]]) -> None:
    grafana = services["grafana"]["environment"]
    asked: set[str] = set()
    for source in data_sources(Places()):
        host = re.sub(r"^https?://", "", source["url"]).split(":")[0]
        assert host in services
        asked |= set(re.findall(r"\$__env\{(\w+)\}", str(source)))
    assert asked <= set(grafana)
    reader = (ROOT / "deploy/postgres/grafana-reader.sh").read_text(encoding="utf-8")
    assert Places().postgres_user in reader
    assert services["postgres"]["environment"]["POSTGRES_DB"] == Places().database
    assert "boards:/etc/grafana/provisioning:ro" in services["grafana"]["volumes"]


def test_dashboards_read_only_tables_that_they_may_see() -> None:
    reader = (ROOT / "deploy/postgres/grafana-reader.sh").read_text(encoding="utf-8")
    (granted,) = re.findall(r"GRANT SELECT ON ([\w, ]+) TO grafana_reader", reader)
    sql = "\n".join(strings(build_all()["yuqing-tickets"]))
    # a table that the query itself makes (WITH ... AS) needs no right
    own = set(re.findall(r"(\w+) AS \(", sql))
    read = set(re.findall(r"\b(?:FROM|JOIN) ([a-z_]+)\b(?!\s*[(.])", sql)) - own
    assert read
    assert read <= set(granted.split(", "))


def test_what_is_built_holds_no_secret() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert "**/.env" in ignored
    for line in ignored:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line


def secrets_made(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/secrets"), str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def read_secrets(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text(encoding="ascii").splitlines())


def test_secrets_are_random_private_and_all_there(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    assert secrets_made(first).returncode == 0
    assert secrets_made(second).returncode == 0
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert set(read_secrets(first)) == SECRETS
    made = [*read_secrets(first).values(), *read_secrets(second).values()]
    assert len(set(made)) == 2 * len(SECRETS)
    assert all(re.fullmatch(r"[0-9a-f]{48}", secret) for secret in made)


def test_secrets_are_never_overwritten_nor_shown(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    told = secrets_made(file)
    before = file.read_bytes()
    assert not any(secret in told.stdout + told.stderr for secret in read_secrets(file).values())
    again = secrets_made(file)
    assert again.returncode == 1
    assert "left as it is" in again.stderr
    assert file.read_bytes() == before


@pytest.fixture(scope="module")
def loader() -> Path:
    """The checking script; go builds the loader at the first use (half a minute, then kept)."""
    if shutil.which("go") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("go is needed to build the Compose Specification's loader")
        pytest.skip("go is not on the PATH: the Compose Specification's loader cannot be built")
    return ROOT / "scripts/check-compose"


def loaded(
    loader: Path, folder: Path, known: dict[str, str], *flags: str
) -> subprocess.CompletedProcess[str]:
    """The loader's answer to the file with `known` secrets put in (its command reads none)."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name, value in known.items():
        text = re.sub(r"\$\{" + name + r":\?[^}]*\}", value, text)
    file = folder / "docker-compose.yml"
    file.write_text(text, encoding="utf-8")
    return subprocess.run(
        [str(loader), str(file), *flags], capture_output=True, text=True, check=False, timeout=280
    )


def test_the_specifications_own_loader_takes_the_file(loader: Path, tmp_path: Path) -> None:
    result = loaded(loader, tmp_path, {}, "-no-interpolation")
    assert result.returncode == 0, result.stderr
    normal = YAML(typ="safe").load(result.stdout)
    assert set(normal["services"]) == STAGES | STORES | ONE_SHOTS


def test_it_starts_with_the_secrets_and_with_nothing_less(loader: Path, tmp_path: Path) -> None:
    secrets_made(tmp_path / "made")
    made = read_secrets(tmp_path / "made")
    result = loaded(loader, tmp_path, made)
    assert result.returncode == 0, result.stderr
    serve = YAML(typ="safe").load(result.stdout)["services"]["serve"]
    index = f"http://elastic:{made['ELASTIC_PASSWORD']}@elasticsearch:9200"
    assert serve["environment"]["YUQING_INDEX_URL"] == index
    for name in SECRETS:
        refused = loaded(loader, tmp_path, {key: made[key] for key in made if key != name})
        assert refused.returncode != 0
        assert f"required variable {name} is missing a value: run make secrets" in refused.stderr
