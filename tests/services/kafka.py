"""Kafka 4.1.1, one node that is broker and controller at once."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

from tests.services.engine import Launch
from tests.services.java import java_home, maven
from tests.services.places import Unavailable, account, engines_home, free_port, fresh

VERSION = "4.1.1"

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>yuqing.tests</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>{version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version></dependency>
  </dependencies>
</project>
"""

_PROPERTIES = """process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
log.dirs={logs}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
"""


class Kafka:
    """`url` is the bootstrap server, host and port."""

    name = "kafka"

    def prepare(self) -> Launch:
        """Fetch the jars once, format an empty log folder."""
        libs, java = _libraries(), java_home(17) / "bin" / "java"
        folder = fresh(engines_home() / "kafka-data")
        port = free_port(9092)
        settings = folder / "server.properties"
        text = _PROPERTIES.format(port=port, controller=free_port(), logs=folder / "logs")
        settings.write_text(text)
        settings.chmod(0o644)
        _format(java, libs, settings)
        account().own(folder)
        command = [str(java), "-Xmx512m", "-cp", f"{libs}/*", "kafka.Kafka", str(settings)]
        return Launch(command, folder, port, f"127.0.0.1:{port}")

    def ready(self, url: str) -> bool:
        """Whether the broker answers an ApiVersions request."""
        host, _, port = url.rpartition(":")
        request = bytes.fromhex("00120000000000010000")
        try:
            with socket.create_connection((host, int(port)), timeout=2) as link:
                link.sendall(len(request).to_bytes(4, "big") + request)
                return len(link.recv(10)) == 10
        except OSError:
            return False


def _libraries() -> Path:
    libs = engines_home() / f"kafka-{VERSION}"
    if not (libs / ".complete").exists():
        shutil.rmtree(libs, ignore_errors=True)
        libs.mkdir(parents=True)
        (libs / "pom.xml").write_text(_POM.format(version=VERSION))
        maven(
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={libs}",
            cwd=libs,
        )
        (libs / ".complete").touch()
    return libs


def _format(java: Path, libs: Path, settings: Path) -> None:
    tool = [str(java), "-cp", f"{libs}/*", "kafka.tools.StorageTool"]
    made = subprocess.run([*tool, "random-uuid"], capture_output=True, text=True, check=False)
    done = subprocess.run(
        [*tool, "format", "--standalone", "-t", made.stdout.strip(), "-c", str(settings)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"kafka storage cannot be formatted: {done.stdout}{done.stderr}")
