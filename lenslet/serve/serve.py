"""serve: models and people on an address, until it is told to stop."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_doc import Doc

from lenslet.errors import CallError, MissingError

__all__ = ["Served", "serve"]


@dataclass(frozen=True)
class Served:
    """A server has ended.

    Args:
        address: where it was.
        requests: that were answered.
        seconds: that it ran.
    """

    address: str
    requests: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"schema": 1, **asdict(self)}


def serve(
    models: Annotated[
        Sequence[str | Path],
        Doc("Model folders, names of shipped models, or .onnx files; NAME=PATH gives one another name in addresses."),
    ] = (),
    *,
    gallery: Annotated[
        str | Path | None, Doc("People to enrol, verify and identify: a file, or postgresql://user@host/database.")
    ] = None,
    embedder: Annotated[str, Doc("Name or folder of the face model; a gallery is bound to one.")] = "faces",
    host: Annotated[
        str, Doc("Address to listen on; any that other machines can reach demands the token for everything.")
    ] = "127.0.0.1",
    port: Annotated[int, Doc("Port to listen on; 0 takes any that is free.")] = 8000,
    token_file: Annotated[
        Path | None,
        Doc("File with the token, made if it is not there; LENSLET_TOKEN if left out, or one in your own settings."),
    ] = None,
    allow_host: Annotated[
        Sequence[str], Doc("Names that this server is asked by beside localhost, as behind a proxy; * for any.")
    ] = (),
    batch: Annotated[int, Doc("Pictures that go through a net together, at the most.")] = 16,
    queue: Annotated[int, Doc("Requests that may wait for one model; one more is told to come again.")] = 128,
    max_mb: Annotated[int, Doc("Megabytes of a request, at the most.")] = 32,
    max_megapixels: Annotated[int, Doc("Millions of pixels of a picture, at the most.")] = 64,
    backend: Annotated[
        Literal["onnxruntime", "openvino"], Doc("Who computes, of exported .onnx files: ONNX Runtime or OpenVINO.")
    ] = "onnxruntime",
    grace: Annotated[
        float, Doc("Seconds in which what was taken is finished after the server was told to stop.")
    ] = 30.0,
) -> Served:
    """Answer over HTTP: what is on pictures, why, who it is, and paintings; until SIGTERM or Ctrl-C.

    Raises:
        CallError: nothing to serve, an address that is not safe, or a token that is none.
        CardError, GalleryError: no such model or gallery.
        MissingError: the server's parts are not installed.
        WorkError: the address is taken.
    """
    from lenslet.serve.limits import Limits

    if not models and gallery is None:
        raise CallError("there is nothing to serve: name a model, such as signs, or a gallery with --gallery")
    if not 0 <= port <= 65_535:
        raise CallError(f"port is {port}: give 0 to 65535")
    for name, value in (("batch", batch), ("queue", queue), ("max-mb", max_mb), ("max-megapixels", max_megapixels)):
        if value < 1:
            raise CallError(f"{name} is {value}: give 1 or more")
    if not grace > 0:
        raise CallError(f"grace is {grace}: give seconds, more than 0")
    pixels = max_megapixels * 1_000_000
    limits = Limits(batch=batch, queue=queue, body=max_mb * 2**20, pixels=pixels, grace=float(grace))
    try:
        from lenslet.serve.run import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("fastapi", "starlette", "uvicorn", "prometheus_client"):
            raise
        raise MissingError(
            f'a server needs {error.name}, which is not installed: pip install "lenslet[serve]"'
        ) from error
    return Served(
        *run(
            list(models),
            gallery=gallery,
            embedder=embedder,
            host=host,
            port=port,
            token_file=token_file,
            names=list(allow_host),
            limits=limits,
            backend=backend,
        )
    )
