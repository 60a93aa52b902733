"""Weights from a file to named tensors: safetensors as they are, .pth without executing what is pickled in it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from lenslet.errors import CardError
from lenslet.files import whole_file

__all__ = ["convert", "load_state", "read_converted", "read_state"]

WRAPPERS = ("state_dict", "model_state_dict", "model")  # where training scripts put the weights inside a .pth
PARALLEL = "module."  # what DistributedDataParallel puts before every key


def read_state(path: Path) -> dict[str, Tensor]:
    """Named tensors of a safetensors or .pth file, told apart by their first bytes, on the CPU.

    A .pth is a pickle, which is a program. PyTorch's `weights_only` reader knows tensors and plain containers only and
    refuses every other instruction, so nothing in the file is run.

    Raises:
        CardError: no such file, damaged, or holding anything but named tensors.
    """
    try:
        with path.open("rb") as handle:
            head = handle.read(9)
    except OSError as error:
        raise CardError(f"The weights file {path} cannot be opened ({error.strerror})") from error
    # safetensors: eight bytes of length, then JSON; .pth: a zip archive (since torch 1.6), or a bare pickle before that
    if head[8:] == b"{":
        return _read_safetensors(path)[0]
    if head[:4] == b"PK\x03\x04" or head[:1] == b"\x80":
        return _named_tensors(_read_pth(path), path)
    raise CardError(f"{path} is no weights file: it begins like neither safetensors nor a PyTorch .pth")


def convert(source: Path, target: Path, *, origin: Mapping[str, str]) -> None:
    """Write the tensors of `source` to `target` as safetensors, whole or not at all.

    Args:
        source: a .pth (or safetensors) file.
        target: the safetensors file to make.
        origin: where the weights come from; kept in the file's header beside a hash of the tensors.

    Raises:
        CardError: `source` is damaged or holds anything but tensors.
    """
    # Cloned, because two names may share one storage in a .pth, which safetensors does not write.
    state = {key: value.detach().clone().contiguous() for key, value in read_state(source).items()}
    with whole_file(target) as temporary:
        save_file(state, temporary, metadata={**origin, "format": "pt", "tensors_sha256": _digest(state)})


def read_converted(path: Path) -> dict[str, Tensor]:
    """The tensors that `convert` wrote, compared with the hash it wrote beside them.

    Raises:
        CardError: the file is not what was written.
    """
    state, header = _read_safetensors(path)
    if header.get("tensors_sha256") != _digest(state):
        raise CardError(
            f"The weights in {path} are not those that were written there; remove the file to fetch them anew"
        )
    return state


def load_state(net: nn.Module, state: Mapping[str, Tensor], *, new_head: bool = False) -> list[str]:
    """Copy named tensors into a net, every name and every shape compared.

    Args:
        net: the net; changed in place, and only if everything fits.
        state: what to copy.
        new_head: leave the net's own last layer where only its number of classes differs (to train on other classes).

    Returns:
        The names that were left as they are; empty unless `new_head`.

    Raises:
        CardError: a name is missing or unknown, or a shape differs; the sentence names the first of each.
    """
    own = net.state_dict()
    missing = [key for key in own if key not in state]
    unknown = [key for key in state if key not in own]
    other = [key for key in own if key in state and own[key].shape != state[key].shape]
    kept = other if new_head and _is_head(own, state, other) else []
    faults = [
        *_told("lacks", missing),
        *_told("has what the net has not,", unknown),
        *_told(
            "and the net differ in the shape of", [key + _shapes(state, own, key) for key in other if key not in kept]
        ),
    ]
    if faults:
        raise CardError(f"these weights are not for this {type(net).__name__}: the file {', and it '.join(faults)}")
    net.load_state_dict({**own, **{key: state[key] for key in own if key not in kept}})
    return kept


def _told(verb: str, keys: Sequence[str]) -> list[str]:
    """A clause that names the first key and counts the rest; nothing where there is none."""
    return [f"{verb} {keys[0]}" + (f" and {len(keys) - 1} more" if keys[1:] else "")] if keys else []


def _shapes(state: Mapping[str, Tensor], own: Mapping[str, Tensor], key: str) -> str:
    return f" ({list(state[key].shape)} in the file, {list(own[key].shape)} in the net)"


def _is_head(own: Mapping[str, Tensor], state: Mapping[str, Tensor], keys: Sequence[str]) -> bool:
    """Whether `keys` are one layer, the net's last with weights, that differs in its number of outputs only."""
    last = list(own)[-1].rsplit(".", 1)[0]
    return all(key.rsplit(".", 1)[0] == last and own[key].shape[1:] == state[key].shape[1:] for key in keys)


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors, and the header's own strings."""
    try:
        with safe_open(path, framework="pt") as opened:
            return {key: opened.get_tensor(key) for key in opened.keys()}, opened.metadata() or {}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise CardError(f"{path} is damaged: it begins like safetensors but {error}") from error


def _read_pth(path: Path) -> object:
    """What a .pth holds, read by the one call to `torch.load` in the house."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251 - the marked one: runs nothing
    except Exception as error:  # a hostile or broken file may raise anything
        reason = str(error).strip().split("\n")[0]
        if type(error).__name__ == "UnpicklingError":
            raise CardError(
                f"{path} was not loaded: it is cut short, or holds something besides tensors, which could run code; "
                "ask for its weights as safetensors"
            ) from error
        raise CardError(f"{path} is damaged: {reason or type(error).__name__}") from error


def _named_tensors(found: object, path: Path) -> dict[str, Tensor]:
    """The state dict in what a .pth holds: itself, or under one of the customary names."""
    if isinstance(found, Mapping):
        inner = next((found[name] for name in WRAPPERS if isinstance(found.get(name), Mapping)), found)
        if inner and all(isinstance(key, str) and isinstance(value, Tensor) for key, value in inner.items()):
            prefix = PARALLEL if all(key.startswith(PARALLEL) for key in inner) else ""
            return {key.removeprefix(prefix): value for key, value in inner.items()}
    raise CardError(f"{path} is no state dict: it does not hold tensors by name")


def _digest(state: Mapping[str, Tensor]) -> str:
    """The sha256 of names, kinds, shapes and bytes."""
    digest = hashlib.sha256()
    for key in sorted(state):
        value = state[key].detach().contiguous()
        digest.update(f"{key} {value.dtype} {list(value.shape)}\n".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
