"""The signature of a verb -> the fields of a form: what a field is called, takes and says is written once, there."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from lenslet.serve.problems import Refused, as_fields
from lenslet.verbs.signature import Parameter, parameters

__all__ = ["Form"]

_FILES = 64
"""Pictures in a request, at the most."""
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_RAW = "application/octet-stream"
_WORDS = {str: "string", float: "number", int: "integer", bool: "boolean"}


@dataclass(frozen=True)
class Form:
    """The fields of one route.

    Args:
        verb: whose arguments they are.
        pictures: those that are files.
        left_out: those that do not go over a network: places on the disk, what the server has chosen already.
        one: arguments that take several values and are one here: the field, the argument, and what it is.
        needed: what the verb can do without, and this route cannot.
        bounds: least and most of numbers.
        choices: what may be chosen here, where that is less than the verb takes.
        raw: whether the body may be the picture itself.
    """

    verb: Callable[..., Any]
    pictures: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    one: tuple[tuple[str, str, str], ...] = ()
    needed: tuple[str, ...] = ()
    bounds: tuple[tuple[str, float | int, float | int], ...] = ()
    choices: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    raw: bool = False

    @property
    def fields(self) -> dict[str, Parameter]:
        """By name, as they are here."""
        called = {argument: (field, doc) for field, argument, doc in self.one}
        own = {}
        for found in parameters(self.verb):
            if found.name in self.left_out:
                continue
            name, doc = called.get(found.name, (found.name, found.doc))
            chosen = dict(self.choices).get(name, found.choices)
            many = found.many and found.name not in called
            required = found.required or name in self.needed
            own[name] = replace(found, name=name, doc=doc, many=many, required=required, choices=tuple(chosen))
        return own

    async def read(self, request: Request) -> dict[str, Any]:
        """What a request brings: pictures as the bytes of their files, everything else as its type.

        Raises:
            Refused: it is no form, or a field is missing, unknown, or of another kind.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.raw and (kind.startswith("image/") or kind == _RAW):
            body = await request.body()
            return self._checked({self.pictures[0]: [body]})
        needs = any(self.fields[name].required for name in self.pictures)
        if kind not in _FORMS[: 1 if needs else 2] and (kind or needs):
            also = ", or the picture itself as image/jpeg or another image/*" if self.raw else ""
            raise Refused(415, f"send a form (multipart/form-data){also}, not {_shown(kind) or 'nothing'}")
        try:
            form = await request.form(max_files=_FILES, max_fields=_FILES) if kind else FormData()
        except HTTPException as error:
            raise Refused(400, f"this form cannot be read: {_shown(str(error.detail))}") from error
        try:
            return self._checked({name: [await self._value(name, one) for one in form.getlist(name)] for name in form})
        finally:
            await form.close()

    async def _value(self, name: str, value: UploadFile | str) -> bytes | str:
        if isinstance(value, UploadFile) != (name in self.pictures) and name in self.fields:
            what = "a picture: send it as a file" if name in self.pictures else "no file: send it as text"
            raise Refused(422, f"{name} is {what}")
        return await value.read() if isinstance(value, UploadFile) else value

    def _checked(self, given: Mapping[str, list[Any]]) -> dict[str, Any]:
        fields = self.fields
        unknown = [name for name in given if name not in fields]
        if unknown:
            raise Refused(422, f"there is no field {_shown(unknown[0])}; there are {', '.join(fields)}")
        found: dict[str, Any] = {}
        for name, field in fields.items():
            values = given.get(name, [])
            if not values:
                if field.required:
                    raise Refused(422, f"{name} is missing: {as_fields(field.doc)}")
                found[name] = field.default
            elif len(values) > 1 and not field.many:
                raise Refused(422, f"{name} is given {len(values)} times, and is one")
            else:
                read = [value if name in self.pictures else self._read(field, value) for value in values]
                found[name] = read if field.many else read[0]
        return found

    def _read(self, field: Parameter, text: str) -> Any:
        name, kind = field.name, field.type
        if kind is bool:
            known = [str(value).lower() for value in field.choices or (True, False)]
            if text.lower() not in known:
                raise Refused(422, f"{name} is {_shown(text) or 'empty'}: give {' or '.join(known)}")
            return text.lower() == "true"
        if field.choices:
            for choice in field.choices:
                if str(choice) == text:
                    return choice
            raise Refused(422, f"{name} is {_shown(text)}: give {' or '.join(map(str, field.choices))}")
        if kind in (int, float):
            return self._number(name, kind, text)
        if "\x00" in text:
            raise Refused(422, f"{name} holds a null character")
        return text

    def _number(self, name: str, kind: type, text: str) -> float | int:
        try:
            value: float | int = kind(text) if len(text) < 40 and text.isascii() and "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise Refused(422, f"{name} is {_shown(text)}: give a {'whole ' if kind is int else ''}number")
        for bounded, least, most in self.bounds:
            if bounded == name and not least <= value <= most:
                raise Refused(422, f"{name} is {_shown(text)}: give {least:g} to {most:,g}")
        return value

    # For OpenAPI

    def body(self) -> dict[str, Any]:
        """The request body, in OpenAPI's words."""
        fields = self.fields
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: self._schema(field) for name, field in fields.items()},
            "additionalProperties": False,
        }
        required = [name for name, field in fields.items() if field.required]
        schema |= {"required": required} if required else {}
        one: dict[str, Any] = {"schema": schema}
        content = {_FORMS[0]: one}
        if not any(fields[name].required for name in self.pictures):
            content[_FORMS[1]] = one
        if self.raw:
            content["image/*"] = {"schema": {"type": "string", "format": "binary"}}
        return {"content": content, "required": bool(required)}

    def _schema(self, field: Parameter) -> dict[str, Any]:
        one: dict[str, Any]
        if field.name in self.pictures:
            one = {"type": "string", "format": "binary"}
        else:
            one = {"type": _WORDS.get(field.type, "string")}
            one |= {"enum": list(field.choices)} if field.choices else {}
            for name, least, most in self.bounds:
                one |= {"minimum": least, "maximum": most} if name == field.name else {}
        made = one
        if field.many:
            made = {"type": "array", "items": one} | ({"minItems": 1} if field.required else {})
            if field.name not in self.pictures:  # a form cannot tell a list of one from one
                made = {"anyOf": [made, one]}
        made["description"] = as_fields(field.doc)
        if not field.required and field.default not in (None, ()):
            made["default"] = field.default
        return made


def _shown(text: str) -> str:
    """As much of what somebody sent as belongs into a sentence."""
    return repr(text[:40] + ("..." if len(text) > 40 else "")) if text else ""
