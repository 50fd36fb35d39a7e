"""The command line: one command a file, each importing what it needs when it runs."""

from __future__ import annotations

import os
import sys

import typer

from yuqing.app.cli import (
    audit,
    check,
    classify,
    clocks,
    cluster,
    corrections,
    dashboards,
    dead,
    debunks,
    demo,
    drift,
    drill,
    evaluate,
    export,
    init,
    jurisdiction,
    keys,
    operate,
    people,
    push,
    report,
    serve,
    stages,
    train,
    up,
    watchdog,
)
from yuqing.domain.errors import YuqingError

_COMMANDS = (
    demo,
    init,
    up,
    stages,
    serve,
    classify,
    cluster,
    report,
    clocks,
    train,
    evaluate,
    corrections,
    drift,
    check,
    jurisdiction,
    dead,
    debunks,
    dashboards,
    operate,
    people,
    keys,
    audit,
    export,
    drill,
    push,
    watchdog,
)


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="yuqing",
        help="舆情 monitoring and response: crawl, judge, group, respond, evaluate.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for module in _COMMANDS:
        module.register(app)
    return app


def main() -> None:
    """Run; exit 0 done, 1 failed, 2 misuse."""
    try:
        build()()
    except YuqingError as error:
        print(f"yuqing: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except BrokenPipeError:
        # whoever read stdout has enough; nothing may be flushed there at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        print(f"yuqing: {_told(error)}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _told(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename is not None else ""
    return f"{where}{error.strerror or error}"
