"""The items of the course: what each says, the code that does it, and where in the studio it lives.

Numbers, titles and code are those of docs/course.md; a test holds the two together.
"""

from lenslet.studio.learning.course_nets import NETS
from lenslet.studio.learning.course_uses import USES
from lenslet.studio.learning.item import WEEKS, Item, anchor

__all__ = ["ITEMS", "WEEKS", "Item", "anchor"]

ITEMS: tuple[Item, ...] = (*NETS, *USES)
