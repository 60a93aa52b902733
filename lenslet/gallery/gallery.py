"""The gallery that a user holds: people are enrolled, verified, identified, and forgotten."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from lenslet.errors import CallError, GalleryError
from lenslet.gallery import enrolling, keeping, portable, renewal
from lenslet.gallery.calibrate import calibrated
from lenslet.gallery.encodes import Encodes, Measured
from lenslet.gallery.faces import Seen, content, pictures_of, see, unfit, weakness
from lenslet.gallery.inspect import inspect
from lenslet.gallery.records import clean_name, clean_until
from lenslet.gallery.search import Search, squared
from lenslet.gallery.vault import Vault
from lenslet.results import (
    Encoding,
    Enrolled,
    Enrolment,
    FaceThreshold,
    GalleryAudit,
    Identification,
    People,
    Portable,
    Receipt,
    Rekeyed,
    Renewal,
    Verification,
)

__all__ = ["Gallery"]

Picture = Any
"""A path, the bytes of a file, an array or a Pillow image; or an `Encoding`, which is taken as it is."""


class Gallery:
    """Enrolled people: encodings that lie sealed in one file, or on a PostgreSQL server.

    Args:
        where: a file, which is made if it is not there; or postgresql://user@host/database.
        embedder: what makes encodings of pictures, or how to get it when it is first needed; None where nothing but
            encodings will come.
        key: as LENSLET_KEY has it; from there, or from the gallery's key file, if left out.
        make: whether to make a gallery where there is none.

    Raises:
        GalleryError: it is damaged, of a newer version, or closed to this key.
    """

    def __init__(
        self,
        where: str | Path,
        embedder: Encodes | Callable[[], Encodes] | None = None,
        *,
        key: str | None = None,
        make: bool = True,
    ) -> None:
        self._given = embedder
        self._print = ""
        self._vault = Vault(where, key, make=make)
        self._search = Search(self._vault)
        if isinstance(embedder, Encodes):
            try:
                self._check(embedder)
            except BaseException:
                self.close()
                raise

    @property
    def embedder(self) -> Encodes | None:
        """What makes encodings, brought here if it was not yet."""
        if self._given is not None and not isinstance(self._given, Encodes):
            self._given = self._given()
        return self._given

    def enrol(
        self,
        name: str,
        images: Picture | Sequence[Picture],
        *,
        note: str | None = None,
        until: str | date | None = None,
        largest: bool = False,
        all: bool = False,
        force: bool = False,
        keep_pictures: bool = False,
    ) -> Enrolment:
        """Add a person, or pictures of one who is there; all pictures are added, or none.

        Args:
            name: in any script.
            images: one or many pictures; a folder stands for all in it.
            note: of the consent: when, how, for what; the one before stays if left out.
            until: last day of use; the one before stays if left out.
            largest: take the largest face where several are found.
            all: take all faces that are found: a sheet of portraits of this one person.
            force: take faces, too, that are hardly fit to be compared.
            keep_pictures: keep the pictures, sealed, so that another embedder can look at them one day.

        Raises:
            ImageError: a picture cannot be opened.
            CallError: a picture shows no face, several, or one that is not fit; or the gallery is another embedder's.
        """
        name, until = clean_name(name), clean_until(until)
        notes: list[str] = []
        seen: list[Seen] = []
        pictures: list[bytes | None] = []
        for picture in pictures_of(images):
            faces = see(self._fitting(picture), picture, largest=largest, all=all)
            for face in faces:
                weak = weakness(face)
                if weak and unfit(face) and not force:
                    raise CallError(f"{weak}; nothing was enrolled; take a better picture, or say --force")
                notes += [weak] if weak else []
            seen += faces
            pictures += [content(picture) if keep_pictures else None] * len(faces)
        with self._vault.writing():
            self._bind(len(seen[0].encoding))
            return enrolling.add(self._vault, name, note, until, seen, pictures, notes, self.threshold)

    def verify(
        self, name: str, image: Picture, *, threshold: float | int | None = None, largest: bool = False
    ) -> Verification:
        """Whether the face on a picture is that person's: d <= tau, to the nearest of the person's pictures.

        Args:
            name: who it is said to be.
            image: the picture.
            threshold: tau; the calibrated one if left out.
            largest: take the largest face where several are found.

        Raises:
            CallError: nobody of that name may be used, there is no threshold, or the picture shows no face, or several.

        Source: course item 4.1.
        """
        name = clean_name(name)
        person = self._vault.find(name)
        if person is None:
            raise CallError(f"nobody is enrolled as {name!r}; `lenslet face list` shows who is")
        if person.expired:
            raise CallError(
                f"the time for which {name} was enrolled ended on {person.until}: they are not compared any more"
            )
        [face] = see(self._fitting(image), image, largest=largest)
        mine = self._search.of(person)
        if not mine:
            raise CallError(f"of {name} there is no picture for this embedder: enrol one")
        distance = min(squared(one.encoding.vector, face.encoding.vector) for one in mine)
        tau, far, notes = self._threshold(threshold)
        return Verification(
            name, distance, tau, far, len(mine), face.encoding.quality, face.encoding.box, face.picture,
            (*notes, *_weak(face)),
        )  # fmt: skip

    def identify(
        self, image: Picture, *, threshold: float | int | None = None, largest: bool = False, exact: bool = False
    ) -> Identification:
        """Whose face is on a picture; nobody's, if the nearest person is beyond tau.

        Args:
            image: the picture.
            threshold: tau; the calibrated one if left out.
            largest: take the largest face where several are found.
            exact: compare with every encoding, also where the database has an index that may miss one.

        Raises:
            CallError: there is no threshold, or the picture shows no face, or several.

        Source: course items 4.2, 4.3.
        """
        [face] = see(self._fitting(image), image, largest=largest)
        return self._identified(face, threshold, exact)

    def identify_all(
        self, image: Picture, *, threshold: float | int | None = None, exact: bool = False
    ) -> list[Identification]:
        """Whose faces are on a picture, the largest first; as `identify`, for each of them."""
        return [self._identified(face, threshold, exact) for face in see(self._fitting(image), image, all=True)]

    def calibrate(self, *, far: float | int = 0.001, seed: int = 0) -> FaceThreshold:
        """Find tau for a share of strangers from the people of this gallery, and use it from now on.

        Args:
            far: share of strangers that may be taken for one given person.
            seed: of what is drawn where there are very many people.

        Raises:
            CallError: fewer than two people are enrolled.
        """
        found = calibrated(self._search.held(), far, seed=seed)
        with self._vault.writing():
            self._vault.set_value("threshold", found.to_dict())
            self._vault.log("calibrate", threshold=found.threshold, far=found.far, people=found.people)
        return found

    @property
    def threshold(self) -> FaceThreshold | None:
        """What `calibrate` found."""
        value = self._vault.value("threshold")
        return None if value is None else FaceThreshold.from_dict(value)

    def people(self) -> People:
        """Who is enrolled, in the order of their names."""
        with self._vault.reading():
            counts = self._vault.store.counts()
            rows = tuple(
                Enrolled(one.name, one.id, counts.get(one.id, 0), one.note, one.until, one.expired, one.added)
                for one in self._vault.people()
            )
            bound, tau = self._vault.value("embedder"), self.threshold
        return People(
            self._vault.where,
            rows,
            bound["name"] if bound else None,
            tau.threshold if tau else None,
            tau.far if tau else None,
        )

    def delete(self, *names: str, expired: bool = False) -> Receipt:
        """Forget people: encodings, notes, names and kept pictures, out of the files, too.

        Args:
            names: of those who are to be forgotten.
            expired: all those, too, whose last day of use is over.

        Raises:
            CallError: nobody of that name is enrolled; then nobody is forgotten.
        """
        self._search.forget()
        return keeping.delete(self._vault, [clean_name(name) for name in names], expired=expired)

    def audit(self) -> GalleryAudit:
        """Whether every row, the log and the database are whole; who is to be deleted."""
        return inspect(self._vault)

    def export(self, out: str | Path, *names: str) -> Portable:
        """Write what is known of these people, or of all, into a JSON file: open to everyone who can read that file."""
        return portable.export(self._vault, Path(out), [clean_name(name) for name in names])

    def bring(self, file: str | Path) -> Portable:
        """Add the people of a file that `export` wrote; all of it, or nothing."""
        embedder = self._given if isinstance(self._given, Encodes) else None
        return portable.bring(self._vault, Path(file), embedder)

    def rekey(self, key: str | None = None) -> Rekeyed:
        """Seal everything anew with another key: a new key file's, or one as LENSLET_KEY has it; all or nothing."""
        self._search.forget()
        return keeping.rekey(self._vault, key)

    def reembed(self, *, yes: bool = False, on_picture: Callable[[int, int], None] | None = None) -> Renewal:
        """Make all encodings anew with this embedder, from the pictures that are kept; goes on where it was stopped.

        Args:
            yes: go over to it also where people will have to be enrolled again, whose pictures were not kept.
            on_picture: is told how many are done, and of how many.
        """
        if self.embedder is None:
            raise CallError("give the gallery the new embedder: Gallery(where, embedder)")
        self._search.forget()
        return renewal.reembed(self._vault, self.embedder, yes=yes, on_picture=on_picture)

    def close(self) -> None:
        """Let go of the file, or of the server."""
        self._search.forget()
        self._vault.store.engine.close()

    def __enter__(self) -> "Gallery":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many people are enrolled."""
        return len(self._vault.store.people())

    def __bool__(self) -> bool:
        """An empty gallery is one, too."""
        return True

    def __contains__(self, name: str) -> bool:
        return self._vault.find(clean_name(name)) is not None

    # What the above share

    def _identified(self, face: Seen, threshold: float | int | None, exact: bool) -> Identification:
        found, people = self._search.nearest(face.encoding.vector, exact=exact)
        common = (face.encoding.quality, face.encoding.box, face.picture)
        if found is None:
            return Identification(None, None, None, None, 0, *common, ("nobody is enrolled who may be used",))
        tau, far, notes = self._threshold(threshold)
        return Identification(found[0].name, found[1], tau, far, people, *common, (*notes, *_weak(face)))

    def _fitting(self, picture: Picture) -> Encodes | None:
        """The embedder, if a picture has to be looked at; it must be the gallery's own."""
        if isinstance(picture, Encoding):
            bound = self._vault.value("embedder")
            if bound and len(picture) != bound["dimensions"]:
                raise GalleryError(
                    f"{self._vault.where} holds encodings of {bound['dimensions']} numbers, and this one has "
                    f"{len(picture)}: it is another model's"
                )
            return None
        embedder = self.embedder
        if embedder is not None:
            self._check(embedder)
        return embedder

    def _fingerprint(self, embedder: Encodes) -> str:
        """Of this gallery's embedder: asked for once, since it may be a hash over all weights."""
        self._print = self._print or embedder.fingerprint
        return self._print

    def _check(self, embedder: Encodes) -> None:
        bound = self._vault.value("embedder")
        if bound and bound["fingerprint"] not in ("", self._fingerprint(embedder)):
            raise GalleryError(
                f"{self._vault.where} holds encodings of {bound['name']} ({bound['fingerprint'][:12]}), and this is "
                f"{embedder.name} ({self._print[:12]}): their numbers cannot be compared; use the old one, or "
                "go over to the new one with `lenslet face reembed`"
            )

    def _bind(self, dimensions: int) -> None:
        """Tie the gallery to its embedder with the first enrolment; inside of `writing`."""
        embedder = self._given if isinstance(self._given, Encodes) else None
        bound = self._vault.value("embedder")
        if bound and embedder and bound["fingerprint"]:
            self._check(embedder)
        elif bound is None or embedder:
            print_of = self._fingerprint(embedder) if embedder else ""
            name = embedder.name if embedder else "encodings of your own"
            if bound is None and self._vault.store.engine.indexes:
                self._vault.store.index(dimensions)
            self._vault.set_value("embedder", {"name": name, "fingerprint": print_of, "dimensions": dimensions})

    def _threshold(self, given: float | int | None) -> tuple[float, float | None, tuple[str, ...]]:
        """tau, the share of strangers expected at it, and what to say of it."""
        own = self.threshold
        if given is not None:
            if not 0 <= given <= 4:
                raise CallError(f"threshold is {given}: squared distances lie from 0 to 4")
            return float(given), own.far_at(given) if own else None, ()
        if own is not None:
            return own.threshold, own.far, own.notes[:1] if own.far > own.wanted else ()
        model: object = self._given
        if isinstance(model, Measured):
            told = "the threshold is the model's own, not of your people: `lenslet face calibrate` finds yours"
            return float(model.threshold), getattr(model, "far", None), (told,)
        raise CallError(
            "this gallery has no threshold yet: find one with `lenslet face calibrate`, or give one (--threshold)"
        )


def _weak(face: Seen) -> tuple[str, ...]:
    weak = weakness(face)
    return (f"{weak}: take the answer with care",) if weak else ()
