"""Everything that Lenslet raises on purpose.

LensletError                 one clear sentence: what is wrong, where, and what to do
├── CallError        exit 2  the call, or something the caller brought, is wrong
│   ├── ShapeError           arrays that do not fit together; names both shapes
│   ├── ImageError           a file that is no readable picture
│   │   └── KindError        no picture at all, or of a kind that is not read
│   ├── DataError            a folder or label file that is no data set
│   ├── CardError            a model folder that is not whole, not known, or not safe
│   ├── GalleryError         a gallery of faces that is damaged, not known, or closed to this key
│   ├── StaleError           something was changed by somebody else since it was read
│   └── MissingError         something that has to be installed or downloaded first
├── WorkError        exit 1  the call was right and the work failed
│   ├── DivergedError        the loss became NaN or infinite
│   └── DownloadError        weights could not be fetched whole
└── PausedError      exit 1  the work was halted by who watches it, and can go on from there

This room imports nothing, so that any other may raise its errors.
"""


class LensletError(Exception):
    """Base of all errors that carry a sentence for the user; `exit_code` is what the command line returns."""

    exit_code = 1


class CallError(LensletError):
    """The call is wrong: a path, an option, a name, a file."""

    exit_code = 2


class ShapeError(CallError, ValueError):
    """Two shapes that must agree do not; the sentence names both."""


class ImageError(CallError, ValueError):
    """A picture that cannot be opened: broken, empty, too large, or no picture at all."""


class KindError(ImageError):
    """No picture at all, or one of a kind that is not read: a document, a video, a web page."""


class DataError(CallError, ValueError):
    """A data set that cannot be read as one."""


class CardError(CallError, ValueError):
    """A model folder whose card or weights are missing, damaged or unknown."""


class GalleryError(CallError, ValueError):
    """A gallery of faces that is damaged, of a newer version, bound to another model, or closed to this key."""


class StaleError(CallError):
    """What was to be written has been changed by somebody else since it was read."""


class MissingError(CallError):
    """A package or a download that is not here; the sentence says how to get it and what works without."""


class WorkError(LensletError):
    """The call was right, and the work failed."""


class DivergedError(WorkError):
    """Training produced a loss that is NaN or infinite."""


class DownloadError(WorkError):
    """A download that could not be completed or whose hash is wrong."""


class PausedError(LensletError):
    """Work that was halted by who watches it; nothing is lost, and it can go on from there."""
