"""Where a medium comes from: what was computed, in which approximation, and how far it can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import batch_shape, fail, instance, selected, show, whole_numbers
from nvprotocol._read_only import holds_read_only
from nvprotocol._text_table import aligned

__all__ = ["Note", "Number", "Provenance"]


@holds_read_only
class Number(NamedTuple):
    """An input of a medium, or a number computed with it.

    Attributes:
        value: The values, shape () or one that broadcasts to the batch shape of the medium.
        unit: Unit, empty for a pure number.

    Examples:
        >>> from nvprotocol.medium import Number
        >>> str(Number(np.array(2.87), "GHz"))
        '2.87 GHz'
    """

    value: NDArray[np.float64]
    unit: str = ""

    def __str__(self) -> str:
        low, high = show(float(np.min(self.value))), show(float(np.max(self.value)))
        return f"{low if low == high else f'{low} … {high}'} {self.unit}".strip()


class Note(NamedTuple):
    """A remark with its numbers.

    Attributes:
        text: One sentence.
        serious: Whether the theory no longer holds well; such a note is also given as a `ValidityWarning`.

    Examples:
        >>> from nvprotocol.medium import Note
        >>> Note("The detour a·r/v_g is 0.02.", serious=True).serious
        True
    """

    text: str
    serious: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
@holds_read_only
class Provenance:
    """What a medium was computed from. It has no part in the physics: two media with the same rates act alike.

    Attributes:
        source: The magnet, in words.
        approximation: What was computed and what was left out.
        numbers: Numbers by their names.
        notes: Remarks, validity warnings first.

    Examples:
        >>> from nvprotocol.medium import Provenance
        >>> print(Provenance(source="a table", approximation="interpolated"))
        from       a table
                   interpolated
    """

    source: str
    approximation: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def at(self, index: object, batch: tuple[int, ...]) -> "Provenance":
        """The provenance of a part of a batch, selected as NumPy selects from an array of that batch shape.

        Args:
            index: What stands between the brackets.
            batch: Batch shape of the medium. Notes were written for the whole of it, and now say so.

        Examples:
            >>> from nvprotocol.medium import Number, Provenance
            >>> whole = Provenance(source="", approximation="", numbers={"r": Number(np.array([1.0, 2.0]), "nm")})
            >>> str(whole.at(1, (2,)).numbers["r"])
            '2 nm'
        """
        batch = whole_numbers(batch, "batch", minimum=0)
        for name, number in self.numbers.items():
            if batch_shape(0, batch=np.broadcast_to(0.0, batch), **{name: np.asarray(number.value)}) != batch:
                fail("batch", f"be one that {name} of shape {np.shape(number.value)} broadcasts to", f"is {batch}")
        chosen = {
            name: Number(selected(np.broadcast_to(number.value, batch), index), number.unit)
            for name, number in self.numbers.items()
        }
        mark = "" if not batch else "Of the batch it is a part of: "
        notes = tuple(Note(mark * (not note.text.startswith(mark)) + note.text, note.serious) for note in self.notes)
        return replace(self, numbers=chosen, notes=notes)

    @staticmethod
    def joined(first: "Provenance | None", second: "Provenance | None") -> "Provenance | None":
        """The provenance of a sum of two media: what is known of both.

        No number is lost: where both have one of the same name, that of the second is called "name (2)", and so on.

        Examples:
            >>> from nvprotocol.medium import Provenance
            >>> one = Provenance(source="a table", approximation="interpolated")
            >>> Provenance.joined(one, None) is one, Provenance.joined(one, one).source
            (True, 'a table; and a table')
        """
        if first is None or second is None:
            return second if first is None else instance(first, "first", Provenance)
        instance(first, "first", Provenance), instance(second, "second", Provenance)
        numbers = dict(first.numbers)
        for name, number in second.numbers.items():
            free = (f"{name} ({k})" for k in range(2, 3 + len(numbers)) if f"{name} ({k})" not in numbers)
            numbers[next(free) if name in numbers else name] = number
        return Provenance(
            source=f"{first.source}; and {second.source}",
            approximation=f"{first.approximation}; and {second.approximation}",
            numbers=numbers,
            notes=first.notes + second.notes,
        )

    def __str__(self) -> str:
        rows = ["from", "", *self.numbers, *("warning" if note.serious else "note" for note in self.notes)]
        texts = [self.source, self.approximation, *map(str, self.numbers.values()), *(note.text for note in self.notes)]
        return "\n".join(aligned(zip(rows, texts, strict=True), least=10, width=118))
