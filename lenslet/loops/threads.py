"""How many threads a training step should use, found out while training.

On a machine that does something else as well, two threads can be slower than one: each parallel part of a convolution
waits for its last thread, and that one waits for a core (figures: benchmarks/speed/threads.py, docs/decisions/0005).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import torch

_FIRST, _LONGEST = 10.0, 120.0  # seconds between two trials: the wait doubles each time that nothing better was found
_STEPS = 3  # of a trial, the first of which is not counted: caches and threads have to settle
_HOPELESS = 1.5  # times slower than the present choice: no second step is needed to know


class Threads:
    """Chooses between all threads and one, by timing real steps now and then.

    Args:
        tuned: False keeps the number as it is; the same number of threads is part of what makes two runs equal bit
        for bit.
    """

    def __init__(self, *, tuned: bool) -> None:
        self.most = torch.get_num_threads()
        self.now = self.most
        self.tuned = tuned and self.most > 1 and not torch.cuda.is_available()
        self.wait, self.since = _FIRST, perf_counter() - _FIRST  # the first trial comes at once
        self.trial: list[float] | None = None
        self.usual: list[float] = []

    @contextmanager
    def step(self, pictures: int) -> Iterator[None]:
        """A training step of so many pictures, timed, with the number of threads that is best at present."""
        if not self.tuned:
            yield
            return
        torch.set_num_threads(self._other() if self.trial is not None else self.now)
        began = perf_counter()
        try:
            yield
        finally:
            torch.set_num_threads(self.most)
        self._note((perf_counter() - began) / pictures)

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Other work, not timed, with the number of threads that is best at present."""
        torch.set_num_threads(self.now)
        try:
            yield
        finally:
            torch.set_num_threads(self.most)

    def _note(self, seconds: float) -> None:
        if self.trial is None:
            self.usual = [*self.usual, seconds][-_STEPS:]
            if len(self.usual) == _STEPS and perf_counter() - self.since >= self.wait:
                self.trial = []
            return
        self.trial.append(seconds)
        usual, tried = min(self.usual), min(self.trial)
        if len(self.trial) < _STEPS and tried < _HOPELESS * usual:
            return
        if len(self.trial) == _STEPS and min(self.trial[1:]) < 0.95 * usual:
            self.now, self.usual, self.wait = self._other(), [], _FIRST
        else:
            self.wait = min(2 * self.wait, _LONGEST)
        self.trial, self.since = None, perf_counter()

    def _other(self) -> int:
        return 1 if self.now > 1 else self.most
