"""What a laboratory has of one circuit: counts of its readings, photons, or an average with its error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import MOST_SHOTS, fail, mapping, real_number, show, texts, whole_number
from nvprotocol.inference.likelihood import Averaged, Counted, Family

Real = NDArray[np.float64]

DISCARDED = "discarded"
"""Key of the runs that were not kept, in a table of counts that does not list their readings."""


@dataclass(frozen=True)
class Cells:
    """The readings of a circuit that a run which is kept may have.

    Attributes:
        registers: Sizes of the classical registers, the last first, as Qiskit writes them.
        bits: Indices of the bits that are measured and not postselected, the lowest first.
        keep: Index of a postselected bit → what is kept.
    """

    registers: tuple[int, ...]
    bits: tuple[int, ...]
    keep: Mapping[int, int]

    @property
    def size(self) -> int:
        """How many they are."""
        return 2 ** len(self.bits)

    @property
    def example(self) -> str:
        """What a reading looks like."""
        return " ".join("0" * size for size in self.registers)

    def place(self, reading: object, of: str) -> int | None:
        """The number of a reading written as Qiskit does; None of one that is discarded.

        Raises:
            ArgumentError: If it is no such text.
        """
        plain = reading.replace(" ", "") if isinstance(reading, str) else ""
        if len(plain) != sum(self.registers) or set(plain) - {"0", "1"}:
            fail(of, f"have readings like {show(self.example)} as keys", f"has {show(reading)}")
        value = [int(one) for one in reversed(plain)]
        if any(value[bit] != kept for bit, kept in self.keep.items()):
            return None
        return sum(value[bit] << position for position, bit in enumerate(self.bits))

    def name(self, place: int) -> str:
        """What the bits of a reading are that are not postselected, the highest first."""
        return format(place, f"0{len(self.bits)}b") if self.bits else "kept"


class Reading:
    """What was measured with one circuit. Expectations are linear in the probabilities of its readings."""


@dataclass(frozen=True)
class Counts(Reading):
    """Numbers of runs by reading.

    Attributes:
        numbers: Reading, as `get_counts` writes it → number of runs; "discarded" for those not kept.
    """

    numbers: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Expected(Reading):
    """What a model expects of a table of counts: numbers that need not be whole.

    Attributes:
        numbers: Of every reading that is kept, and of the runs that are not if these are known.
    """

    numbers: Real


@dataclass(frozen=True)
class Events(Reading):
    """How many runs read one of some readings, out of how many: a table of counts that has been summed up.

    Attributes:
        number: Runs with one of the readings.
        shots: Runs that are kept, with these and with other readings.
        readings: The readings, as `get_counts` writes them.
        discarded: Runs that are not kept; None where that is not known, or nothing is postselected.

    Raises:
        ArgumentError: If a number is not whole or negative, there are more events than runs, or no reading is named.

    Examples:
        >>> nv.inference.Events(312, shots=1000, readings=("01", "10"))
        Events(number=312, shots=1000, readings=('01', '10'), discarded=None)
    """

    number: int
    shots: int
    readings: tuple[str, ...]
    discarded: int | None = None

    def __post_init__(self) -> None:
        whole_number(self.shots, "shots", minimum=1, maximum=MOST_SHOTS)
        whole_number(self.number, "number", minimum=0, maximum=self.shots)
        object.__setattr__(self, "readings", texts(self.readings, "readings"))
        if not self.readings:
            fail("readings", "name at least one", "names none")
        if self.discarded is not None:
            whole_number(self.discarded, "discarded", minimum=0, maximum=MOST_SHOTS)


@dataclass(frozen=True)
class Photons(Reading):
    r"""Photons counted over many runs in which one qubit is read out optically, or by its charge.

    Those of one run are Poisson with the mean `bright` or `dark`, so that their sum over n runs has the mean
    n (b p₀ + d p₁) and the variance n (b p₀ + d p₁ + p₀ p₁ (b − d)²): where a run gives many photons, as with the
    charge, most of the scatter is that of the readings. It is taken from the number itself, and the likelihood is that
    of a Poisson number with the same relative scatter.

    Attributes:
        number: Photons altogether.
        shots: Runs that are kept.
        bright: Photons a run of the reading 0, background included.
        dark: Photons a run of the reading 1.
        bit: Which of the circuit's bits tells the two apart.

    Raises:
        ArgumentError: If a number is negative or not whole, or the readings are equally bright.

    Examples:
        >>> nv.inference.Photons(2612, shots=100_000, bright=0.03, dark=0.02)
        Photons(number=2612, shots=100000, bright=0.03, dark=0.02, bit=0)
    """

    number: int
    shots: int
    bright: float
    dark: float
    bit: int = 0

    def __post_init__(self) -> None:
        whole_number(self.number, "number", minimum=0, maximum=MOST_SHOTS)
        whole_number(self.shots, "shots", minimum=1, maximum=MOST_SHOTS)
        for name in ("bright", "dark"):
            real_number(getattr(self, name), name, minimum=0.0)
        if self.bright == self.dark:
            fail("dark", "differ from `bright`", f"is {show(self.dark)}, too")
        whole_number(self.bit, "bit", minimum=0)

    @property
    def scatter(self) -> float:
        """Variance over mean of the number, at the population that it speaks of itself."""
        mean = self.number / self.shots
        bright = min(max((mean - self.dark) / (self.bright - self.dark), 0.0), 1.0)
        expected = self.bright * bright + self.dark * (1 - bright)
        if not expected:
            return 1.0
        return 1 + bright * (1 - bright) * (self.bright - self.dark) ** 2 / expected


@dataclass(frozen=True)
class Average(Reading):
    """An average of readings over the runs that are kept with its standard error, taken as normal.

    It tells less than the counts it came from.

    Attributes:
        value: The average of a number that readings have.
        error: Its standard error.
        weights: Reading → its number, the others 0; by default 1 for readings that end on "0", the population of |↑⟩.

    Raises:
        ArgumentError: If one is no number, or the error not positive.

    Examples:
        >>> nv.inference.Average(0.62, 0.01)
        Average(value=0.62, error=0.01, weights=None)
    """

    value: float
    error: float
    weights: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        real_number(self.value, "value")
        if not real_number(self.error, "error", minimum=0.0):
            fail("error", "be positive", "is 0")
        if self.weights is not None:
            mapping(self.weights, "weights", "readings to numbers")


def reading_of(given: object, of: str) -> Reading:
    """What was measured with a circuit, from what a user gives.

    Raises:
        ArgumentError: If it is none of these.
    """
    if isinstance(given, Reading):
        return given
    if not isinstance(given, Mapping):
        fail(of, "be a dict of readings to numbers, Photons or an Average", f"is of type {type(given).__name__}")
    return Counts(dict(given))


@singledispatch
def rows(reading: Reading, cells: Cells, of: str, *, discarded: bool) -> tuple[Real, Family]:
    """The matrix from probabilities of kept readings and of being discarded to expectations, and their family.

    Args:
        reading: What was measured.
        cells: The readings that there are.
        of: What the counts of this circuit are called in errors.
        discarded: Whether runs that were not kept are known.

    Raises:
        ArgumentError: If a reading is none of the circuit's, or a number none of runs.
    """
    raise AssertionError(f"Nothing is known of {reading}, {cells}, {of}, {discarded}.")


@rows.register
def _(reading: Counts, cells: Cells, of: str, *, discarded: bool) -> tuple[Real, Family]:
    """One row for each reading, and one for the runs that were not kept, if they are known."""
    table = np.zeros(cells.size + 1)
    for key, number in reading.numbers.items():
        count = whole_number(number, f"{of}[{key!r}]", minimum=0, maximum=MOST_SHOTS)
        place = None if key == DISCARDED and cells.keep else cells.place(key, of)
        table[-1 if place is None else place] += count
    if not cells.keep or not discarded:
        table = table[:-1]
    if not table.sum():
        fail(of, "hold at least one run", "holds none" if not cells.keep else "holds none that is kept or counted")
    return np.eye(table.size, cells.size + 1) * table.sum(), Counted(table)


@rows.register
def _(reading: Expected, cells: Cells, of: str, *, discarded: bool) -> tuple[Real, Family]:  # noqa: ARG001  # is ours
    numbers = reading.numbers if cells.keep and discarded else reading.numbers[: cells.size]
    return np.eye(numbers.size, cells.size + 1) * numbers.sum(), Counted(numbers)


@rows.register
def _(reading: Photons, cells: Cells, of: str, *, discarded: bool) -> tuple[Real, Family]:
    _require_kept_runs(cells, of, "photons", discarded=discarded)
    weights = np.append(_by_bit(cells, reading.bit, of, (reading.bright, reading.dark)), 0.0)
    scatter = reading.scatter
    return reading.shots / scatter * weights[None], Counted(np.array([reading.number / scatter]))


@rows.register
def _(reading: Events, cells: Cells, of: str, *, discarded: bool) -> tuple[Real, Family]:
    """One row for the runs with one of the readings, one for the others, and one for those not kept, if known."""
    chosen = np.zeros(cells.size)
    for one in reading.readings:
        place = cells.place(one, of)
        if place is None:
            fail(of, "be of readings that are kept", f"is of {show(one)}")
        chosen[place] = 1.0
    if chosen.all():
        fail(of, "leave out a reading", "is of all that there are")
    numbers = [reading.number, reading.shots - reading.number]
    matrix = np.hstack([np.array([chosen, 1 - chosen]), np.zeros((2, 1))])
    if reading.discarded and not cells.keep:
        fail(of, "tell of no discarded runs where nothing is postselected", f"tells of {reading.discarded}")
    if cells.keep and discarded:
        if reading.discarded is None:
            fail(of, 'say how many runs were discarded (or fit with discarded="unknown")', "does not")
        numbers, matrix = [*numbers, reading.discarded], np.vstack([matrix, np.eye(cells.size + 1)[-1]])
    return sum(numbers) * matrix, Counted(np.array(numbers, dtype=float))


@rows.register
def _(reading: Average, cells: Cells, of: str, *, discarded: bool) -> tuple[Real, Family]:
    _require_kept_runs(cells, of, "an average", discarded=discarded)
    if reading.weights is None:
        weights = _by_bit(cells, 0, of, (1.0, 0.0))
    else:
        weights, given = np.zeros(cells.size), set[int]()
        for key, weight in reading.weights.items():
            place = cells.place(key, of)
            if place is None or place in given:
                must = "be averages of readings that are kept, each with one weight"
                fail(of, must, f"weighs {show(key)}{'' if place is None else ' twice'}")
            given.add(place)
            weights[place] = real_number(weight, f"{of}[{key!r}]")
    return np.append(weights, 0.0)[None], Averaged(np.array([reading.value]), np.array([reading.error]))


def names_of_rows(reading: Reading, cells: Cells, *, discarded: bool) -> list[str]:
    """What each row is called."""
    if isinstance(reading, Counts | Expected):
        return [cells.name(k) for k in range(cells.size)] + ([DISCARDED] if cells.keep and discarded else [])
    if isinstance(reading, Events):
        return [" or ".join(reading.readings), "others"] + ([DISCARDED] if cells.keep and discarded else [])
    return ["photons" if isinstance(reading, Photons) else "average"]


def _require_kept_runs(cells: Cells, of: str, what: str, *, discarded: bool) -> None:
    """Refuses a number that does not tell how many runs were discarded, where that is what is asked."""
    if cells.keep and discarded:
        fail(of, 'tell how many runs were discarded (or be fitted with discarded="unknown")', f"is {what} of kept runs")


def _by_bit(cells: Cells, bit: int, of: str, values: Sequence[float]) -> Real:
    """Numbers of all readings that depend on one bit."""
    if bit not in cells.bits:
        fail(of, "be of a bit that the circuit measures and does not postselect", f"is of bit {bit}")
    position = cells.bits.index(bit)
    return np.array([values[place >> position & 1] for place in range(cells.size)])
