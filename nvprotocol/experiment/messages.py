"""One line for what is wrong with an experiment file: file, line, key, rule and value."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from nvprotocol._checks import show
from nvprotocol.experiment.schema import PROTOCOLS, ExperimentFile
from nvprotocol.experiment.source import line_of, suggestion

_RULES = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
    "model_type": "must be a section with keys",
    "model_attributes_type": "must be a section with keys",
    "is_instance_of": "must be a number, or [real, imaginary]",
    "finite_number": "must be finite",
    "too_short": "must not be empty",
}


def in_file(source: str, text: str, path: tuple[str, ...], message: str) -> str:
    """The message with the name of the file and the line of the key in front."""
    return f"{source}, line {line_of(text, path)}: {' '.join(message.split())}"


def of_validation(error: ValidationError, text: str, source: str) -> str:
    """The first thing that is wrong; a key that is not known before all else, since it explains what is missing."""
    problems = error.errors()
    problem = next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])
    path = _path(problem)
    return in_file(source, text, path, _rule(problem, path))


def _path(problem: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys down to the problem, without list positions and the tags that tell protocols and types apart."""
    if problem["type"].startswith("union_tag"):
        return ("protocol", "name")
    keys = [key for key in problem["loc"] if isinstance(key, str)]
    if len(keys) > 1 and keys[0] == "protocol" and keys[1] in PROTOCOLS:
        del keys[1]
    if problem["type"] == "extra_forbidden":  # ends with the key itself, whatever it is called
        return tuple(keys)
    return tuple(key for key in keys if key not in ("float", "str") and not key.startswith("function-"))


def _rule(problem: Mapping[str, Any], path: tuple[str, ...]) -> str:
    key = f'key "{".".join(path)}"'
    kind, value = problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        return f"{key} is not known{suggestion(path[-1], _known(problem['loc'][:-1]))}"
    if kind == "missing":
        return f"{key} is missing."
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        given = value.get("name") if isinstance(value, dict) else None
        listed = ", ".join(f'"{name}"' for name in PROTOCOLS)
        return f"{key} must be one of {listed}, but is {'missing' if given is None else show(given)}."
    if kind == "value_error":
        return f"{key} must {str(problem['ctx']['error']).split(' must ', 1)[-1]}"
    if kind == "greater_than_equal":
        return f"{key} must be at least {problem['ctx']['ge']}, but is {show(value)}."
    if kind == "less_than_equal":
        return f"{key} must be at most {problem['ctx']['le']}, but is {show(value)}."
    if kind == "literal_error":
        return f"{key} must be {problem['ctx']['expected']}, but is {show(value)}."
    return f"{key} {_RULES.get(kind, problem['msg'])}, but is {show(value)}."


def _known(location: tuple[int | str, ...]) -> list[str]:
    """The keys that the section at a location may have."""
    model: type[BaseModel] = ExperimentFile
    for key in location:
        if key in PROTOCOLS:
            model = PROTOCOLS[key]
        elif isinstance(key, str) and key != "protocol":
            annotation = model.model_fields[key].annotation
            options = [annotation, *getattr(annotation, "__args__", ())]
            model = next(option for option in options if isinstance(option, type) and issubclass(option, BaseModel))
    return list(model.model_fields)
