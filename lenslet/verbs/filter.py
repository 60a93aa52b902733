"""filter: what a kernel makes of a photo."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results.filtered import Filtered


def filter(
    image: Annotated[str | Path | Any, Doc("The picture: a file, colour or grey, of any size.")],
    *,
    kernel: Annotated[
        str | Any,
        Doc(
            "sobel, scharr or prewitt (edges of every direction), vertical, horizontal, outline, laplacian, sharpen, "
            'emboss, blur, gaussian, identity, or your own numbers row by row: "1 0 -1; 1 0 -1; 1 0 -1".'
        ),
    ] = "sobel",
    out: Annotated[
        str | Path | None, Doc("Save the filtered picture here, as .png, .jpg, .webp, .tif or .bmp.")
    ] = None,
    plot: Annotated[str | Path | None, Doc("Save original, kernel and result side by side here.")] = None,
    angle: Annotated[
        float | int | None,
        Doc("Let sobel, scharr or prewitt look one way, degrees: 0 finds vertical edges, 90 horizontal, 45 such as /."),
    ] = None,
    size: Annotated[int, Doc("Side of the blur and gaussian kernels, an odd number of pixels.")] = 5,
    colour: Annotated[
        bool | None,
        Doc(
            "Filter each colour by itself; if not said, edges are sought in the brightness, and all else keeps colour."
        ),
    ] = None,
    scale: Annotated[
        float | int | None,
        Doc("Show the answers times this; if not said, one pixel in a hundred becomes white, or the brightness stays."),
    ] = None,
) -> "Filtered":
    """Slide a kernel over a photo and show its answer: edges, sharpening, blur, or a kernel of your own.

    A kernel whose numbers sum to 0 is shown by the strength of its answer, light on black: both sides of an edge are
    edges. Any other is divided by that sum, which keeps the brightness, and gives a picture again. From Python the
    image may also be an array or a Pillow image, and the kernel an array.

    Raises:
        ImageError: the file is no readable picture.
        CallError: no such kernel, an angle for one that has none, or a place where nothing can be saved.

    Source: course 1.3.
    """
    import numpy as np

    from lenslet.errors import CallError
    from lenslet.foundations import edges
    from lenslet.foundations.kernels import stack
    from lenslet.foundations.showing import finds_contrast, shown
    from lenslet.image import open_image
    from lenslet.results.filtered import Filtered

    source = Path(image) if isinstance(image, str | Path) else None
    places = [Path(place) for place in (out, plot) if place is not None]
    if source is not None and source.resolve() in [place.resolve() for place in places]:
        raise CallError(f"{source} is the photo itself, which would be lost; choose another name for what is saved")
    kernels = stack(kernel if isinstance(kernel, str) else np.asarray(kernel), angle=angle, size=size)
    contrast = finds_contrast(kernels)
    original = open_image(image)
    grey = bool((original == original[..., :1]).all())
    apart = not grey and (not contrast if colour is None else colour)
    answer = edges(original[..., 0] if grey else original, kernels, colour=apart)
    light, factor = shown(answer, kernels, scale=scale)
    filtered = Filtered(
        picture=light if light.ndim == 3 else light[..., None].repeat(3, axis=2),
        kernel=kernel.strip() if isinstance(kernel, str) else "own kernel",
        numbers=kernels.astype(np.float64),
        shows="strength" if contrast else "picture",
        scale=factor,
        angle=None if angle is None else float(angle),
        original=original,
        source=source,
        saved=None if out is None else Path(out),
    )
    if out is not None:
        filtered.save(out)
    if plot is not None:
        filtered.plot(plot)
    return filtered
