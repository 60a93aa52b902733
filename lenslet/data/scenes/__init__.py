"""Data sets of boxes and points: five forms of label files read into one, put right, and written again. Needs no torch.

files -> raw (what they say) -> settle (what can be believed) -> Scenes -> write
"""

from lenslet.data.scenes.reading import FORMS, form_of, read_boxes
from lenslet.data.scenes.scene import Fault, Joints, Scene, Scenes
from lenslet.data.scenes.writing import Written, write_boxes

__all__ = ["FORMS", "Fault", "Joints", "Scene", "Scenes", "Written", "form_of", "read_boxes", "write_boxes"]
