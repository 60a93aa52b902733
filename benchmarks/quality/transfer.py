"""Transfer (course 2.10): 20 classes of Caltech-101 that `natural` did not see, from few pictures each.

Command: python -m benchmarks.quality.transfer [SEED ...]
Minutes: 45, of one core (OMP_NUM_THREADS=1); what is finished is kept in the temporary folder (LENSLET_WORK names
    another), so that a second call goes on, and calls with one seed each can run side by side before the whole
Measures: accuracy on the pictures of each class beyond the first 30 of a shuffle drawn by the seed, after learning from
    5, 10 or 30 of those first 30, 15 % of which the training itself holds out. Starts: natural, SqueezeNet 1.1 with
    ImageNet weights, and noise (facet_s), each with its defaults and the same passes over its pictures, about those of
    one, one and two minutes of two free cores for facet_s; the load of the machine decides nothing. n = 3 seeds.
    ImageNet has classes of the same names (its llama, starfish, grand piano, ...): for SqueezeNet they are not unseen.
Peers: SqueezeNet-ImageNet is the peer; its file is ../shared/weights/squeezenet1_1.imagenet.safetensors.
"""

import json
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

import lenslet as ll
from benchmarks.record import RESULTS, Row, write
from lenslet.files import write_whole

DATA = Path("../shared/data/caltech101")
SQUEEZENET = Path("../shared/weights/squeezenet1_1.imagenet.safetensors")
UNSEEN = [
    "bonsai", "buddha", "car_side", "cougar_face", "crayfish", "dolphin", "electric_guitar", "euphonium", "ferry",
    "grand_piano", "helicopter", "joshua_tree", "ketch", "llama", "menorah", "revolver", "scorpion", "starfish",
    "sunflower", "umbrella",
]  # fmt: skip
EPOCHS = {5: 160, 10: 80, 30: 55}  # by pictures a class
LEARNED_FROM, SEEDS = 30, (0, 1, 2)
STARTS: dict[str, dict[str, object]] = {
    "natural": {"weights": "natural"},
    "SqueezeNet-ImageNet": {"net": "squeezenet1_1", "weights": SQUEEZENET},
    "scratch (facet_s)": {"net": "facet_s", "weights": "none"},
}
COLOURS = {"natural": "#1f6f8b", "SqueezeNet-ImageNet": "#6f7f3f", "scratch (facet_s)": "#d9772b"}
LINES = dict(zip(STARTS, ("-", "--", ":"), strict=True))


def folder(place: Path, each: int, seed: int) -> Path:
    """train/ with `each` pictures a class and test/ with those beyond the first 30, as links; a seed's shuffle is the
    same for every `each`, so that 5 are among the 10."""
    for name in UNSEEN:
        files = sorted((DATA / name).iterdir())
        random.Random(f"{seed} {name}").shuffle(files)
        for part, chosen in (("train", files[:each]), ("test", files[LEARNED_FROM:])):
            (place / part / name).mkdir(parents=True)
            for file in chosen:
                (place / part / name / file.name).symlink_to(file.resolve())
    return place


def one(each: int, epochs: int, name: str, seed: int) -> dict[str, float]:
    """One training: percent right of so many pictures."""
    with tempfile.TemporaryDirectory() as temporary:
        data = folder(Path(temporary) / "data", each, seed)
        start = STARTS[name]
        model = ll.train(data, epochs=epochs, seed=seed, out=Path(temporary) / "run", progress=False, **start)  # type: ignore[arg-type]
    assert model.evaluation is not None
    return {"right": 100 * model.evaluation["accuracy"], "of": model.evaluation.n}


def measure(epochs: dict[int, int], seeds: tuple[int, ...]) -> tuple[dict[str, dict[int, list[float]]], int]:
    """Percent right by start and pictures a class, a number a seed; and how many pictures were tested on."""
    work = Path(os.environ.get("LENSLET_WORK", tempfile.gettempdir())) / "lenslet-transfer"
    work.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[int, list[float]]] = {name: {each: [] for each in epochs} for name in STARTS}
    tested = 0
    for seed in seeds:
        for each, budget in epochs.items():
            for name in STARTS:
                place = work / f"{name.split()[0]}-{each}-{budget}-{seed}.json"
                if not place.exists():
                    write_whole(place, json.dumps(one(each, budget, name, seed)))
                kept = json.loads(place.read_text())
                found[name][each].append(kept["right"])
                tested = int(kept["of"])
                print(seed, each, name, f"{kept['right']:.1f}", flush=True)
    return found, tested


def draw(found: dict[str, dict[int, list[float]]], path: Path) -> None:
    """The curves: mean of the seeds, and their range as a band."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), dpi=120, layout="constrained")
    axes = figure.subplots()
    for name, points in found.items():
        x = list(points)
        mean = [statistics.mean(values) for values in points.values()]
        low, high = ([pick(values) for values in points.values()] for pick in (min, max))
        axes.fill_between(x, low, high, color=COLOURS[name], alpha=0.18, linewidth=0)
        axes.plot(x, mean, LINES[name], color=COLOURS[name], linewidth=2, marker="o", markersize=4)
        axes.annotate(name, (x[-1], mean[-1]), (7, 0), textcoords="offset points", va="center", color=COLOURS[name])
    axes.set_xscale("log")
    axes.set_xticks(list(EPOCHS), [str(each) for each in EPOCHS])
    axes.minorticks_off()
    axes.set_xlim(min(EPOCHS) * 0.93, max(EPOCHS) * 2.1)
    axes.set_ylim(0, 100)
    axes.set_xlabel("pictures to learn from, a class")
    axes.set_ylabel("% right on unseen pictures")
    axes.set_title("20 classes of Caltech-101, the same passes for each start", loc="left", fontsize=11)
    axes.grid(color="#e8ebee", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main(quick: bool, seeds: tuple[int, ...]) -> None:
    epochs = dict.fromkeys(EPOCHS, 1) if quick else EPOCHS
    found, tested = measure(epochs, seeds)
    if seeds != SEEDS:
        return
    gain = [a - b for a, b in zip(found["natural"][10], found["scratch (facet_s)"][10], strict=True)]
    rows = [
        _row(f"{name}, {each} pictures a class, {epochs[each]} passes, {tested} tested", values, "% right")
        for name, points in found.items()
        for each, values in points.items()
    ]
    rows.append(_row("natural above scratch at 10 pictures a class", gain, "points", "at least 15 points"))
    if quick:
        for row in rows:
            print(row.what, row.value)
        draw(found, Path(tempfile.gettempdir()) / "transfer.png")
        return
    write("transfer", rows, command="python -m benchmarks.quality.transfer")
    draw(found, RESULTS / "transfer.png")


def _row(what: str, values: list[float], unit: str, target: str = "") -> Row:
    each = ", ".join(f"{value:.1f}" for value in values)
    return Row(what, round(statistics.mean(values), 1), unit, len(values), f"each: {each}", target)


if __name__ == "__main__":
    chosen = tuple(int(word) for word in sys.argv[1:] if word.isdecimal())
    main(quick="--quick" in sys.argv, seeds=chosen or SEEDS)
