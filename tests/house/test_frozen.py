"""What a user holds cannot be changed under him: every public dataclass of the package is frozen."""

import dataclasses
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest

import nvprotocol


def public_dataclasses() -> Iterator[type]:
    """Those without an underscore in their path; what begins with one is a work space."""
    for module in pkgutil.walk_packages(nvprotocol.__path__, "nvprotocol."):
        if not any(part.startswith("_") for part in module.name.split(".")):
            for name, found in vars(import_module(module.name)).items():
                own = inspect.isclass(found) and found.__module__ == module.name and not name.startswith("_")
                if own and dataclasses.is_dataclass(found):
                    yield found


EVERY = list(public_dataclasses())


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_public_dataclass_is_frozen(kind: type) -> None:
    empty = object.__new__(kind)
    for field in dataclasses.fields(kind):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(empty, field.name, None)


def test_there_are_some() -> None:
    assert {"Estimate", "Conditional", "Device", "Schedule"} <= {kind.__name__ for kind in EVERY}
