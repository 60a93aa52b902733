"""TensorBoard: event files in the folder of the run; `tensorboard --logdir runs` shows all runs side by side."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lenslet.verbs.tracking import Ending, cell


class TensorBoard:
    """A `Tracker` that writes events.

    Raises:
        ModuleNotFoundError: tensorboard is not installed.
    """

    def __init__(self) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.make = SummaryWriter

    def start(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Write recipe and card as a table of text."""
        self.writer = self.make(str(folder), flush_secs=10)
        self.facts = dict(facts)
        rows = "".join(f"| {name} | {cell(value)} |\n" for name, value in facts.items())
        self.writer.add_text("run", f"| | |\n|---|---|\n{rows}", 0)
        self.writer.flush()

    def epoch(self, number: int, values: Mapping[str, float]) -> None:
        """Write scalars."""
        for name, value in values.items():
            self.writer.add_scalar(_tag(name), value, number)
        self.writer.flush()

    def finish(self, metrics: Mapping[str, float], ending: Ending) -> None:
        """Write the final metrics, also for the page on which runs are compared by their recipes."""
        from torch.utils.tensorboard.summary import hparams

        named = {f"final/{name}": float(value) for name, value in metrics.items()}
        plain = {name: value for name, value in self.facts.items() if isinstance(value, str | int | float | bool)}
        # what add_hparams does, without the second folder that it would make
        for summary in hparams(plain, named):  # type: ignore[no-untyped-call]
            self.writer.file_writer.add_summary(summary)  # type: ignore[attr-defined]
        for name, value in named.items():
            self.writer.add_scalar(name, value, 0)
        self.writer.add_text("ended", ending, 0)
        self.writer.close()


def _tag(name: str) -> str:
    """train_loss -> train/loss, so that TensorBoard draws what belongs together side by side."""
    part, _, rest = name.partition("_")
    return f"{part}/{rest}" if part in ("train", "valid") and rest else f"run/{name}"
