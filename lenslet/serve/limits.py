"""What a server takes on before it says no."""

from dataclasses import dataclass, fields

from lenslet.errors import CallError

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Everything is bounded, so that memory is.

    Args:
        batch: pictures that go through a net together.
        queue: requests that may wait for one model; one more is told to come again.
        works: paintings and explanations that may wait or be under way; one is worked on at a time.
        body: bytes of a request.
        held: bytes of all requests that are being read.
        pixels: of a picture.
        decoded: pixels of all pictures that wait for a net, together: 3 bytes each; others wait undecoded.
        painting: pixels of the long side of a painting.
        steps: of a painting.
        idle: seconds that a client may send nothing, or take nothing, in the middle of a request.
        reading: seconds in which a whole request has to be here.
        patience: seconds that a request may wait for its answer, but for paintings.
        connections: at once.
        grace: seconds in which what was taken is finished after the server was told to stop.
        look: seconds between two looks at the files of the models.
    """

    batch: int = 16
    queue: int = 128
    works: int = 4
    body: int = 32 * 2**20
    held: int = 512 * 2**20
    pixels: int = 64_000_000
    decoded: int = 256_000_000
    painting: int = 1024
    steps: int = 500
    idle: float | int = 15
    reading: float | int = 120
    patience: float | int = 60
    connections: int = 512
    grace: float | int = 30
    look: float | int = 2

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise CallError(f"{field.name} is {getattr(self, field.name)}: give more than 0")
