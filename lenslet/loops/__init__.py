"""The two loops: `fit` moves weights, `paint` moves pixels."""

from lenslet.loops.distributed import World, joined, world
from lenslet.loops.fit import Epoch, Feed, fit
from lenslet.loops.learner import Learner
from lenslet.loops.paint import Stroke, noise, paint
from lenslet.loops.precision import cpu_has_bf16
from lenslet.loops.recipe import Recipe
from lenslet.loops.state import State
from lenslet.loops.task import Task

__all__ = [
    "Epoch",
    "Feed",
    "Learner",
    "Recipe",
    "State",
    "Stroke",
    "Task",
    "World",
    "cpu_has_bf16",
    "fit",
    "joined",
    "noise",
    "paint",
    "world",
]
