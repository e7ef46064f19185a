"""What an input says beside its numbers is heeded or refused: masks, units, labels."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas
import pytest
import xarray

import nvprotocol as nv
from nvprotocol.errors import ArgumentError


class Metre(np.ndarray):
    """An array that knows its unit, as those of astropy and pint do."""

    @property
    def unit(self) -> str:
        return "m"


PAIR = nv.Medium.pair()
EQUATION = nv.MasterEquation(PAIR)
FILM = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
IDENTITY = np.eye(2)
TABLE = -1j * np.exp(-np.arange(6) / 5)[None]
TAKES: dict[str, tuple[Callable[[Any], object], Any]] = {
    "pair": (lambda a: nv.Medium.pair(a=a), np.ones(3)),
    "block": (lambda block: nv.Medium(relaxation=block), IDENTITY),
    "detuning": (lambda detuning: nv.MasterEquation(PAIR, detuning), np.ones(3)),
    "times": (lambda times: EQUATION.evolve("ud", times), np.arange(3.0)),
    "ket": (lambda ket: EQUATION.evolve(ket, [1.0]), np.array([1.0, 0, 0, 0])),
    "state": (lambda rho: EQUATION.evolve(rho, [1.0]), np.eye(4) / 4),
    "concurrence": (nv.concurrence, np.eye(4) / 4),
    "fidelity": (lambda rho: nv.operators.fidelity(rho, "ud"), np.eye(4) / 4),
    "closed form": (lambda t: nv.closed_form.conditional_concurrence(t, 0.9), np.ones(3)),
    "counts": (nv.tomography.estimate, np.full((9, 4), 250)),
    "readout": (lambda readout: nv.Device(EQUATION, readout=readout), np.array([[0.9, 0.2], [0.1, 0.8]])),
    "readout of counts": (
        lambda readout: nv.tomography.estimate(np.full((9, 4), 250), readout=readout),
        np.array([[0.9, 0.2], [0.1, 0.8]]),
    ),
    "lifetimes": (lambda t1: nv.Device(EQUATION, intrinsic_t1_us=t1), np.array([1.0, np.inf])),
    "crosstalk": (lambda crosstalk: nv.device.Control(crosstalk=crosstalk), IDENTITY),
    "separations": (lambda r: FILM.medium(r, height_nm=10.0, frequency_ghz=2.87), np.array([50.0, 60.0])),
    "table": (lambda green: nv.magnets.Tabulated([2.87], 10.0 * np.arange(6), green=green), TABLE),
    "axis of a table": (lambda r: nv.magnets.Tabulated([2.87], r, green=TABLE), 10.0 * np.arange(6)),
    "proportion": (lambda k: nv.tomography.clopper_pearson(k, 10), np.array([1, 2])),
    "superoperator": (nv.channels.Channel, np.eye(4)),
}


@pytest.mark.parametrize("name", TAKES)
def test_masked_entries_are_refused(name: str) -> None:
    """`numpy.asarray` would take the number below the mask."""
    call, good = TAKES[name]
    call(np.ma.masked_array(good))  # nothing is masked
    mask = np.zeros(good.shape, dtype=bool)
    mask.flat[0] = True
    with pytest.raises(ArgumentError, match=r"must be without masked entries, but has 1 of them"):
        call(np.ma.masked_array(good, mask))
    if good.ndim:
        with pytest.raises(ArgumentError, match=r"must be without masked entries, but has 1 of them"):
            call(list(np.ma.masked_array(good[None], mask[None])) if good.ndim > 1 else [*good[1:], np.ma.masked])


@pytest.mark.parametrize("name", TAKES)
def test_quantities_with_a_unit_are_refused(name: str) -> None:
    """An array of astropy or pint in metres would be taken for one in house units."""
    call, good = TAKES[name]
    with pytest.raises(ArgumentError, match=r"must be plain numbers, .* but is a Metre with a unit"):
        call(good.view(Metre))


@pytest.mark.parametrize("name", TAKES)
def test_a_boolean_among_numbers_is_refused(name: str) -> None:
    call, value = TAKES[name]
    rows = np.asarray(value).tolist()
    first = rows
    while isinstance(first[0], list):
        first = first[0]
    first[0] = True
    with pytest.raises(ArgumentError, match=r"must be numeric, but contains True\.$"):
        call(rows)


@pytest.mark.parametrize(
    ("readout", "total"),
    [([[0.1, 0.9], [0.9, 0.1]], "1.8"), ([np.eye(2), [[0.4, 0.5], [0.6, 0.5]]], "1.1")],
    ids=["both", "one"],
)
def test_readouts_worse_than_chance_are_refused(readout: Any, total: str) -> None:
    """Fidelities that were given as errors would make a fine matrix, and a state with its outcomes exchanged."""
    with pytest.raises(ArgumentError, match=rf"must have P\(1\|0\) \+ P\(0\|1\) of at most 1, .* they are {total}"):
        nv.tomography.estimate(np.full((9, 4), 250), readout=readout)


def labelled(kind: str, settings: list[str], outcomes: list[Any]) -> Any:
    counts = np.array([[500, 0, 0, 500], [500, 0, 0, 500]])
    if kind == "pandas":
        return pandas.DataFrame(counts, settings, outcomes)
    coordinates = {"setting": settings, "outcome": [str(one) for one in outcomes]}
    return xarray.DataArray(counts, coordinates, ("setting", "outcome"))


@pytest.mark.parametrize("kind", ["pandas", "xarray"])
def test_labels_of_a_table_must_be_those_it_is_read_by(kind: str) -> None:
    """An array has no labels; those of a table that has some would be dropped."""
    settings, outcomes = ["ZZ", "XX"], ["00", "01", "10", "11"]
    for right in (labelled(kind, settings, outcomes), labelled(kind, settings, [0, 1, 10, 11])):
        found = nv.tomography.estimate(right, settings)
        assert found.state.shape == (4, 4)
    with pytest.raises(ArgumentError, match='have its rows in the order ZZ, XX, but has "XX" in place of "ZZ"'):
        nv.tomography.estimate(labelled(kind, settings[::-1], outcomes), settings)
    with pytest.raises(ArgumentError, match='columns in the order 00, 01, 10, 11, but has "11" in place of "00"'):
        nv.tomography.estimate(labelled(kind, settings, outcomes[::-1]), settings)
