"""Pairs of pictures that are one picture: candidates by 63 numbers each, then laid on top of each other and compared.

A copy may be resized, recompressed, lighter or darker, and cut a little at its edges. Other photographs of the same
thing are not copies: they agree in their forms, but not in every detail once they are laid on top of each other.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int, UInt8

from lenslet.data.care.lay import Where, band, correlation, lay, moved_by
from lenslet.data.care.prints import SIDE

# Found on Caltech-101, two sets of hand signs, CIFAR-10, MNIST, ORL faces and frames of films, with copies made for the
# purpose: recompressed at quality 30, at half the size, cut by up to 10 % a side, lighter, of less contrast.
CANDIDATE = 0.75  # inner product of two directions from which on a closer look is worth it
_SAME_FORMS, _SAME_DETAILS = 0.9, 0.97
_CERTAIN, _FAR = 0.9, 0.075  # see `_certainty`: more is asked of pictures that had to be moved
_CHROMA, _OF_COLOUR = 4.0, 0.35  # copies differ by so many levels of chroma, and by this share of it, at the most
_SATURATIONS = (0.6, 1.6)
_MOST_CANDIDATES = 4  # a picture, on average: more only where most pictures look alike, and then the likeliest count
_COARSE = SIDE // 2
_BATCH = 256


@dataclass(frozen=True)
class Prints:
    """What is kept of many pictures, see `prints`.

    Args:
        grey: small grey copies.
        colours: chroma of each, smaller.
        sides: the shorter side of each original, pixels.
    """

    grey: UInt8[np.ndarray, "n 48 48"]
    colours: UInt8[np.ndarray, "n 12 12 2"]
    sides: Int[np.ndarray, " n"]


def candidates(
    directions: Float32[np.ndarray, "n d"],
    others: Float32[np.ndarray, "n d"] | None = None,
    *,
    at_least: float = CANDIDATE,
    progress: Callable[[int, int], None] | None = None,
) -> Int[np.ndarray, "pairs 2"]:
    """Pairs i < j whose directions agree, the likeliest first: an exact search, block by block, in linear memory.

    Args:
        directions: one a picture, length 1.
        others: directions to find them among, if not the same: the mirrored ones.
        at_least: inner product.
        progress: called with (done, of) pictures.
    """
    others = directions if others is None else others
    count = len(directions)
    most = max(_MOST_CANDIDATES * count, 4096)
    left: Int[np.ndarray, " m"] = np.empty(0, np.int64)
    right: Int[np.ndarray, " m"] = np.empty(0, np.int64)
    near: Float32[np.ndarray, " m"] = np.empty(0, np.float32)
    step = max(1, min(256, 2**22 // max(count, 1)))  # 16 MB of products at a time and thread

    def block(start: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        product = directions[start : start + step] @ others[start:].T
        row, column = np.nonzero(product >= at_least)
        later = column > row
        row, column = row[later], column[later]
        return row + start, column + start, product[row, column]

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        starts = range(0, count, step)
        for start, (row, column, value) in zip(starts, pool.map(block, starts), strict=True):
            left, right, near = np.append(left, row), np.append(right, column), np.append(near, value)
            if len(near) > 2 * most:
                best = np.argpartition(-near, most)[:most]
                left, right, near = left[best], right[best], near[best]
                # what lies below is none of the likeliest, whichever block it comes from
                at_least = max(at_least, float(near.min()))
            if progress is not None:
                progress(min(start + step, count), count)
    order = np.argsort(-near, kind="stable")[:most]
    return np.stack([left[order], right[order]], axis=1)


def copies(
    prints: Prints,
    pairs: Int[np.ndarray, "pairs 2"],
    *,
    mirror: bool = False,
    done: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, int]]:
    """Those of the pairs that are one picture.

    Args:
        prints: of all pictures.
        pairs: candidates.
        mirror: compare the first with the second's mirror image.
        done: called with the number of pairs judged so far.
    """
    parts = [pairs[start : start + _BATCH] for start in range(0, len(pairs), _BATCH)]
    judged = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for part, same in zip(parts, pool.map(lambda part: alike(prints, part, mirror=mirror), parts), strict=True):
            for i, j in part[same]:
                yield int(i), int(j)
            judged += len(part)
            if done is not None:
                done(judged)


def alike(prints: Prints, pairs: Int[np.ndarray, "p 2"], *, mirror: bool = False) -> Bool[np.ndarray, " p"]:
    """Whether the two pictures of each pair are one: laid on top of each other they agree in forms, details, colours.

    Details are what lies between two blurs; of pictures smaller than the copies kept of them, which hold no finer
    ones, coarser details count.
    """
    first, second = (prints.grey[pairs[:, k]].astype(np.float32) for k in (0, 1))
    if mirror:
        second = second[:, :, ::-1]
    found = np.zeros(len(pairs), bool)
    # a quarter of the pixels is enough to lay them on top of each other roughly, and to see that most are strangers
    coarse = [picture.reshape(-1, _COARSE, 2, _COARSE, 2).mean((2, 4)) for picture in (first, second)]
    where = lay(*coarse, blur=1.5)
    where = lay(*coarse, blur=0.75, start=where)
    moved, inside = moved_by(coarse[0], where)
    likely = np.nonzero(correlation(moved, coarse[1], inside) >= _SAME_FORMS)[0]
    if not len(likely):
        return found
    first, second, where = first[likely], second[likely], where[likely]
    where = lay(first, second, blur=0.75, start=where)
    moved, inside = moved_by(first, where)
    forms = correlation(moved, second, inside)
    tiny = prints.sides[pairs[likely]].min(1) < SIDE
    details = np.empty(len(likely), np.float32)
    weight = np.empty(len(likely), np.float32)
    for which, fine, rough in ((~tiny, 1.05, 2.25), (tiny, 1.5, 4.5)):
        a, b = (band(picture[which], fine, rough) for picture in (moved, second))
        details[which] = correlation(a, b, inside[which])
        weight[which] = _share(b, inside[which])
    found[likely] = (
        (forms >= _SAME_FORMS)
        & (details >= _SAME_DETAILS)
        & (_certainty(details, weight) >= _CERTAIN + np.where(tiny, 4, 1.5) * np.minimum(_distance(where), _FAR))
        & _same_colours(prints, pairs[likely], mirror=mirror)
    )
    return found


def _certainty(details: Float32[np.ndarray, " p"], share: Float32[np.ndarray, " p"]) -> Float32[np.ndarray, " p"]:
    """How much an agreement weighs: Fisher's transform of the correlation times the root of how many pixels made it.

    Two thin strokes can always be laid on each other; two lawns cannot.
    """
    certain: Float32[np.ndarray, " p"] = np.arctanh(np.clip(details, 0, 0.9999)) * np.sqrt(share)
    return certain


def _share(detail: Float32[np.ndarray, "p h w"], inside: Float32[np.ndarray, "p h w"]) -> Float32[np.ndarray, " p"]:
    """The share of the pixels that the details are spread over (participation ratio of their energy)."""
    energy = detail * detail * inside
    share: Float32[np.ndarray, " p"] = energy.sum((1, 2)) ** 2 / np.maximum((energy**2).sum((1, 2)), 1e-9)
    share /= detail.shape[1] * detail.shape[2]
    return share


def _distance(where: Where) -> Float32[np.ndarray, " p"]:
    """How far a picture had to be moved or stretched, in halves of its side."""
    far: Float32[np.ndarray, " p"] = np.abs(where - np.array([1, 0, 1, 0], np.float32)).max(1)
    return far


def _same_colours(prints: Prints, pairs: Int[np.ndarray, "p 2"], *, mirror: bool) -> Bool[np.ndarray, " p"]:
    """Whether chroma agrees after one saturation was brought to the other's; or one of the two is grey, so that its
    colours may have been taken away."""
    first, second = (prints.colours[pairs[:, k]].astype(np.float32) - 128 for k in (0, 1))
    if mirror:
        second = second[:, :, ::-1]
    power = np.maximum((first * first).sum((1, 2, 3)), 1e-3)
    gain = np.clip((first * second).sum((1, 2, 3)) / power, *_SATURATIONS)[:, None, None, None]
    difference = np.sqrt(((gain * first - second) ** 2).mean((1, 2, 3)))
    colour = np.sqrt((second * second).mean((1, 2, 3)))
    grey = (np.abs(first).max((1, 2, 3)) <= 2) | (np.abs(second).max((1, 2, 3)) <= 2)
    same: Bool[np.ndarray, " p"] = grey | (difference <= _CHROMA + _OF_COLOUR * colour)
    return same
