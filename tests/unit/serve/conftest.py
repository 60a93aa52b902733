"""A server of its own in a thread, on a free port: what is tested came over a socket."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from lenslet.serve.app import create_app
from lenslet.serve.limits import Limits
from lenslet.serve.run import listening, server_of

TOKEN = "a-token-of-the-tests"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}


class Slow:
    """A model that takes its time, says how many pictures came together, and refuses black ones."""

    def __init__(self, seconds: float = 0.0) -> None:
        from lenslet.verbs.load import load

        self.inner, self.seconds = load("signs"), seconds
        self.card, self.folder = self.inner.card, None
        self.together: list[int] = []
        self.hold = threading.Event()
        self.hold.set()

    def classify(self, pictures: list[np.ndarray]) -> list[Any]:
        self.together.append(len(pictures))
        assert self.hold.wait(20)
        time.sleep(self.seconds)
        if any(not picture.any() for picture in pictures):
            raise RuntimeError("a black picture in /home/secret/place")
        return list(self.inner.classify(pictures))


@contextmanager
def running(app: Any, limits: Limits) -> Iterator[httpx.Client]:
    """A client of an app that really listens."""
    with listening("127.0.0.1", 0) as heard:
        server = server_of(app, limits)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [heard]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            address = f"http://127.0.0.1:{heard.getsockname()[1]}"
            # No line is kept for the next question: httpcore, shared by threads, takes a kept line that another thread
            # has chosen and not yet written to for one too many, and closes it under that thread (EBADF).
            once = httpx.Limits(max_keepalive_connections=0)
            with httpx.Client(base_url=address, timeout=20, trust_env=False, limits=once) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


@pytest.fixture(scope="session")
def serving() -> Callable[..., Any]:
    """Starts a server for the length of a block: models, and what `create_app` takes; limits by name."""

    @contextmanager
    def start(models: Any, *, gallery: Any = None, closed: bool = False, hosts: Any = (), **limits: Any) -> Any:
        bounds = Limits(**{"grace": 5, **limits})
        token = TOKEN if closed or gallery is not None else None
        app = create_app(models, gallery=gallery, token=token, closed=closed, hosts=hosts, limits=bounds)
        with running(app, bounds) as client:
            client.app = app
            yield client

    return start


@pytest.fixture(scope="session")
def known() -> dict[str, str]:
    """The headers of somebody who has the token."""
    return dict(KNOWN)


@pytest.fixture(scope="session")
def slow() -> type[Slow]:
    """A model to be waited for."""
    return Slow


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    """The bytes of a picture: of a seed, or of one colour."""

    def make(seed: int = 0, *, size: tuple[int, int] = (48, 40), colour: int | None = None) -> bytes:
        pixels = np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(pixels if colour is None else np.full_like(pixels, colour)).save(stream, "PNG")
        return stream.getvalue()

    return make


@pytest.fixture(scope="module")
def home(serving: Any, untrained: Any, looks: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with a model of most tasks, and a gallery."""
    from lenslet.verbs.gallery import Gallery

    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LENSLET_KEYS", str(place / "keys"))
        models = {
            "signs": "signs",
            "finder": untrained("detect", ("rose", "tulip")),
            "placer": untrained("localize", ("rose", "tulip")),
            "pointer": untrained("landmark", ("eye", "ear")),
        }
        with Gallery(place / "people.db", looks()) as people, serving(models, gallery=people) as client:
            yield client
