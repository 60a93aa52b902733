"""The process that trains: `python -m lenslet.studio.training.worker FOLDER`, started by the queue.

It does what `lenslet train --resume FOLDER` does, by the call in the folder's args.yaml, and writes into the folder how
far it is. It knows nothing of the studio, and goes on when that is gone.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from lenslet.studio.training.locks import taken
from lenslet.studio.training.onlooker import Teller
from lenslet.studio.training.progress import ASKED, Progress

__all__ = ["HELD", "main", "work"]

HELD = "held"


def main() -> None:
    """Train the run in the folder that is named, with the larger budget that may be named behind it as JSON."""
    folder = Path(sys.argv[1])
    more = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    # who starts it has taken the lock, and has left it open here for as long as this process lives; or it is taken here
    held = True if sys.argv[3:] == [HELD] else taken(folder)
    if not held:
        raise SystemExit(f"{folder}: another process works on this run")
    if hasattr(os, "nice"):
        os.nice(5)  # the page, and whatever else its user does, come first
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs of a shell ignore it
    work(folder, more)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # all is written; tearing torch down can take seconds, in which nobody could go on with this run


def work(folder: Path, more: dict[str, Any]) -> Progress:
    """Train, and write down how it ended.

    Args:
        folder: of the run, with its args.yaml.
        more: `epochs` or `minutes`, where it is to have more than it had.
    """
    from lenslet.cli.guard import sentence_of
    from lenslet.errors import PausedError
    from lenslet.results import Rates
    from lenslet.verbs.progress import watched
    from lenslet.verbs.train import train

    (folder / ASKED).unlink(missing_ok=True)
    teller = Teller(folder)
    teller.now.write(folder)
    try:
        with watched(teller):
            made = train(resume=folder, **more)
        if not isinstance(made, Rates):
            teller.ended(made)
        said = made.said if isinstance(made, Rates) else teller.now.said
        end = replace(teller.now, state="finished", phase="finished", fraction=1.0, left=0.0, said=said)
    except PausedError:
        end = replace(teller.now, state="paused", phase="paused", left=None)
    except KeyboardInterrupt as stop:
        notes = (*teller.now.notes, *filter(None, [str(stop)]))
        end = replace(teller.now, state="stopped", phase="stopped", left=None, notes=notes)
    except BaseException as error:
        import traceback

        traceback.print_exc()  # into worker.log
        said = sentence_of(error)[0] if isinstance(error, Exception) else repr(error)
        end = replace(teller.now, state="failed", phase="failed", left=None, error=said)
    end.write(folder)
    (folder / ASKED).unlink(missing_ok=True)
    return end


if __name__ == "__main__":
    main()
