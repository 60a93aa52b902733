"""A secret turn of all encodings: distances stay what they are, and the numbers mean nothing without the key."""

import hashlib

import numpy as np
from jaxtyping import Float

__all__ = ["rotation"]


def rotation(secret: bytes, dimensions: int) -> Float[np.ndarray, "d d"]:
    """An orthogonal matrix, drawn evenly from all of them, the same for the same secret on every machine.

    NumPy's generators may change between versions, so the draw is SHAKE-256 and Box-Muller, written out; of the two
    factors of a QR decomposition the one with a positive diagonal is unique.

    Source: Mezzadri 2007, How to generate random matrices from the classical compact groups.
    """
    count = dimensions * dimensions
    drawn = np.frombuffer(hashlib.shake_256(secret).digest(16 * count), "<u8").reshape(2, count)
    first, second = ((drawn >> np.uint64(11)) + np.uint64(1)) * 2.0**-53  # in (0, 1]
    normal = np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)
    q, r = np.linalg.qr(normal.reshape(dimensions, dimensions))
    turned: np.ndarray = q * np.sign(np.diag(r))
    return turned
