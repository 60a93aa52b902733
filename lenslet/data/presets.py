"""Augmentations by name, for pictures in which places matter: those of boxes and points.

A picture with a label as a whole has its own, in `data.augment`: there nothing has to follow, and pictures may bend.
"""

from collections.abc import Mapping
from typing import Any

from lenslet.data.augment import Augment
from lenslet.errors import CallError

__all__ = ["of_places", "preset"]


def of_places(usual: str, *, light: Mapping[str, Any], full: Mapping[str, Any]) -> dict[str, Augment]:
    """The presets of a task, the first and the third of which mean the same everywhere.

    Args:
        usual: the task's word for what it does where nobody has said.
        light: fields of `Augment` where little is changed.
        full: fields of `Augment` of the usual one.

    Returns:
        By name: `none`; `light`; the usual one; `glyph`, the same without mirroring, for what is another thing or none
        at all in the mirror: digits, letters, traffic signs; `turned`, the usual one with quarters of a turn;
        `turned-only`, with quarters of a turn and without mirroring: no side is up, and left is not right.
    """
    return {
        "none": Augment(),
        "light": Augment(**light),
        usual: Augment(**full),
        "glyph": Augment(**{**full, "mirror": False}),
        "turned": Augment(turn=True, **full),
        "turned-only": Augment(**{**full, "mirror": False, "turn": True}),
    }


def preset(augment: str | None, presets: Mapping[str, Augment], *, usual: str, of: str) -> str:
    """The name of the augmentation that a call means.

    Args:
        augment: as the caller has it.
        presets: to choose from.
        usual: where nobody has said.
        of: what the pictures show, in words.

    Raises:
        CallError: an unknown name.
    """
    if augment is not None and augment not in presets:
        raise CallError(f"augment is {augment!r}: of {of}, give one of {', '.join(presets)}")
    return augment or usual
