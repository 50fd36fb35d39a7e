"""A process whose disk fills up while it works: python full_disk_child.py FOLDER BYTES

Prints what was told while no file could grow beyond BYTES, then what the world came to once it
could. A process of its own, since the limit holds for all that a process writes.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tests.small_world import small_world
from tests.troubled import outcome, through_trouble, without_pushes

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def main(folder: Path, largest: int) -> None:
    """Live a day of the small world on a disk that is full at first."""
    with small_world(folder) as world:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        told = through_trouble(
            without_pushes(world), lambda: resource.setrlimit(resource.RLIMIT_FSIZE, NO_LIMIT)
        )
        print(told)  # noqa: T201
        print(outcome(world))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
