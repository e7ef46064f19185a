"""A long computation, cut into chunks that know nothing of each other."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, function, mapping, show, text, whole_number
from nvprotocol._read_only import ReadOnlyDict, holds_read_only, protect
from nvprotocol.errors import ArgumentError

Arrays: TypeAlias = dict[str, NDArray[Any]]
"""What a chunk gives: named arrays of numbers or of texts, no objects."""

_FORMAT_VERSION = 1
"""Of chunks; those of any other version, of format or package, are not read."""
_FEWEST, _PARTS = 8, 16


@dataclass(frozen=True, eq=False)
@holds_read_only
class Work:
    """A long computation, cut into chunks that know nothing of each other.

    How it is cut must follow from what is asked alone, not from the number of workers or their speed: then every chunk
    gives the same bits wherever it is computed, and a run that was interrupted can be continued by any other.

    Attributes:
        kind: What is computed, in a word or two.
        asked: All that decides on the numbers, as JSON can hold it; complex numbers, arrays and objects that are their
            attributes are welcome.
        sizes: Number of points in each chunk.
        compute: From the number of a chunk to its arrays. Other processes get it pickled.

    Raises:
        ArgumentError: If one is not as described.

    Examples:
        >>> from nvprotocol.runs import Work, execute
        >>> squares = Work("squares", {"up to": 4}, (2, 2), lambda k: {"square": np.arange(2 * k, 2 * k + 2) ** 2})
        >>> [chunk["square"].tolist() for chunk in execute(squares)]
        [[0, 1], [4, 9]]
    """

    kind: str
    asked: Mapping[str, Any]
    sizes: tuple[int, ...]
    compute: Callable[[int], Arrays]

    def __post_init__(self) -> None:
        text(self.kind, "kind")
        mapping(self.asked, "asked", "names to what is asked")
        if not isinstance(self.sizes, tuple):
            fail("sizes", "be a tuple of whole numbers", f"is {show(self.sizes)} of type {type(self.sizes).__name__}")
        for size in self.sizes:
            whole_number(size, "sizes", minimum=0)
        function(self.compute, "compute")
        protect(self)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What is asked with the versions of package and chunk format, in JSON's own types."""
        return identity_of(self.kind, self.asked)

    @cached_property
    def key(self) -> str:
        """SHA-256 of `identity`: the name of the work. Nothing random is derived from it.

        Examples:
            >>> from nvprotocol.runs import Work
            >>> one, other = (Work("squares", {"up to": n}, (n,), lambda k: {}) for n in (4, 5))
            >>> len(one.key), one.key == other.key
            (64, False)
        """
        return _key(self.identity)


def identity_of(kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked with the versions of package and chunk format, in JSON's own types."""
    versions = {"nvprotocol": version("nvprotocol"), "format_version": _FORMAT_VERSION}
    said = json.dumps({"kind": kind, **versions, "asked": asked}, default=_plain)
    return json.loads(said, object_pairs_hook=ReadOnlyDict)


def key_of(kind: str, asked: Mapping[str, Any]) -> str:
    """The key of a work, from what is asked alone."""
    return _key(identity_of(kind, asked))


def _key(identity: Mapping[str, Any]) -> str:
    said = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def points_each(number: int, most: int) -> list[tuple[int, int]]:
    """Cuts a row of points into chunks: the first and last point of each, the last not included.

    A short row is cut into few chunks of at least eight points, a long one into as many as it takes for none to be
    larger than `most`; between, sixteen, so that there is something to share and to watch.

    Args:
        number: Number of points.
        most: Most points in a chunk.

    Raises:
        ArgumentError: If one is no whole number of at least 1.

    Examples:
        >>> from nvprotocol.runs import points_each
        >>> points_each(20, most=1000), len(points_each(1500, most=1000)), len(points_each(20_000, most=1000))
        ([(0, 8), (8, 16), (16, 20)], 16, 20)
    """
    number, most = whole_number(number, "number", minimum=1, maximum=10**9), whole_number(most, "most", minimum=1)
    size = min(max(-(-number // _PARTS), _FEWEST), most)
    return [(start, min(start + size, number)) for start in range(0, number, size)]


def _plain(value: object) -> Any:
    """What JSON has no form for."""
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if hasattr(value, "__dict__") and not callable(value):  # an object, by what it was made with
        kept = {name for name in vars(value) if isinstance(getattr(type(value), name, None), cached_property)}
        return {"of": type(value).__name__, **{name: one for name, one in vars(value).items() if name not in kept}}
    must = "be made of what JSON can hold, numbers, arrays and objects of such"
    raise ArgumentError("asked", must, f"has a {type(value).__name__}")
