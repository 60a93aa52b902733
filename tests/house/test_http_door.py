"""The door on the network: fields of forms are arguments of the verbs, in the same words, and the rest is said here."""

import pytest

from lenslet.serve import explaining, painting, people, predicting
from lenslet.serve.limits import Limits
from lenslet.serve.problems import as_fields
from lenslet.verbs.signature import parameters

FORMS = {
    "predict": predicting.FORM,
    "explain": explaining.FORM,
    "stylize": painting.form(Limits()),
    **{f"face/{name}": form for name, form in people.FORMS.items()},
}
# What does not go over a network: files of this machine, what is chosen when the server starts, a terminal's bar.
NOT_OVER_HTTP = {
    "predict": {"model", "plot", "crops", "batch", "out", "engine", "workers", "backend", "progress"},
    "explain": {"model", "unit", "view", "seed", "out", "progress"},
    "stylize": {"model", "steady", "out", "plot", "every", "progress"},
    **{f"face/{name}": {"gallery"} for name in people.FORMS},
    **{f"face/{name}": {"gallery", "embedder"} for name in ("enrol", "verify", "identify")},
    "face/export": {"gallery", "out"},
}
CALLED = {"predict": {"images": "image"}}  # one picture a request
NARROWED = {
    "explain": {"method"},
    "stylize": {"encoder"},
    "face/delete": {"yes"},
}  # fewer choices than at the command line


@pytest.mark.parametrize("name", FORMS)
def test_fields_are_the_verbs_arguments_in_the_same_words(name):
    form, renamed = FORMS[name], CALLED.get(name, {})
    arguments = {p.name: p for p in parameters(form.verb)}
    fields = form.fields
    assert set(fields) == {renamed.get(n, n) for n in set(arguments) - NOT_OVER_HTTP[name]}
    for argument, found in arguments.items():
        if argument in NOT_OVER_HTTP[name]:
            continue
        field = fields[renamed.get(argument, argument)]
        assert (field.type, field.default) == (found.type, found.default)
        assert field.doc == found.doc or argument in renamed
        assert field.many == (found.many and argument not in renamed)
        if field.name in NARROWED.get(name, ()):
            assert field.choices
            assert not found.choices or set(field.choices) < set(found.choices)
            assert field.default is None or field.default in field.choices or field.required
        else:
            assert field.choices == found.choices


@pytest.mark.parametrize("name", FORMS)
def test_openapi_says_of_a_field_what_the_verb_says(name):
    form = FORMS[name]
    schema = form.body()["content"]["multipart/form-data"]["schema"]
    assert set(schema["properties"]) == set(form.fields)
    assert schema["additionalProperties"] is False
    for field in form.fields.values():
        said = schema["properties"][field.name]
        assert said["description"] == as_fields(field.doc)
        assert "--" not in said["description"]
        assert (field.name in schema.get("required", ())) == field.required
        assert ("array" in str(said)) == field.many


@pytest.mark.parametrize("name", FORMS)
def test_no_field_is_a_place_on_the_servers_disk(name):
    form = FORMS[name]
    for field in form.fields.values():
        assert field.type.__name__ != "Path" or field.name in form.pictures
        if field.name in ("model", "encoder", "embedder", "net", "weights"):
            assert field.choices, f"{field.name} would open a file by its name"
