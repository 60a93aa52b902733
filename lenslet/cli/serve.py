"""`lenslet serve`: its log on stderr while it runs, and how much it answered at its end."""

from typing import Any

from lenslet.cli.command import Command
from lenslet.cli.output import write
from lenslet.serve.serve import Served, serve


def call(**given: Any) -> Served:
    """The server, with its log on stderr."""
    import logging

    heard = logging.StreamHandler()
    heard.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    for name, level in (("lenslet.serve", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(heard)
        logger.propagate = False
    return serve(**given)


def show(done: Served) -> None:
    """One line."""
    write(f"{done.address}: {done.requests:,} requests in {done.seconds:,.0f} s")


command = Command(serve, show, call=call, example="lenslet serve signs bloodcells --gallery people.db")
