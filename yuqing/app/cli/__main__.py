"""`python -m yuqing.app.cli`, which is how the supervisor starts its children."""

import os
import signal
import threading
import time

from yuqing.app.cli import main


def _end_with(parent: int) -> None:
    """Stop when the supervisor is gone: a service that nobody watches would hold the port and
    work beside the one that is started next."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    main()
