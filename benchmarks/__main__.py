"""What `make bench` runs: short versions of all measurements, one table at the end.

python -m benchmarks [--posts N] [--end-to-end] [--no-services]

On stdout: one JSON line an end-to-end run, and what the rooms' own benchmarks say. Kafka,
Elasticsearch and PostgreSQL are measured when they run (`make services`); else it says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import services

Row = tuple[str, str]
LONGEST = 90.0
"""Real seconds after which a part is given up."""


def parts(posts: int, folder: Path) -> dict[str, list[str]]:
    """Name to module and arguments, on embedded stores."""
    run = ["end_to_end", "--posts", str(posts)]
    return {
        "end to end, a stage at a time": [*run, "--shape", "stages"],
        "end to end, as yuqing up runs it": [*run, "--shape", "processes"],
        "bus": ["bus"],
        "judge": ["judge", "1"],
        "cascade": ["cascade"],
        "grouping": ["grouping"],
        "index": ["index", "2000"],
        "ticket store": ["ticket_store", f"sqlite:///{folder / 'tickets.db'}", "100"],
        "many open tickets": ["ticket_scale", "500", "2000"],
        "clocks": ["clocks", "100"],
        "drills, killed": ["drill_kills", "1"],
    }


def on_services(posts: int, running: Collection[str]) -> dict[str, list[str]]:
    """The same for the services that run; {bus_url} and so on stand for stores of its own."""
    urls = services.kinds(running)
    options = [part for name in urls for part in (f"--{name.replace('_', '-')}", f"{{{name}}}")]
    run = ["end_to_end", "--posts", str(posts), *options]
    found = {"end to end, a stage at a time, on services": [*run, "--shape", "stages"]}
    found["end to end, processes, on services"] = [*run, "--shape", "processes"]
    if "bus_url" in urls:
        found["bus, Kafka"] = ["bus", "{bus_url}"]
    if "tickets_url" in urls:
        found["ticket store, PostgreSQL"] = ["ticket_store", "{tickets_url}", "100"]
        many = ["ticket_scale", "--database", "{tickets_url}", "500", "2000"]
        found["many open tickets, PostgreSQL"] = many
    return found


def run_on(command: list[str], running: Mapping[str, str]) -> str:
    """`run` with fresh stores on the services, if it asks for any."""
    if not any("_url}" in word for word in command):
        return run(command)
    with services.stores(running) as urls:
        return run([word.format_map(urls) if "_url}" in word else word for word in command])


def run(command: list[str]) -> str:
    """What the module `command` prints; why it did not, in one line."""
    module, *arguments = command
    try:
        child = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", *arguments],
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"given up after {LONGEST:.0f} s"
    if child.returncode:
        return f"failed: {child.stderr.strip().splitlines()[-1:]}"
    return child.stdout.strip()


def told(name: str, said: str) -> Iterator[Row]:
    """The rows of the summary that a part's output makes."""
    for line in said.splitlines():
        if '"end_to_end"' not in line:
            yield name, line.strip(' {}"').replace('"', "")
            continue
        result = json.loads(line)
        shares = result["shares"].items()
        total = result["seconds"]
        parts_of = "  ".join(f"{stage} {seconds / total:.0%}" for stage, seconds in shares)
        yield name, f"[bold]{result['posts_per_second']} posts/s[/]  {parts_of}"


def main() -> None:
    """Run everything, show where it is, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--posts", type=int, default=5000, help="for each end-to-end run")
    parser.add_argument("--end-to-end", action="store_true", help="leave the rooms' own ones out")
    parser.add_argument("--no-services", action="store_true", help="embedded stores only")
    asked = parser.parse_args()
    console = Console(stderr=True)
    running = {} if asked.no_services else services.found()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        todo = parts(asked.posts, Path(folder))
        todo |= on_services(asked.posts, running) if running else {}
        if asked.end_to_end:
            todo = {name: command for name, command in todo.items() if command[0] == "end_to_end"}
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            for name, command in todo.items():
                task = progress.add_task(name, total=1)
                said = run_on(command, running)
                progress.update(task, completed=1)
                print(said, flush=True)
                rows += told(name, said)
    table = Table("what", "how fast", title="yuqing benchmarks", show_lines=False)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    missing = [name for name in services.ENGINES if name not in running]
    if missing and not asked.no_services:
        console.print(f"left out, for they do not run (make services): {', '.join(missing)}")


if __name__ == "__main__":
    main()
