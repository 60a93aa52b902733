"""How a command ends: every exception becomes one sentence on stderr and an exit code.

0    done
1    the work failed
2    the call is wrong, or something has to be installed first
130  interrupted by Ctrl-C, as shells have it (128 + SIGINT)
141  the reader of our output went away, `lenslet ... | head` (128 + SIGPIPE); quiet
"""

import os
import sys
from collections.abc import Callable

from lenslet.cli.output import say
from lenslet.errors import LensletError

__all__ = ["guarded", "sentence_of"]

INTERRUPTED, NO_READER = 130, 141
EXTRAS = {  # the module that is missing -> the extra that brings it
    "torch": "train",
    "ray": "ray",
    "pyarrow": "ray",
    "tensorboard": "tensorboard",
    "mlflow": "mlflow",
    "nicegui": "studio",
    "fastapi": "studio",
    "uvicorn": "studio",
}


def guarded(work: Callable[[], object]) -> int:
    """Do `work` and return the exit code; LENSLET_DEBUG=1 lets what we did not foresee through, with its traceback."""
    code = 0
    try:
        try:
            work()
        except SystemExit as end:  # how Typer ends: after help, and after a call that is wrong
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        say(f"lenslet: {str(stop) or 'stopped'}")
        return INTERRUPTED
    except BrokenPipeError:
        # what is still in the buffer would fail once more when Python closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER
    except Exception as error:
        if os.environ.get("LENSLET_DEBUG", "0") not in ("", "0") and not isinstance(error, LensletError):
            raise
        text, code = sentence_of(error)
        say(f"lenslet: {text}")
        return code
    return code


def sentence_of(error: Exception) -> tuple[str, int]:
    """What to say of an error, and the exit code."""
    if isinstance(error, LensletError):
        return " ".join(str(error).split()), error.exit_code
    if isinstance(error, ModuleNotFoundError):
        missing = (error.name or "").partition(".")[0]
        if missing in EXTRAS:
            return f'this needs {missing}, which is not installed: pip install "lenslet[{EXTRAS[missing]}]"', 2
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; try smaller images (--size) or a smaller batch (--batch)", 1
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}{f': {error.filename}' if error.filename else ''}", 1
    kind = type(error).__name__
    return f"unexpected {kind}: {error} (a mistake of ours: please report it with what LENSLET_DEBUG=1 shows)", 1
