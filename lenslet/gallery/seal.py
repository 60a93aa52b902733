"""What is kept of people is sealed: AES-256-GCM, each value bound to the place it belongs to."""

import hashlib
import hmac
import os

from lenslet.errors import GalleryError, MissingError

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
except ImportError as error:
    raise MissingError('a gallery is sealed by cryptography: pip install "lenslet[gallery]"') from error

__all__ = ["HurtError", "Seal"]

NONCE = 12


class HurtError(GalleryError):
    """A sealed value that was changed, moved to another place, or is broken."""


class Seal:
    """One key of one gallery, divided into a key for each purpose.

    Args:
        key: 32 bytes.
        gallery: its id: the same key in two galleries gives other purposes' keys.

    Source: NIST SP 800-38D (GCM, random nonces of 96 bits), RFC 5869 (HKDF).
    """

    def __init__(self, key: bytes, gallery: str) -> None:
        self.gallery = gallery
        self._key = key
        self._cipher = AESGCM(self.derived("values"))
        self._names, self._marks = self.derived("names"), self.derived("pictures")

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return HKDF(SHA256(), 32, salt=self.gallery.encode(), info=f"lenslet gallery 1 {purpose}".encode()).derive(
            self._key
        )

    def seal(self, plain: bytes, *place: object) -> bytes:
        """Nonce, cipher text and tag of `plain`; opens at the same place only."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, self._bound(place))

    def open(self, sealed: bytes, *place: object) -> bytes:
        """What was sealed there.

        Raises:
            HurtError: it was not sealed with this key at this place, or has changed since.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._bound(place))
        except (InvalidTag, ValueError) as error:
            raise HurtError(f"{' '.join(map(str, place))} was changed, moved or broken") from error

    def tag(self, name: str) -> bytes:
        """What a name is found by, without being readable."""
        return hmac.digest(self._names, name.encode(), "sha256")

    def mark(self, digest: bytes) -> bytes:
        """What a picture is known again by; without the key nobody can try whether a picture of theirs is here."""
        return hmac.digest(self._marks, digest, "sha256")

    @property
    def check(self) -> bytes:
        """What a key is known by before anything is opened with it."""
        return hashlib.sha256(self.derived("check")).digest()

    def _bound(self, place: tuple[object, ...]) -> bytes:
        # Parts are hexadecimal ids, numbers and our own words: no part holds the separator.
        return "|".join(("lenslet", self.gallery, *map(str, place))).encode()
