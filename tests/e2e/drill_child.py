"""`yuqing drill` in a process that is killed -9, by itself or from outside.

Arguments: N or `tell`, then those of the command. With a number it is killed at its Nth begin or
commit of a transaction (0: never): at a commit the power goes before anything of the transaction
is on disk, at a begin after all of the one before is. With `tell` every statement, begin and commit
is a line on stdout, so that who reads them can kill it wherever it has got to by then.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import Engine, event

from yuqing.app.cli import main


class Countdown:
    """Kills this process when it is called the `left`th time; with 0 never."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, *_about: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def tell(*_about: object) -> None:
    """One line, at once: what is in a buffer would die with the process."""
    os.write(1, b".\n")


def be_killed(at: int) -> None:
    """At the `at`th begin or commit of a transaction."""
    countdown = Countdown(at)
    for name in ("begin", "commit"):
        event.listen(Engine, name, countdown)


def be_heard() -> None:
    """Tell of every statement, before and after, and of every begin and commit."""
    for name in ("begin", "commit", "before_cursor_execute", "after_cursor_execute"):
        event.listen(Engine, name, tell)


if __name__ == "__main__":
    how = sys.argv.pop(1)
    be_heard() if how == "tell" else be_killed(int(how))
    main()
