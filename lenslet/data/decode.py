"""Decoding, once: files -> one uint8 array at training size, kept as a memory-mapped file between runs."""

import hashlib
import os
import stat
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8, UInt64

from lenslet.data import cache, space
from lenslet.data.draft import Draft
from lenslet.data.known import Known
from lenslet.data.locks import alone
from lenslet.data.memo import mark, now, settled
from lenslet.data.samples import Skipped
from lenslet.errors import DataError, ImageError
from lenslet.image import Preprocess, open_image
from lenslet.image.names import spoken

_HUGE = 2**28  # bytes of a file that is not read into memory as a whole


@runtime_checkable
class Cuts(Protocol):
    """Cuts out of an opened picture what is to be decoded, instead of the whole: a face, brought upright."""

    @property
    def name(self) -> str:
        """What it cuts out, in a word."""

    @property
    def missing(self) -> str:
        """What is said of a picture out of which it can cut nothing."""

    @property
    def fingerprint(self) -> str:
        """Of all that decides what is cut out."""

    def __call__(self, picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W 3"] | None:
        """The part of a picture; None where there is none."""


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures. `rows[i]` is the row of the i-th path asked for, or -1 where that file was skipped.

    Files with the same content share a row. `notes` are sentences for whoever reads the report; `empty` are the numbers
    of paths that were opened, and show nothing that could be cut out.
    """

    pixels: UInt8[np.ndarray, "n h w c"]
    keys: UInt64[np.ndarray, " n"]
    rows: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()
    empty: tuple[int, ...] = ()


def decode(
    paths: Sequence[Path],
    preprocess: Preprocess,
    *,
    cut: Cuts | None = None,
    progress: Callable[[int, int], None] | None = None,
    too_many: float = 0.5,
) -> Pictures:
    """Decode `paths` at the size of `preprocess`, or open what an earlier run has decoded.

    A file that cannot be read is skipped and listed. Rows are known by the content of their files: of a folder in which
    files were added, renamed, moved or copied, only what is new is decoded. The array is a memory-mapped file, so it
    stays readable when the folder vanishes; where the disk has no room it is an ordinary array, and `notes` say so.

    Args:
        paths: the files.
        preprocess: size, resize rule and channels (mean and standard deviation do not matter here).
        cut: takes a part of each picture; where it finds none, the file is skipped and listed, too.
        progress: called with (done, of) pictures, often.
        too_many: the share of skipped files at which the folder is refused.

    Raises:
        DataError: more than `too_many` of the files cannot be read, or there is room neither on the disk nor in memory.
    """
    found = _Decoding(paths, preprocess, progress, cut).run()
    if paths and len(found.skipped) > too_many * len(paths):
        what = "cannot be read" if cut is None else "cannot be used"
        raise DataError(
            f"{len(found.skipped)} of {len(paths)} pictures {what}, too many to train on; "
            f"the first: {found.skipped[0].why}"
        )
    return found


@dataclass(frozen=True)
class _Read:
    """What became of one file."""

    content: bytes | None = None
    """None where it could not be read at all."""
    why: str = ""
    """The sentence why it is skipped."""
    mark: bytes | None = None
    """For the memo; None where the file may still change unseen, or is remembered already."""
    pixels: UInt8[np.ndarray, "h w c"] | None = None
    """None where another row or another file has this content."""
    checksum: int = 0


class _Decoding:
    """One call of `decode`."""

    def __init__(
        self,
        paths: Sequence[Path],
        preprocess: Preprocess,
        progress: Callable[[int, int], None] | None,
        cut: Cuts | None = None,
    ) -> None:
        self.paths, self.preprocess, self.progress, self.cut = paths, preprocess, progress, cut
        self.kind = cache.kind_of(preprocess, "" if cut is None else cut.fingerprint)
        self.memo = cache.memo()
        self.row = (*preprocess.size, preprocess.channels)
        self.contents: list[bytes | None] = []
        self.why: dict[int, str] = {}
        self.broken: dict[bytes, str] = {}
        self.claimed: set[bytes] = set()
        self.claiming = threading.Lock()

    def run(self) -> Pictures:
        kept = self._remembered()
        if kept is not None:
            return self._pictures(kept)
        with ExitStack() as stack:
            try:  # of processes that start on one folder together, as under torchrun, one decodes, the others wait
                cache.place().mkdir(parents=True, exist_ok=True)
                name = hashlib.sha256(repr((self.kind, sorted(map(str, self.paths)))).encode("utf-8", "replace"))
                stack.enter_context(alone(cache.place() / f".lock-{name.hexdigest()[:20]}"))
                kept = self._remembered()
            except OSError:  # a cache that cannot be written
                kept = None
            if kept is not None:
                return self._pictures(kept)
            return self._decoded()

    def _remembered(self) -> cache.Kept | None:
        """The set, if every file is remembered and it lies in the cache."""
        marks = [self._mark(path) for path in self.paths]
        known = self.memo.recall(m for m in marks if m is not None)
        self.broken = self.memo.broken()
        self.contents = [None if m is None else known.get(m) for m in marks]
        if not self.paths or None in self.contents:
            return None
        return cache.open_set(self._folder())

    @staticmethod
    def _mark(path: Path) -> bytes | None:
        try:
            return mark(path, path.stat())
        except (OSError, ValueError):
            return None

    def _folder(self) -> Path:
        return cache.folder_of(self.kind, self._readable())

    def _readable(self) -> Iterator[bytes]:
        return (content for content in self.contents if content is not None and not self._is_broken(content))

    def _is_broken(self, content: bytes) -> bool:
        return content in self.broken or (self.cut is not None and self._uncut(content) in self.broken)

    def _uncut(self, content: bytes) -> bytes:
        """What stands in the memo for a picture out of which nothing can be cut: another cut may find something."""
        return hashlib.sha256(self.kind.encode() + content).digest()[:16]

    def _decoded(self) -> Pictures:
        """Read what is not remembered, decode what is new, and put the set together."""
        known = Known(cache.sets_of(self.kind))
        draft: Draft | None = None
        marks: dict[bytes, bytes] = {}
        try:
            for i, read in enumerate(self._read_all(known)):
                self.contents[i] = read.content
                if read.why:
                    self.why[i] = read.why
                if read.content is not None and read.mark is not None:
                    marks[read.mark] = read.content
                if read.pixels is not None and read.content is not None:
                    draft = draft or self._draft()
                    draft.append(read.content, read.pixels, read.checksum)
                if self.progress is not None:
                    self.progress(i + 1, len(self.paths))
            kept = self._settled(known, draft)
        except BaseException:
            if draft is not None:
                draft.discard()
            raise
        self.memo.remember(marks, self.broken)
        return kept

    def _draft(self) -> Draft:
        return Draft(self.row, len(self.paths))

    def _read_all(self, known: Known) -> Iterator[_Read]:
        """Every file in turn, read ahead by threads: Pillow and the hashes leave the interpreter lock."""
        workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        waiting: deque[Future[_Read]] = deque()
        pool = ThreadPoolExecutor(workers)
        try:
            for i in range(len(self.paths)):
                if len(waiting) == 8 * workers:  # no more decoded pictures than that lie in memory
                    yield waiting.popleft().result()
                waiting.append(pool.submit(self._read, i, known))
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _read(self, i: int, known: Known) -> _Read:
        """Read one file as far as needed: not at all, its bytes, or its pixels."""
        path, content = self.paths[i], self.contents[i]
        if content is not None and (self._is_broken(content) or content in known or not self._claim(content)):
            return _Read(content)
        try:
            began, before = now(), path.stat()
            if not stat.S_ISREG(before.st_mode):
                return _Read(why=_why(path))
            digest, source = _bytes_of(path, before.st_size)
            state = mark(path, before)
            same = state == mark(path, path.stat())
        except (OSError, ValueError) as error:
            return _Read(why=f"{spoken(path)}: cannot be read ({getattr(error, 'strerror', None) or error})")
        marked = state if same and settled(before, began) else None
        claimed = digest == content or self._claim(digest)
        if self._is_broken(digest) or digest in known or not claimed:
            return _Read(digest, mark=marked)
        try:
            row = self._row(source)
            if row is None and self.cut is not None:
                self.broken[self._uncut(digest)] = f": {self.cut.missing}"
                return _Read(digest, mark=marked)
        except ImageError as error:
            why = _why(path)
            if isinstance(error.__cause__, MemoryError) or not why.startswith(spoken(path)):
                return _Read(why=why)  # no fault of the content: it is tried again next time
            self.broken[digest] = why.removeprefix(spoken(path))
            return _Read(digest, mark=marked)
        return _Read(digest, mark=marked, pixels=row, checksum=0 if row is None else zlib.crc32(row.data))

    def _claim(self, content: bytes) -> bool:
        """Whether this thread is the first to meet this content."""
        with self.claiming:
            first = content not in self.claimed
            self.claimed.add(content)
        return first

    def _row(self, source: Path | bytes) -> UInt8[np.ndarray, "h w c"] | None:
        """The pixels; None where nothing can be cut out of the picture."""
        if self.cut is None:
            picture: np.ndarray | None = open_image(source, at_least=self.preprocess.size)
        else:
            picture = self.cut(open_image(source))
        return None if picture is None else np.ascontiguousarray(self.preprocess.apply(picture)[0])

    def _settled(self, known: Known, draft: Draft | None) -> Pictures:
        """The set of all contents: one that is there, or the new rows with copies of the old ones."""
        folder = self._folder()
        kept = cache.open_set(folder)
        if kept is not None:
            if draft is not None:
                draft.discard()
            return self._pictures(kept)
        wanted = dict.fromkeys(self._readable())
        if not wanted:
            return self._pictures(cache.Kept(folder, np.empty((0, *self.row), np.uint8), np.empty(0, cache.ROW)))
        draft = draft or self._draft()
        new = set(draft.rows["content"][: draft.count].tolist())
        for content in wanted:
            if content not in new:
                self._copy(content, known, draft)
        kept = draft.finish(self._folder(), self._name())
        known.close(without=set(wanted) if not draft.note else set())
        cache.trim(space.cache_limit(cache.place(), cache.held()))
        return self._pictures(kept, (draft.note,) if draft.note else ())

    def _copy(self, content: bytes, known: Known, draft: Draft) -> None:
        """Append a row of an earlier set, or of the file itself where that row is damaged."""
        found = known.find(content)
        if found is not None and found[0].sound(found[1]):
            kept, row = found
            draft.append(content, kept.pixels[row], int(kept.rows["sum"][row]))
            return
        for i in (i for i, c in enumerate(self.contents) if c == content):
            try:
                digest, source = _bytes_of(self.paths[i], self.paths[i].stat().st_size)
                if digest == content:
                    pixels = self._row(source)
                    if pixels is not None:
                        draft.append(content, pixels, zlib.crc32(pixels.data))
                        return
            except (OSError, ImageError):
                continue
        for i in (i for i, c in enumerate(self.contents) if c == content):
            self.contents[i], self.why[i] = None, f"{spoken(self.paths[i])} changed while it was read"

    def _name(self) -> str:
        """What a person knows this set by."""
        height, width = self.preprocess.size
        try:
            shared = Path(os.path.commonpath([path.absolute().parent for path in self.paths])).name
        except ValueError:  # two drives
            shared = ""
        cut = "" if self.cut is None else f", {self.cut.name}"
        colour = "grey" if self.preprocess.channels == 1 else "colour"
        return f"{shared or 'pictures'}, {width} x {height}, {colour}{cut}"

    def _pictures(self, kept: cache.Kept, notes: tuple[str, ...] = ()) -> Pictures:
        contents = kept.rows["content"].tolist()
        where = {content: row for row, content in enumerate(contents)}
        rows = tuple(-1 if content is None else where.get(content, -1) for content in self.contents)
        skipped = tuple(Skipped(self.paths[i], self._sentence(i)) for i, row in enumerate(rows) if row < 0)
        keys = np.frombuffer(b"".join(content[:8] for content in contents), ">u8").astype(np.uint64)
        without = [(i, c) for i, c in enumerate(self.contents) if c is not None and rows[i] < 0]
        empty = tuple(i for i, c in without if self.cut is not None and self._uncut(c) in self.broken)
        return Pictures(kept.pixels, keys, rows, skipped, notes, empty)

    def _sentence(self, i: int) -> str:
        content = self.contents[i] or b""
        why = self.broken.get(content) or (self.broken.get(self._uncut(content)) if self.cut is not None else None)
        return self.why.get(i) or spoken(self.paths[i]) + (why or " cannot be read")


def _bytes_of(path: Path, size: int) -> tuple[bytes, Path | bytes]:
    """What stands for a file's content, and its bytes; of a huge file the path, so that it is not read into memory."""
    if size < _HUGE:
        data = path.read_bytes()
        return hashlib.sha256(data).digest()[:16], data
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()[:16], path


def _why(path: Path) -> str:
    """What is wrong with a file, in a sentence that names it: the bytes alone did not know what they are called."""
    try:
        open_image(path)
    except ImageError as error:
        return str(error)
    return f"the file changed while it was read: {spoken(path)}"
