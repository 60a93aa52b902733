"""Augmentation live: sliders, and what becomes of one picture; boxes and points go along."""

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from nicegui import events, ui

from lenslet.errors import LensletError
from lenslet.studio.parts import button, chosen, tag, told, work
from lenslet.studio.pictures import jpeg
from lenslet.verbs.augmenting import RANGES, presets, variants

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["Augmenting"]

_COUNT = 8
_SIDE = 260  # pixels
EDGES = {"border": "the last pixel again", "reflection": "mirrored", "zeros": "black"}
WORDS = {"pca": "PCA colour", "cutout": "cut-out"}


class Augmenting:
    """The panel. What is asked for while pictures are being made is made once they are, and only the last of it."""

    def __init__(self, project: "Project", name: str) -> None:
        self.project, self.name = project, name
        self.values: dict[str, Any] = {"edge": "border"}
        self.presets: dict[str, dict[str, int | float | bool]] = {}
        self.seed = 0
        self._wanted = asyncio.Event()
        self._busy = False
        self._controls: dict[str, Any] = {}

    def build(self) -> None:
        """Controls at the left, pictures at the right; torch, which both need, is imported in a thread."""
        place = tag("div", "", "data-augment")

        async def begin() -> None:
            self.presets = await work(presets)
            self.values |= self.presets["full"]
            with place:
                self._place()
            await self.show()

        ui.timer(0.05, begin, once=True)

    def _place(self) -> None:
        with tag("div", "", "data-controls"):
            self._chooser()
            for field, (most, step) in RANGES.items():
                self._slider(field, most, step)
            with tag("div", "", "row-of"):
                for field, text in (("mirror", "mirror"), ("turn", "quarter turns")):
                    self._controls[field] = ui.checkbox(
                        text, value=bool(self.values[field]), on_change=lambda e, f=field: self._set(f, e.value)
                    )
            self._controls["edge"] = chosen(
                "Beyond the edge", EDGES, "border", lambda event: self._set("edge", event.value)
            )
        with tag("div", "", "data-shown"):
            self._images = []
            for number in range(_COUNT + 1):
                with tag("figure"):
                    self._images.append(tag("img", alt=f"changed, number {number}" if number else "as it is"))
                    if not number:
                        tag("figcaption", "as it is")

    def _chooser(self) -> None:
        names = list(self.project.pictures)
        shown = names if len(names) <= 500 else [self.name, *names[:: len(names) // 500]]
        chosen("Picture", shown, self.name, lambda event: self._open(event.value))
        with tag("div", "", "row-of"):
            chosen("Preset of lenslet train", list(self.presets), "full", lambda event: self._preset(event.value))
            button("Again", self._again, says="The same ranges, drawn by lot anew")

    def _slider(self, field: str, most: int | float, step: int | float) -> None:
        """The browser's own slider: it is the one that keys and screen readers know."""
        words = WORDS.get(field, field)
        with tag("label", "", "data-slider"):
            tag("span", words)
            made = tag("input", type="range", min=0, max=f"{most:g}", step=f"{step:g}", aria_label=words)
            # As an attribute: as a property Vue would set it back to this whenever anything on the page changes.
            made.props["^value"] = f"{self.values[field]:g}"
            said = tag("output", f"{self.values[field]:g}")

        async def heard(event: events.GenericEventArguments) -> None:
            said.set_text(f"{float(event.args):g}")
            await self._set(field, float(event.args))

        made.on("input", heard, js_handler="(event) => emit(event.target.value)")
        self._controls[field] = (made, said)

    async def _set(self, field: str, value: Any) -> None:
        if self.values[field] != value:
            self.values[field] = value
            await self.show()

    async def _preset(self, name: str) -> None:
        self.values |= self.presets[name]
        for field, control in self._controls.items():
            if isinstance(control, tuple):
                ui.run_javascript(f"getHtmlElement({control[0].id}).value = {self.values[field]:g}")
                control[1].set_text(f"{self.values[field]:g}")
            else:
                control.set_value(self.values[field])
        await self.show()

    async def _open(self, name: str) -> None:
        self.name = name
        await self.show()

    async def _again(self) -> None:
        self.seed += 1
        await self.show()

    async def show(self) -> None:
        """Make the pictures anew."""
        self._wanted.set()
        if self._busy:
            return
        self._busy = True
        try:
            while self._wanted.is_set():
                self._wanted.clear()
                with told():
                    for image, made in zip(self._images, await work(self._made), strict=True):
                        image.props["src"] = f"data:image/jpeg;base64,{base64.b64encode(made).decode()}"
        finally:
            self._busy = False

    def _made(self) -> list[bytes]:
        project = self.project
        path = project.path(self.name)
        try:
            things = (project.drawn.read(self.name).things or ()) if project.kind != "classes" else ()
        except LensletError:
            things = ()
        made = variants(
            path, dict(self.values), things=things, classes=project.all_classes(), count=_COUNT, side=_SIDE,
            seed=self.seed,
        )  # fmt: skip
        return [jpeg(one, longest=2 * _SIDE) for one in made]
