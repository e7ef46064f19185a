"""Signatures of the public functions, as `help` prints them."""

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import nvprotocol as nv

LONGEST = 250
"""Characters of one annotation: a tuple of three arrays takes 240, NumPy's unrolled ArrayLike 340."""


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions, classes and methods of a module."""
    for name in getattr(module, "__all__", []):
        thing = getattr(module, name)
        if callable(thing):
            yield f"{module.__name__}.{name}", thing
        if inspect.isclass(thing):
            methods = inspect.getmembers(thing, inspect.isroutine)
            yield from ((f"{module.__name__}.{name}.{key}", each) for key, each in methods if not key.startswith("_"))


def test_signatures_show_aliases_by_name() -> None:
    modules = [nv, *(each for name in dir(nv) if inspect.ismodule(each := getattr(nv, name)))]
    seen, long = 0, {}
    for name, function in (each for module in modules for each in functions(module)):
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):  # of types that are written in C
            continue
        seen += 1
        annotations = [each.annotation for each in signature.parameters.values()]
        shown = [inspect.formatannotation(each) for each in (*annotations, signature.return_annotation)]
        if "numpy._typing" in str(signature) or max(map(len, shown)) > LONGEST:
            long[name] = max(shown, key=len)
    assert seen > 300
    assert not long


def test_an_array_argument_is_shown_as_such() -> None:
    assert "counts: nvprotocol._typing.ArrayLike," in str(inspect.signature(nv.tomography.estimate))
