"""What pydantic finds wrong with a file, as one sentence about one key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from nvprotocol._checks import show
from nvprotocol._toml.source import suggestion

_RULES = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a section with keys",
    "model_type": "must be a section with keys",
    "model_attributes_type": "must be a section with keys",
    "is_instance_of": "must be a number, or [real, imaginary]",
    "finite_number": "must be finite",
    "too_short": "must not be empty",
}


def first_problem(error: ValidationError, model: type[BaseModel]) -> tuple[tuple[str, ...], str]:
    """The path of the key that is wrong and what is wrong with it.

    A key that is not known comes before all else, since it explains what is missing.

    Args:
        error: What pydantic has found.
        model: The model of the whole file.
    """
    problems = error.errors()
    problem = next((each for each in problems if each["type"] == "extra_forbidden"), problems[0])
    place = _place(problem, model)
    return place.path, _rule(problem, place)


@dataclass(frozen=True)
class _Place:
    """Where a problem is: the keys down to it, what may stand there, and the names that a section can be told by."""

    path: tuple[str, ...]
    known: tuple[str, ...]
    tags: tuple[str, ...] = ()


def _place(problem: Mapping[str, Any], model: type[BaseModel]) -> _Place:
    """Walks down the models along pydantic's location, which has keys, list positions, and names of types and tags."""
    location = [part for part in problem["loc"] if isinstance(part, str)]
    path: list[str] = []
    sections: dict[str, type[BaseModel]] = {"": model}
    discriminator, free = "", False
    for depth, part in enumerate(location, start=1):
        if discriminator and part in sections:  # the tag that tells this section's model
            sections, discriminator = {"": sections[part]}, ""
        elif "" in sections and part in sections[""].model_fields:
            field = sections[""].model_fields[part]
            path.append(part)
            discriminator = field.discriminator if isinstance(field.discriminator, str) else ""
            options = (field.annotation, *get_args(field.annotation))
            sections, free = _sections(options, discriminator), any(get_origin(option) is dict for option in options)
        elif free or (problem["type"] == "extra_forbidden" and depth == len(location)):
            path.append(part)
            free = False
    if problem["type"].startswith("union_tag"):
        return _Place((*path, discriminator), (), tuple(sorted(sections)))
    return _Place(tuple(path), tuple(sections[""].model_fields) if "" in sections else ())


def _sections(options: tuple[Any, ...], discriminator: str) -> dict[str, type[BaseModel]]:
    """The models that a key may have: by the tag that tells them apart, or by "" where there is only one."""
    models = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
    if not discriminator:
        return {"": models[0]} if models else {}
    return {tag: model for model in models for tag in get_args(model.model_fields[discriminator].annotation)}


def _rule(problem: Mapping[str, Any], place: _Place) -> str:
    key = f'key "{".".join(place.path)}"'
    kind, value = problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        meant = suggestion(place.path[-1], place.known)
        return f"{key} is not known{meant}{'' if meant.endswith('?') else '.'}"
    if kind == "missing":
        return f"{key} is missing."
    if place.tags:
        given = value.get(place.path[-1]) if isinstance(value, dict) else None
        listed = ", ".join(f'"{name}"' for name in place.tags)
        return f"{key} must be one of {listed}, but is {'missing' if given is None else show(given)}."
    if kind == "value_error":
        return problem["ctx"]["error"].sentence(key)
    if kind == "greater_than_equal":
        return f"{key} must be at least {problem['ctx']['ge']}, but is {show(value)}."
    if kind == "less_than_equal":
        return f"{key} must be at most {problem['ctx']['le']}, but is {show(value)}."
    if kind == "literal_error":
        return f"{key} must be {problem['ctx']['expected']}, but is {show(value)}."
    return f"{key} {_RULES.get(kind, problem['msg'])}, but is {show(value)}."
