"""Painting through a model that holds its style: one picture, a folder of them, or a film."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, ImageError

if TYPE_CHECKING:
    from lenslet.results import Painting, Repainted
    from lenslet.tasks.style.base import BaseStylist

__all__ = ["is_many", "repaint"]


def is_many(content: Any) -> bool:
    """Whether this names several pictures, or a film."""
    from lenslet.image.video import is_video

    if not isinstance(content, str | Path):
        return False
    path = Path(content)
    return is_video(path) or path.is_dir() or (not path.exists() and str(content).startswith("@")) or "*" in path.name


def repaint(
    content: Any,
    model: Any,
    *,
    out: str | Path | None,
    plot: str | Path | None,
    size: int,
    keep_colours: bool,
    steady: float,
    progress: bool,
) -> "Painting | Repainted":
    """Paint; arguments as of `stylize`.

    Raises:
        CallError: a model of another task; several pictures or a film without a place for them.
        ImageError: nothing that can be read.
    """
    from lenslet.image.video import is_video
    from lenslet.tasks.style.base import BaseStylist
    from lenslet.verbs.load import load

    stylist = load(model)
    if not isinstance(stylist, BaseStylist):
        raise CallError(
            f"--model {model} is of the task {stylist.card.task} and paints nothing: give one that `lenslet train "
            "--task style` made, or one of those in `lenslet models`"
        )
    if not 0 <= steady < 1:
        raise CallError(f"steady is 0 (each frame for itself) to below 1, not {steady}")
    if not is_many(content):
        painting = stylist(content, size=size, keep_colours=keep_colours)
        if plot is not None:
            painting.plot(plot)
        return painting if out is None else painting.saved_to(out)
    if plot is not None:
        raise CallError("--plot is of one picture: leave it out for a folder or a film")
    if out is None:
        raise CallError(f"{content} has many pictures: give --out, a folder for them, or a .mp4 for a film")
    if is_video(content):
        return _film(Path(content), stylist, Path(out), size, keep_colours, steady, progress)
    return _folder(content, stylist, Path(out), size, keep_colours, progress)


def _folder(
    content: Any, stylist: "BaseStylist", out: Path, size: int, keep_colours: bool, progress: bool
) -> "Repainted":
    from lenslet.image import find_images
    from lenslet.results import Repainted, Unreadable
    from lenslet.verbs.progress import bar

    paths = find_images(content)
    if out.suffix and not out.is_dir():
        raise CallError(f"{out} is the name of one picture, and there are {len(paths)}: give --out a folder")
    root = Path(content) if Path(content).is_dir() else None
    if root is not None and out.resolve() == root.resolve():
        raise CallError(f"{out} is where the pictures are, which would be lost; choose another folder")
    began, painted, stopped = perf_counter(), 0, False
    left: list[Unreadable] = []
    taken: set[Path] = set()
    with bar(shown=progress) as shown:
        shown.phase(f"{len(paths)} pictures, like {stylist.name}")
        try:
            for number, path in enumerate(paths, start=1):
                try:
                    painting = stylist(path, size=size, keep_colours=keep_colours)
                except (ImageError, CallError) as error:
                    left.append(Unreadable(path, str(error)))
                    shown.say(str(error))
                    continue
                painting.save(_free(out / (path.relative_to(root) if root is not None else path.name), taken))
                painted += 1
                shown.at(number / len(paths))
        except KeyboardInterrupt:
            stopped = True
    if left and not painted:
        raise ImageError(f"none of the {len(paths)} pictures can be painted; the first: {left[0].why}")
    return Repainted(out, painted, perf_counter() - began, stylist.name, unreadable=tuple(left), stopped=stopped)


def _free(place: Path, taken: set[Path]) -> Path:
    """The place as a PNG, which carries its recipe; a.jpg and a.png do not overwrite each other."""
    found = place.with_suffix(".png")
    number = 2
    while found in taken:
        found = place.with_name(f"{place.stem}-{number}.png")
        number += 1
    taken.add(found)
    return found


def _film(
    content: Path, stylist: "BaseStylist", out: Path, size: int, keep_colours: bool, steady: float, progress: bool
) -> "Repainted":
    from lenslet.image.video import remake
    from lenslet.results import Repainted
    from lenslet.tasks.style.base import sized
    from lenslet.tasks.style.steady import Steady
    from lenslet.verbs.progress import bar

    if out.resolve() == content.resolve():
        raise CallError(f"{out} is the film itself, which would be lost; choose another name")
    began, held = perf_counter(), Steady(steady)

    def change(frame: Any) -> Any:
        photo = sized(frame, size)
        return held(photo, stylist.paint(photo, keep_colours=keep_colours))

    with bar(shown=progress) as shown:
        shown.phase(f"a film, like {stylist.name}")
        count = remake(content, out, change, on_frame=lambda done, share: shown.at(share, f"{done} frames"))
    return Repainted(out, count, perf_counter() - began, stylist.name, film=True)
