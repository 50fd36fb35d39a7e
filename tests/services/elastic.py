"""Elasticsearch 9.2.0 in its smallest distribution, with a password."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from base64 import b64encode
from pathlib import Path

from tests.services.engine import Launch
from tests.services.java import java_home, maven
from tests.services.places import Unavailable, account, engines_home, free_port, fresh

VERSION = "9.2.0"
_ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"

_SETTINGS = """cluster.name: yuqing-tests
discovery.type: single-node
http.host: 127.0.0.1
http.port: {port}
transport.host: 127.0.0.1
transport.port: {transport}
path.logs: {folder}/logs
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: true
xpack.security.autoconfiguration.enabled: false
xpack.security.http.ssl.enabled: false
xpack.security.transport.ssl.enabled: false
"""


class Elastic:
    """`url` is http://user:password@host:port."""

    name = "elastic"

    def prepare(self) -> Launch:
        """Unpack once; configuration and data are fresh each time, with a new password."""
        home, java = _unpacked(), java_home(21)
        folder = fresh(engines_home() / "elastic-data")
        port = free_port(9200)
        config = folder / "config"
        shutil.copytree(home / "config", config)
        text = _SETTINGS.format(port=port, transport=free_port(), folder=folder)
        (config / "elasticsearch.yml").write_text(text)
        environment = {
            "ES_JAVA_HOME": str(java),
            "ES_PATH_CONF": str(config),
            "ES_JAVA_OPTS": "-Xms512m -Xmx1g",
            "ES_TMPDIR": str(folder / "tmp"),
        }
        (folder / "tmp").mkdir()
        password = secrets.token_urlsafe(12)
        account().own(folder)
        _add_user(home, environment, "yuqing", password)
        account().own(folder)
        command = [str(home / "bin" / "elasticsearch"), f"-Epath.data={folder}/data"]
        return Launch(
            command, folder, port, f"http://yuqing:{password}@127.0.0.1:{port}", environment
        )

    def ready(self, url: str) -> bool:
        """Whether the cluster is green or yellow for the user of `url`."""
        parts = urllib.parse.urlsplit(url)
        request = urllib.request.Request(f"http://{parts.hostname}:{parts.port}/_cluster/health")
        token = b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return any(word in answer.read() for word in (b'"green"', b'"yellow"'))
        except (urllib.error.URLError, OSError):
            return False


def _unpacked() -> Path:
    home = engines_home() / f"elasticsearch-{VERSION}"
    if not (home / ".complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        downloads = engines_home()
        maven(
            "dependency:copy",
            f"-Dartifact={_ARTIFACT}",
            f"-DoutputDirectory={downloads}",
            cwd=downloads,
        )
        archive = next(downloads.glob("elasticsearch-*.zip"))
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(downloads)
        archive.unlink()
        for program in (home / "bin").iterdir():
            program.chmod(0o755)
        account().own(home)
        (home / ".complete").touch()
    return home


def _add_user(home: Path, environment: dict[str, str], user: str, password: str) -> None:
    tool = str(home / "bin" / "elasticsearch-users")
    done = subprocess.run(
        [tool, "useradd", user, "-p", password, "-r", "superuser"],
        env={"PATH": os.environ.get("PATH", "")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"elasticsearch-users failed: {done.stdout}{done.stderr}")
