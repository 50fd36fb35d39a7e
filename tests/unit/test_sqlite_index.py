"""What only the SQLite index must survive: locks, full disks, strangers' files, other processes."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from stream.index import Search
from stream.sqlite_index import SqliteIndex
from tests.contracts.index_posts import NOON, judged
from yuqing.domain.errors import ConfigError, RetryLater
from yuqing.domain.query import parse_query


def total(index: SqliteIndex) -> int:
    return index.search(Search(facets=False)).total


def test_a_locked_file_asks_to_try_later_and_readers_go_on(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    index = SqliteIndex(file, wait=0.05)
    index.put([judged("a")])
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RetryLater, match="locked"):
        index.put([judged("b")])
    assert total(index) == 1
    other.execute("ROLLBACK")
    other.close()
    index.put([judged("b")])
    assert total(index) == 2
    index.close()


FULL = """
import resource, sys
from pathlib import Path
from stream.index import Search
from stream.sqlite_index import SqliteIndex
from tests.contracts.index_posts import judged
from yuqing.domain.errors import RetryLater

index = SqliteIndex(Path(sys.argv[1]))
index.put([judged("first")])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
posts = [judged(f"{n}", f"第{n}条 " + chr(0x4E00 + n) * 300) for n in range(3000)]
try:
    index.put(posts)
except RetryLater as error:
    print("later", Path(sys.argv[1]).name in str(error))
print(index.search(Search()).total)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
index.put(posts)
print(index.search(Search()).total)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no file size limit here")
def test_a_full_disk_asks_to_try_later_and_loses_nothing(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "index.db")],
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert done.stdout.split() == ["later", "True", "1", "3001"], done.stderr


def test_a_strangers_file_is_a_configuration_error(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no database " * 1000)
    with pytest.raises(ConfigError, match="not a database"):
        SqliteIndex(text)
    newer = tmp_path / "newer.db"
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(ConfigError, match="7 is not 1"):
        SqliteIndex(newer)


def test_a_folder_that_is_not_there_asks_to_try_later(tmp_path: Path) -> None:
    with pytest.raises(RetryLater, match="unable to open"):
        SqliteIndex(tmp_path / "nowhere" / "index.db")


OPEN = """
import sys
from pathlib import Path
from stream.sqlite_index import SqliteIndex
from tests.contracts.index_posts import judged

index = SqliteIndex(Path(sys.argv[1]))
for n in range(20):
    index.put([judged(f"{sys.argv[2]}-{n}")])
index.close()
"""


def test_several_processes_open_a_new_file_and_write_at_once(tmp_path: Path) -> None:
    root, file = Path(__file__).parents[2], tmp_path / "index.db"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(file), str(n)], cwd=root, stderr=subprocess.PIPE
        )
        for n in range(4)
    ]
    errors = [process.communicate()[1] for process in started]
    assert errors == [b""] * 4
    index = SqliteIndex(file)
    assert total(index) == 80
    index.close()


def test_readers_see_whole_batches_while_others_write_and_drop(tmp_path: Path) -> None:
    index, stop = SqliteIndex(tmp_path / "index.db"), threading.Event()
    seen: set[int] = set()
    failures: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                page = index.search(Search(parse_query("路灯")))
            except Exception as error:
                failures.append(error)
                return
            seen.add(page.total % 10)
            if page.total != sum(n for _, n in page.facets["day"]):
                failures.append(AssertionError("facets and total of two moments"))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(10):
        index.put([judged(f"{n}-{k}", at=NOON) for k in range(10)])
        index.drop_before(date(2026, 4, 1)) if n % 4 == 3 else None
        index.rebuild([judged(f"r{n}-{k}") for k in range(20)])
    stop.set()
    for reader in readers:
        reader.join()
    index.close()
    assert failures == []
    assert seen == {0}
