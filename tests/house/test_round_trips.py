"""What is written is read back equal: values in TOML, exported circuits, experiment files, data of figures."""

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from repository import ROOT

from nvprotocol._toml import assignment, versioned
from nvprotocol.experiment import from_qasm, load, parse, to_qasm
from nvprotocol.experiment.portable import portable_text
from nvprotocol.paper.figures import PaperFigure, save
from nvprotocol.protocols import GALLERY

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.floats(allow_nan=False) | st.integers(-(2**63), 2**63 - 1) | st.booleans()
VALUES = st.recursive(
    TEXTS | NUMBERS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
TIMES = st.floats(1e-3, 1e3)


@given(VALUES)
def test_values_in_toml(value: Any) -> None:
    assert tomllib.loads(assignment("key", value)) == {"key": value}


@given(st.complex_numbers(allow_nan=False))
def test_couplings_in_toml(value: complex) -> None:
    assert complex(*tomllib.loads(assignment("key", value))["key"]) == value


@given(TEXTS)
def test_a_version_is_on_top_of_the_same_content(title: str) -> None:
    text = assignment("title", title)
    assert tomllib.loads(versioned(text, "device")) == {"title": title, "format_version": 1}


def operations(circuit: Any) -> list[tuple[Any, ...]]:
    return [
        (
            entry.operation.name,
            [float(one) for one in entry.operation.params],
            [circuit.find_bit(qubit).index for qubit in entry.qubits],
            [circuit.find_bit(bit).index for bit in entry.clbits],
        )
        for entry in circuit.data
        if entry.operation.name != "barrier"
    ]


@pytest.mark.slow
@settings(max_examples=20)
@given(
    st.sampled_from(["dissipative_entanglement", "exchange", "final_check", "monitored_bell", "echoed_bell", "ramsey"]),
    TIMES,
    st.integers(1, 4),
    st.floats(-7.0, 7.0),
)
def test_exported_circuits(
    tmp_path_factory: pytest.TempPathFactory, name: str, duration: float, number: int, phase: float
) -> None:
    known: dict[str, dict[str, Any]] = {
        "monitored_bell": {"checks": number},
        "echoed_bell": {"checks": number, "pulses": number},
        "ramsey": {"phase": phase},
    }
    given = {"duration": duration, **known.get(name, {})}
    file = tmp_path_factory.mktemp("exported") / "circuit.qasm"
    file.write_text(to_qasm(name, **given), encoding="utf-8")
    first, again = operations(GALLERY[name].circuit(**given)), operations(from_qasm(file))
    assert [(kind, qubits, bits) for kind, _, qubits, bits in again] == [
        (kind, qubits, bits) for kind, _, qubits, bits in first
    ]
    for (_, written, *_), (_, read, *_) in zip(first, again, strict=True):
        np.testing.assert_allclose(read, written, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["monitored_bell", "film_to_bell"])
def test_experiment_files_that_lean_on_no_other(name: str) -> None:
    experiment = load(ROOT / "circuits" / f"{name}.toml")
    assert parse(portable_text(experiment)).content == experiment.content


def test_experiment_files_with_what_they_lean_on_written_out(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(
        '[medium]\na = 2.0\nA = [0.5, -1.0]\n[device]\nname = "mine é"\ngate_ns = { sx = 20 }\n', encoding="utf-8"
    )
    (tmp_path / "mine.toml").write_text(
        'title = "τ"\n[device]\nbase = "base.toml"\nintrinsic_t1 = "5 ms"\n[protocol]\nname = "exchange"\n'
        '[scan]\nparameter = "protocol.duration"\nvalues = [1.0, "1500 ns"]\n',
        encoding="utf-8",
    )
    experiment = load(tmp_path / "mine.toml")
    again = parse(portable_text(experiment))
    left, right = (one.content.model_dump() for one in (experiment, again))
    for one in (left, right):
        one["device"].pop("base")
        one["scan"].pop("values")
    assert left == right
    assert again.scan.values.tolist() == experiment.scan.values.tolist()


@st.composite
def data_sets(draw: st.DrawFn) -> xarray.Dataset:
    sizes = {"time": draw(st.integers(1, 4)), "delta": draw(st.integers(1, 3))}
    coordinates = {name: np.sort(draw(_numbers(size, unique=True))) for name, size in sizes.items()}
    variables = {}
    for name in draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True)):
        axes = draw(st.sampled_from([("time",), ("delta", "time"), ("delta",)]))
        shape = tuple(sizes[axis] for axis in axes)
        variables[name] = (
            axes,
            np.reshape(draw(_numbers(math.prod(shape))), shape),
            {"long_name": draw(TEXTS_WRITTEN)},
        )
    return xarray.Dataset(
        variables, coordinates, {"title": draw(TEXTS_WRITTEN), "seed": draw(st.integers(0, 2**63 - 1))}
    )


def _numbers(size: int, *, unique: bool = False) -> st.SearchStrategy[list[float]]:
    floats = st.floats(-1e100, 1e100) if unique else st.just(math.nan) | st.floats(-1e300, 1e300)  # ten digits round up
    return st.lists(floats, min_size=size, max_size=size, unique=unique)


TEXTS_WRITTEN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10)


@settings(max_examples=25)
@given(data_sets())
def test_data_of_figures(tmp_path_factory: pytest.TempPathFactory, data: xarray.Dataset) -> None:
    figure = PaperFigure(title="t", caption="c", data=lambda *_: data, drawing=lambda _: Figure())
    made = save("fig1", figure, data, tmp_path_factory.mktemp("figure"), ["nc", "csv"])
    with xarray.open_dataset(made[0], engine="h5netcdf") as read:
        found = read.load()
    assert found.attrs.pop("format_version") == 1
    xarray.testing.assert_identical(found, data)
    for path in made[1:]:
        axes = path.name.split(".")[1].split("-")
        table = pd.read_csv(path, index_col=axes)
        for name in table.columns:
            expected = data[name].transpose(*axes).to_numpy().ravel()
            np.testing.assert_allclose(table[name].to_numpy(), expected, rtol=1e-9)
