"""The bar of a run whose page is elsewhere: it writes down what a bar would show, and listens whether to halt."""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from lenslet.studio.pictures import jpeg
from lenslet.studio.training.progress import Ask, Progress, asked, quickly

__all__ = ["SAMPLES", "Teller"]

SAMPLES = "samples"
_EVERY = 0.4  # seconds between two writes, and between two looks whether something is asked for
_CURVES = 1.5  # seconds between two writes of results.csv
_SHARE = 30  # of the time that showing samples takes, so many times as long without
_SIDE = 360  # pixels


class Teller:
    """An onlooker of `train` (see `verbs.progress.Onlooker`).

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, Progress(process=os.getpid())
        self.began, self.first = time.monotonic(), 0.0
        self.wrote = self.looked = self.curved = float("-inf")
        self.sampled, self.cost = float("-inf"), 0.0
        self.wanted: Ask | None = None
        self.job: Any = None
        self.epoch = 0

    def phase(self, text: str) -> None:
        """A new part of the work begins."""
        self.began, self.first = time.monotonic(), -1.0
        said = self.now.said if text == "measuring" else ""  # what was said last of the training still holds
        self.now = replace(self.now, phase=text, fraction=0.0, left=None, said=said)
        self._write(now=True)
        self._halt_before_training()

    def at(self, fraction: int | float, text: str = "") -> None:
        """So much of this part is done; what is left is reckoned from how long that took."""
        if self.first < 0:
            self.began, self.first = time.monotonic(), fraction  # a run that goes on does not begin at 0
        done, spent = fraction - self.first, time.monotonic() - self.began
        left = spent * (1 - fraction) / done if done > 0 and spent > 1 else None
        self.now = replace(self.now, fraction=min(max(fraction, 0.0), 1.0), left=left, said=text or self.now.said)
        self._write()
        self._halt_before_training()

    def say(self, text: str) -> None:
        """A sentence that must not be overlooked."""
        self.now = replace(self.now, notes=(*self.now.notes, text))
        self._write(now=True)

    def paused(self) -> bool:
        """Whether to halt after this step; to stop is said as Ctrl-C says it.

        Raises:
            KeyboardInterrupt: somebody asked to stop and keep the best.
        """
        wanted = self._look()
        if wanted == "stop":
            raise KeyboardInterrupt
        return wanted == "pause"

    def learned(self, model: Any, job: Any, rows: Sequence[dict[str, float]]) -> None:
        """An epoch is over: the curves are renewed, and at times what it says of a few pictures."""
        from lenslet.verbs.run_folder import write_results

        if time.monotonic() - self.curved >= _CURVES:
            with suppress(OSError):  # the verb says so where it writes them itself
                write_results(self.folder, rows)
            self.curved = time.monotonic()
        self.job, self.epoch = job, int(rows[-1]["epoch"])
        if time.monotonic() - self.sampled >= _SHARE * self.cost:
            began = time.monotonic()
            self._show(model)
            self.sampled = time.monotonic()
            self.cost = self.sampled - began

    def ended(self, model: Any) -> None:
        """The run is over: what the model says now that all is learned."""
        if self.job is not None:
            self._show(model)

    def _show(self, model: Any) -> None:
        from lenslet.verbs.sampled import sampled

        shown = []
        (self.folder / SAMPLES).mkdir(exist_ok=True)
        for number, seen in enumerate(sampled(model, self.job)):
            quickly(self.folder / SAMPLES / f"{number}.jpg", jpeg(seen.pixels, longest=_SIDE))
            shown.append({"truth": seen.truth, "said": seen.said, "right": seen.right, "image": str(seen.path)})
        told = {"schema": 1, "epoch": self.epoch, "shown": shown}
        quickly(self.folder / SAMPLES / "samples.json", json.dumps(told, ensure_ascii=False).encode())

    def _halt_before_training(self) -> None:
        """Outside of training there is no state to keep; what measures the model at the end is let finish."""
        from lenslet.errors import PausedError

        if self.now.phase == "measuring":
            return
        wanted = self._look()
        if wanted == "stop":
            raise KeyboardInterrupt
        if wanted == "pause" and not self.now.phase.startswith("training"):
            raise PausedError("paused before the first step")

    def _look(self) -> Ask | None:
        if time.monotonic() - self.looked >= _EVERY:
            self.looked, self.wanted = time.monotonic(), asked(self.folder)
        return self.wanted

    def _write(self, *, now: bool = False) -> None:
        if now or time.monotonic() - self.wrote >= _EVERY:
            self.now.write(self.folder)
            self.wrote = time.monotonic()
