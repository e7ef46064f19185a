"""What nobody writes to by accident, also after copying and unpickling: arrays, mappings, and objects that hold them.

NumPy keeps the flag that makes an array read-only neither in a pickle nor in a copy: what holds arrays sets it again.
"""

from functools import wraps
from typing import Any, NoReturn, TypeVar

import numpy as np

Class = TypeVar("Class", bound=type)
Value = TypeVar("Value")


class ReadOnlyDict(dict[str, Any]):
    """A dictionary that cannot be written to; unlike `types.MappingProxyType` it can be pickled, and is a `dict`.

    Examples:
        >>> from nvprotocol._read_only import ReadOnlyDict
        >>> ReadOnlyDict(sx=20.0) | {"x": 40.0}
        {'sx': 20.0, 'x': 40.0}
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("This mapping is read-only; make a dict of it to change it.")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse  # pyright: ignore[reportAssignmentType]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


def read_only(value: Value) -> Value:
    """The value with no array or dictionary in it that can be written to; an array is seen, not copied.

    Examples:
        >>> from nvprotocol._read_only import read_only
        >>> read_only(np.zeros(2)).flags.writeable
        False
    """
    if isinstance(value, np.ndarray) and value.flags.writeable:
        seen = value.view()
        seen.flags.writeable = False
        return seen
    if type(value) in (dict, ReadOnlyDict):  # also one that was copied, with arrays in it
        return ReadOnlyDict({key: read_only(one) for key, one in value.items()})  # pyright: ignore[reportReturnType, reportAttributeAccessIssue]
    if type(value) is tuple:
        return tuple(read_only(one) for one in value)  # pyright: ignore[reportReturnType]
    return value


def holds_read_only(cls: Class) -> Class:
    """Makes what the instances of a class hold read-only: once made, copied, or unpickled.

    For dataclasses (this decorator below that of the dataclass), named tuples and plain classes. A class that has its
    own `__init__` or `__post_init__` calls `protect` at the end of it. What a `cached_property` computes is for itself
    to protect.

    Examples:
        >>> from typing import NamedTuple
        >>> from nvprotocol._read_only import holds_read_only
        >>> @holds_read_only
        ... class Limits(NamedTuple):
        ...     low: np.ndarray
        >>> Limits(np.zeros(2)).low.flags.writeable
        False
    """
    if issubclass(cls, tuple):
        return _tuple(cls)
    if not {"__init__", "__post_init__"} & vars(cls).keys():
        cls.__post_init__ = protect  # pyright: ignore[reportAttributeAccessIssue]
    cls.__setstate__ = _restore  # pyright: ignore[reportAttributeAccessIssue]
    return cls


def protect(made: object) -> None:
    """Makes what an object holds read-only, as it is made."""
    _restore(made, vars(made))


def _restore(made: object, state: dict[str, Any]) -> None:
    for name, value in list(state.items()):  # frozen dataclasses refuse to set an attribute
        vars(made)[name] = read_only(value)


def _tuple(cls: Any) -> Any:
    make = cls.__new__

    @wraps(make)
    def __new__(own: Any, *args: Any, **kwargs: Any) -> Any:
        made = make(own, *args, **kwargs)
        return tuple.__new__(own, [read_only(one) for one in made])

    cls.__new__ = __new__
    cls._make = classmethod(lambda own, values: own(*values))  # which `_replace` calls
    return cls
