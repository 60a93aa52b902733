"""Peak memory of painting at 512, 1024 and 2048 pixels: from 2.5 GB of activations on, tile by tile.

Command: python -m benchmarks.speed.style_memory --write
    In parts: --encoder natural --sizes 512 1024
Minutes: 10 (2 cores, `natural`); an hour with vgg19
Measures: the most memory (resident set) that a process of its own takes for one step of L-BFGS at the full size of
    tubingen in the style of starry_night, torch and Python among it (about 0.3 GB). Steps that L-BFGS remembers come on
    top: 1 GB at the most, see `tasks.style.painter`. vgg19 is the net's shape with random weights.
Peers: none.
"""

import argparse
import json
import resource
import subprocess
import sys
from time import perf_counter

from benchmarks.record import Row, write

SIZES, ENCODERS = (512, 1024, 2048), ("natural", "texture", "vgg19")


def once(size: int, name: str) -> None:
    """In a process of its own."""
    import lenslet as ll
    from benchmarks.speed.style import DATA, MEAN, STD, a_net
    from lenslet.tasks.style.encoder import OF_VGG, Encoder
    from lenslet.tasks.style.painter import Painter

    eyes = Encoder(a_net("random", 0), mean=MEAN, std=STD, taps=OF_VGG, name="vgg19") if name == "vgg19" else name
    tiled: list[bool] = []
    made = Painter.strokes

    def strokes(self):  # type: ignore[no-untyped-def]
        tiled.append(self.tiles is not None)
        return made(self)

    Painter.strokes = strokes  # type: ignore[method-assign]
    began = perf_counter()
    ll.stylize(
        DATA / "content/tubingen.jpg", DATA / "style/starry_night.jpg", size=size, steps=1, scales=1, encoder=eyes,
        progress=False,
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"peak": peak, "tiled": tiled[0], "seconds": perf_counter() - began}))


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--encoder", nargs="+", default=ENCODERS, choices=ENCODERS)
    said.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    said.add_argument("--one", action="store_true")
    said.add_argument("--write", action="store_true")
    told = said.parse_args()
    if told.one:
        once(told.sizes[0], told.encoder[0])
        return
    rows = []
    for encoder in told.encoder:
        for size in told.sizes:
            call = [sys.executable, "-m", "benchmarks.speed.style_memory", "--one", "--encoder", encoder]
            done = subprocess.run([*call, "--sizes", str(size)], capture_output=True, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            how = "tile by tile" if found["tiled"] else "whole"
            print(encoder, size, found, flush=True)
            target = "at most 6 GB" if size == max(SIZES) else ""
            rows.append(
                Row(f"peak memory, {size} px through {encoder}", round(found["peak"] / 1e9, 2), "GB", 1, how, target)
            )
    if told.write:
        write("style-memory", rows, command="python -m benchmarks.speed.style_memory --write")


if __name__ == "__main__":
    main()
