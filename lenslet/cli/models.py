"""`lenslet models`: nets, shipped models, official weights."""

from collections.abc import Mapping, Sequence
from typing import Any

from lenslet.cli.command import Command
from lenslet.cli.output import table, write
from lenslet.verbs.models import Facts, Models, models


def show(found: Models | Facts) -> None:
    """The list as tables, or the facts of one."""
    if isinstance(found, Facts):
        _show_facts(found.to_dict())
        return
    rows = [[row.name, row.parameters, row.classes, *_weights(row.imagenet)] for row in found.nets]
    table("Nets", ["net", "parameters", "classes", "ImageNet weights", "top-1 as published"], rows)
    if found.shipped:
        rows = [[row.name, row.task, row.net, row.labels] for row in found.shipped]
        table("Models that come with Lenslet", ["model", "task", "net", "labels"], rows)
    write(f"Downloaded weights are kept in {found.cache}{' (offline: nothing is fetched)' if found.offline else ''}")


def _weights(imagenet: Mapping[str, Any] | None) -> list[object]:
    if imagenet is None:
        return ["", ""]
    where = "here" if imagenet["cached"] else f"{imagenet['mebibytes']:.0f} MiB to pull"
    return [where, f"{imagenet['top1']:.1f} %"]


def _show_facts(facts: Mapping[str, Any], indent: str = "") -> None:
    for name, fact in facts.items():
        if fact in (None, "", (), [], {}):
            continue  # nothing is known, and nothing is said
        if isinstance(fact, Mapping):
            write(f"{indent}{name}")
            _show_facts(fact, indent + "  ")
        else:
            write(f"{indent}{name}: {_listed(fact) if isinstance(fact, list | tuple) else fact}")


def _listed(items: Sequence[object]) -> str:
    return ", ".join(map(str, items[:8])) + (f", ... ({len(items)} in all)" if len(items) > 8 else "")


command = Command(models, show, example="lenslet models show resnet18")
