"""Non-max suppression of 1,000 and 10,000 boxes, against torchvision's compiled op beside it.

Command: python -m benchmarks.speed.nms [THREADS]
Minutes: 1
Measures: milliseconds a call, the median of many, a process for each side; the same boxes on both: corners
    even over 640 x 640 pixels, sides 10 to 100 pixels (scattered), and 20 boxes around each of the objects, as a net
    gives them (clustered); all of one class, and of 20 classes. Both keep the very same boxes, which is checked by
    their number and their sum.
Peers: torchvision.ops.nms and batched_nms in benchmarks/peers/torchvision_nms.py.
"""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import peers
from benchmarks.record import Row, write

SIZES = (1_000, 10_000)
CASES = ("scattered", "clustered")
SCRIPT = Path(peers.__file__).parent / "torchvision_nms.py"
OURS = """
import sys
sys.path[:0] = [{folder!r}]
from torchvision_nms import measure
from lenslet.boxes import nms
measure(lambda boxes, scores, overlap: nms(boxes, scores, overlap=overlap),
        lambda boxes, scores, labels, overlap: nms(boxes, scores, labels, overlap=overlap))
"""


def ours(*arguments: str) -> dict[str, float]:
    code = OURS.format(folder=str(SCRIPT.parent))
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    numbers: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return numbers


def main() -> None:
    threads = sys.argv[1] if len(sys.argv) > 1 else "1"
    rows = []
    for count in SIZES:
        for case in CASES:
            call = (str(count), case, threads)
            sides = {"Lenslet": ours(*call)} | ({"torchvision": peers.run(SCRIPT.name, *call)} if peers.here() else {})
            kept = {
                (found["kept"], found["sum"], found["kept_by_class"], found["sum_by_class"]) for found in sides.values()
            }
            if len(kept) > 1:
                raise SystemExit(f"{count} {case}: the sides keep different boxes: {kept}")
            for classes, end in (("one class", ""), ("20 classes", "_by_class")):
                for side, found in sides.items():
                    what = f"NMS, {count:,} {case} boxes, {classes}, {threads} thread, {side}"
                    spread = (
                        f"{found[f'low{end}']:.2f}-{found[f'high{end}']:.2f} ms, quartiles; {found[f'kept{end}']} kept"
                    )
                    rows.append(Row(what, round(found[f"ms{end}"], 3), "ms", int(found["n"]), spread))
    write("nms", rows, command=" ".join(["python -m benchmarks.speed.nms", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
