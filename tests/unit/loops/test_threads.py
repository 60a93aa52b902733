"""The choice of threads, with a clock that the test turns."""

from collections.abc import Iterator

import pytest
import torch

from lenslet.loops import threads as room
from lenslet.loops.threads import Threads


@pytest.fixture(autouse=True)
def _two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def _run(monkeypatch: pytest.MonkeyPatch, seconds: dict[int, float], steps: int) -> list[int]:
    """The threads of each step, where a step takes `seconds[threads]`."""
    clock = [0.0]
    monkeypatch.setattr(room, "perf_counter", lambda: clock[0])
    chosen = Threads(tuned=True)
    used = []
    for _ in range(steps):
        with chosen.step(1):
            used.append(torch.get_num_threads())
            clock[0] += seconds[used[-1]]
        assert torch.get_num_threads() == 2
    return used


def test_on_a_busy_machine_one_thread_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    used = _run(monkeypatch, {2: 1.0, 1: 0.1}, 40)
    assert used[:6] == [2, 2, 2, 1, 1, 1]
    assert used.count(2) <= 3 + 1  # and one look back, given up after a single step


def test_on_a_quiet_machine_all_threads_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    used = _run(monkeypatch, {2: 0.1, 1: 0.18}, 1000)
    assert used.count(1) < 10


def test_it_comes_back_when_the_machine_is_quiet_again(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {2: 1.0, 1: 0.1}
    clock = [0.0]
    monkeypatch.setattr(room, "perf_counter", lambda: clock[0])
    chosen = Threads(tuned=True)
    for number in range(2000):
        if number == 300:
            seconds[2] = 0.05
        with chosen.step(1):
            clock[0] += seconds[torch.get_num_threads()]
    assert chosen.now == 2


def test_where_bits_must_be_equal_nothing_is_tuned(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Threads(tuned=False)
    with chosen.step(1):
        assert torch.get_num_threads() == 2
