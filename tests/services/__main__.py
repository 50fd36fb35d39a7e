"""`scripts/services start|stop|status [NAME ...]`: what `make services` runs."""

from __future__ import annotations

import argparse
import json
import sys

from tests.services import engine as life
from tests.services.elastic import Elastic
from tests.services.engine import Engine
from tests.services.kafka import Kafka
from tests.services.places import Unavailable
from tests.services.postgres import Postgres

ENGINES: dict[str, Engine] = {one.name: one for one in (Kafka(), Elastic(), Postgres())}


def main(arguments: list[str]) -> int:
    """Start (and keep), stop, or tell about services; one JSON object of URLs on stdout."""
    parser = argparse.ArgumentParser(prog="scripts/services", description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ENGINES)}")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(ENGINES)
    if unknown:
        parser.error(f"no such service: {', '.join(sorted(unknown))}")
    chosen = [ENGINES[name] for name in asked.names or ENGINES]
    try:
        urls = {one.name: _act(asked.action, one) for one in chosen}
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(urls, indent=2) + "\n")
    return 0


def _act(action: str, one: Engine) -> str | None:
    if action == "start":
        sys.stderr.write(f"{one.name}: starting\n")
        return life.start(one, "pinned")
    if action == "stop":
        life.stop(one)
    return life.running(one)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
