"""Type aliases that signatures show by name, as `help` prints them."""

from typing import TYPE_CHECKING, NewType

__all__ = ["ArrayLike"]

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
else:
    # NumPy's alias is a union of seven types, which Python writes out for every argument: 3000 characters for some.
    ArrayLike = NewType("ArrayLike", object)
