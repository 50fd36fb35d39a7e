"""`yuqing drill` in a process that is killed -9 at its Nth begin or commit of a transaction.

Arguments: N (0: never), then those of the command. At a commit the power goes before anything of
the transaction is on disk, at a begin after all of the one before is.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import Engine, event

from yuqing.app.cli import main

_left = int(sys.argv.pop(1))


def _count(*_about: object) -> None:
    global _left
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


event.listen(Engine, "begin", _count)
event.listen(Engine, "commit", _count)
main()
