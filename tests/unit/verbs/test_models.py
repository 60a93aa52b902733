"""Laws of the verb `models`."""

import json

import pytest

from lenslet.card import official
from lenslet.card.registry import REGISTRY
from lenslet.errors import CallError, MissingError
from lenslet.nets import NETS
from lenslet.verbs.models import Facts, Models, models
from lenslet.verbs.signature import parameters


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path))
    monkeypatch.setenv("LENSLET_OFFLINE", "1")
    return tmp_path


def test_the_list_has_every_net_once_and_the_cache_folder(tmp_path):
    found = models()
    assert isinstance(found, Models)
    assert [row.name for row in found.nets] == list(NETS)
    assert found.cache == str(tmp_path / "weights")
    assert found.offline
    json.dumps(found.to_dict())


def test_parameters_counted_are_those_published():
    rows = {row.name: row for row in models().nets}
    for name, entry in REGISTRY.items():
        assert rows[name].classes == 1000
        if name != "googlenet":  # its official layout is a variant of ours
            assert rows[name].parameters == entry.parameters, name


def test_the_list_tells_size_terms_and_whether_it_is_here(tmp_path):
    entry = REGISTRY["resnet18"]

    def row():
        return next(row for row in models().nets if row.name == "resnet18").imagenet

    assert row()["cached"] is False
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / entry.file).write_bytes(b"")
    assert row() == {"mebibytes": 44.661, "top1": 69.758, "terms": row()["terms"], "cached": True}
    assert "BSD-3-Clause" in row()["terms"]


def test_show_tells_all_of_the_registry():
    found = models("show", "squeezenet1_1")
    assert isinstance(found, Facts)
    plain = found.to_dict()
    assert plain["name"] == "squeezenet1_1"
    assert plain["imagenet"]["url"] == REGISTRY["squeezenet1_1"].url
    assert plain["imagenet"]["cached"] is False
    assert "non-commercial" in plain["imagenet"]["licence"]
    json.dumps(plain)


def test_show_of_a_net_without_official_weights_says_so():
    name = next(name for name in NETS if name not in REGISTRY)
    assert models("show", name).to_dict()["imagenet"] is None


def test_pull_without_a_network_says_what_else_there_is():
    with pytest.raises(MissingError, match="weights 'none' trains from scratch"):
        models("pull", "squeezenet1_1", progress=False)


def test_pull_draws_what_it_is_told_on_stderr_and_shows_the_net(monkeypatch, capsys):
    def pull(name, *, progress):
        for done, total in ((0, None), (2**20, 2**21), (2**21, 2**21)):
            progress(done, total)

    monkeypatch.setattr(official, "pull", pull)
    assert models("pull", "squeezenet1_1") == models("show", "squeezenet1_1")
    out, err = capsys.readouterr()
    assert out == ""
    assert "squeezenet1_1, official ImageNet weights" in err
    models("pull", "squeezenet1_1", progress=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("show",), "needs a name"),
        (("pull",), "needs a name"),
        (("list", "resnet18"), "takes no name"),
        (("show", "nonet"), "no net or shipped model 'nonet'"),
        (("pull", "lenet5"), "No official ImageNet weights"),
    ],
)
def test_a_wrong_call_is_told_what_to_write(call, said):
    with pytest.raises(CallError, match=said):
        models(*call)


def test_every_door_can_read_the_signature():
    action, name, progress = parameters(models)
    assert action.choices == ("list", "show", "pull")
    assert (name.required, name.option) == (False, False)
    assert (progress.type, progress.option) == (bool, True)
