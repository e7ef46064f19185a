"""`nvprotocol tomography`: what it prints is what `estimate` finds, and an error is one line and exit code 2."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.cli import main
from nvprotocol.cli._tomography import _all_measured, _fixed_elements
from nvprotocol.tomography.files import read_counts, write_counts

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.95), 0.3)
STATE = EQUATION.evolve("ud", [1.5])[0]
READOUT = np.array([[[0.98, 0.06], [0.02, 0.94]], [[0.97, 0.03], [0.03, 0.97]]])
PAIRS = "[readout]\nerrors = [[0.02, 0.06], [0.03, 0.03]]\n"
MATRICES = "[readout]\nmatrix = [[[0.98, 0.06], [0.02, 0.94]], [[0.97, 0.03], [0.03, 0.97]]]\n"
JOINT = f"[readout]\nmatrix = {np.kron(READOUT[1], READOUT[0]).round(12).tolist()}\n"
NAMES = ("psi-", "psi+", "phi-", "phi+")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory with a table of counts, read with errors."""
    monkeypatch.chdir(tmp_path)
    counts = nv.tomography.sample(STATE, 1000, 3, readout=np.kron(READOUT[1], READOUT[0]))
    write_counts("counts.csv", counts, nv.tomography.PAULI)
    (tmp_path / "readout.toml").write_text(PAIRS)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What a command prints that ends well."""
    with pytest.raises(SystemExit) as caught:
        main(["tomography", *map(str, arguments)])
    printed = capsys.readouterr()
    assert (caught.value.code, printed.err) == (0, "")
    return printed.out


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The one line on stderr of a command that fails with exit code 2 and prints nothing else."""
    with pytest.raises(SystemExit) as caught:
        main(["tomography", *map(str, arguments)])
    printed = capsys.readouterr()
    assert (caught.value.code, printed.out) == (2, "")
    assert printed.err.count("\n") == 1
    return printed.err.removesuffix("\n").removeprefix("nvprotocol: ")


def test_two_at_once_end_in_one_result(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draw, others = nv.plotting.density_matrix_figure, []

    def meanwhile(state: np.ndarray) -> Any:
        if not others:
            others.append("begun")
            others[:] = [ran(capsys, "counts.csv")]
        return draw(state)

    monkeypatch.setattr("nvprotocol.plotting.density_matrix_figure", meanwhile)
    assert ran(capsys, "counts.csv") == others[0]
    assert [path.name for path in (folder / "results").iterdir()] == ["counts"]


def test_the_same_again_shows_the_result(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = ran(capsys, "counts.csv")
    again = ran(capsys, "counts.csv")
    assert again.splitlines()[:-1] == first.splitlines()[:-1]
    assert again.splitlines()[-1].startswith("Nothing was left to do")
    assert "already holds a result" in error_of(capsys, "counts.csv", "--level", "0.9")


def words(line: str) -> str:
    return " ".join(line.split())


def expected_lines(counts: Any, arguments: dict[str, Any], shots: int | None = None, level: float = 0.95) -> list[str]:
    """The lines of numbers, from the functions that compute them."""
    arguments = {**arguments, "calibration_shots": shots}
    found = nv.tomography.estimate(counts, level=level, **arguments)
    least, value, most = found.entanglement_of_formation
    lines = ["concurrence C {:.4f} {:.4f}–{:.4f}".format(found.concurrence, *found.interval)]
    lines += [f"entanglement of formation (ebit) {value:.4f} {least:.4f}–{most:.4f}"]
    for name in NAMES:
        low, high = nv.tomography.fidelity_interval(counts, name, level=level, **arguments)
        lines += [f"fidelity with {name} {found.fidelity(name):.4f} {low:.4f}–{high:.4f}"]
    bound = nv.tomography.concurrence_bound(counts, level=0.99, **arguments)
    p = nv.tomography.separable_p_value(counts, **arguments)
    lines += [f"Entanglement certified at 99 %: C > {bound:.4f} (p-value of separable states {p:.2g})"]
    return [*lines, f"p-value of the model: {found.p_value:.2g}"]


@pytest.mark.slow
@pytest.mark.parametrize("text", [PAIRS, MATRICES, JOINT], ids=["pairs", "matrices", "joint"])
@pytest.mark.parametrize("ansatz", ["full", "X"])
def test_it_prints_what_estimate_finds(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, ansatz: str
) -> None:
    (folder / "readout.toml").write_text(text)
    printed = ran(capsys, "counts.csv", "--readout", "readout.toml", "--ansatz", ansatz, "--level", "0.9")
    counts, settings = read_counts("counts.csv")
    arguments = {"settings": settings, "readout": READOUT, "ansatz": ansatz}
    lines = [words(line) for line in printed.splitlines()]
    assert not set(expected_lines(counts, arguments, level=0.9)) - set(lines)
    assert lines[-1] == f"Figure and table are in {Path('results', 'counts')}."
    state = nv.tomography.estimate(counts, **arguments).state
    for label, row in zip(("↑↑ 00", "↓↑ 01", "↑↓ 10", "↓↓ 11"), state, strict=True):
        (shown,) = [line.split()[2:] for line in lines if line.startswith(label) and len(line.split()) == 6]
        np.testing.assert_allclose([complex(one.replace("i", "j")) for one in shown], row, atol=0.000708)


@pytest.mark.slow
def test_what_it_leaves(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = ran(capsys, "counts.csv", "--output", "mine")
    target = folder / "mine"
    assert {path.name for path in target.iterdir()} == {"figure.pdf", "figure.png", "table.txt"}
    assert {path.name for path in folder.iterdir()} == {"counts.csv", "readout.toml", "mine"}
    assert (target / "figure.pdf").read_bytes().startswith(b"%PDF")
    assert (target / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert printed == (target / "table.txt").read_text(encoding="utf-8") + "Figure and table are in mine.\n"
    message = f"The output folder {target} already holds a result; give --force to replace it."
    assert error_of(capsys, "counts.csv", "-o", "mine", "--ansatz", "X") == message
    assert ran(capsys, "counts.csv", "-o", "mine", "--force") == printed
    foreign = f"The output folder {folder} is not replaced: it holds other things, such as counts.csv."
    assert error_of(capsys, "counts.csv", "-o", ".", "-f") == foreign


@pytest.mark.slow
def test_five_settings_in_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = nv.tomography.sample(STATE, 1000, 3, settings=nv.tomography.U1)
    write_counts("five.json", counts, nv.tomography.U1)
    lines = [words(line) for line in ran(capsys, "five.json", "--ansatz", "X").splitlines()]
    assert lines[0] == "five.json: 5000 shots in 5 of 5 settings, X ansatz: a state that commutes with the total σᶻ"
    assert not set(expected_lines(counts, {"settings": nv.tomography.U1, "ansatz": "X"})) - set(lines)
    lines = [words(line) for line in ran(capsys, "five.json", "-o", "full").splitlines()]
    low, high = nv.tomography.concurrence_interval(counts, settings=nv.tomography.U1)[:2]
    assert f"concurrence C not determined {low:.4f}–{high:.4f}" in lines
    assert (
        "These settings do not determine the state: more are needed, "
        "or --ansatz X where the protocol conserves the total σᶻ. "
        "The drawing shows one of the states that fit best; the intervals are over all that fit." in lines
    )


@pytest.mark.slow
def test_three_settings_certify_and_show_what_they_fix(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ("XX", "YY", "ZZ")
    counts = nv.tomography.sample(STATE, 1000, 3, settings=settings)
    write_counts("three.csv", counts, settings)
    lines = [words(line) for line in ran(capsys, "three.csv").splitlines()]
    for name in NAMES:
        low, high = nv.tomography.fidelity_interval(counts, name, settings=settings)
        value = nv.tomography.estimate(counts, settings).fidelity(name)
        assert f"fidelity with {name} {value:.4f} {low:.4f}–{high:.4f}" in lines
    (verdict,) = [line for line in lines if line.startswith("Entanglement certified at 99 %: C > 0.")]
    bound = float(nv.tomography.concurrence_bound(counts, settings=settings))
    assert f"C > {bound:.4f} (p-value of separable states " in verdict
    # ZZ fixes the diagonal; of each element beside it, XY − YX or the like is missing.
    (row,) = [line for line in lines if line.startswith("↓↑ 01")]
    assert re.fullmatch("↓↑ 01 not determined 0.[0-9]{3} not determined not determined", row)
    assert "p-value of the model: none, as no degrees of freedom are left for a goodness-of-fit test" in lines
    (said,) = [line for line in lines if line.startswith("These settings do not determine the state: more are needed.")]
    assert "--ansatz" not in said  # for which these three do not suffice either


@pytest.mark.slow
def test_calibration_widens_the_interval(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "readout.toml").write_text(PAIRS + "calibration_shots = 300\n")
    printed = ran(capsys, "counts.csv", "--readout", "readout.toml")
    counts, settings = read_counts("counts.csv")
    arguments = {"settings": settings, "readout": READOUT}
    lines = [words(line) for line in printed.splitlines()]
    assert not set(expected_lines(counts, arguments, shots=300)) - set(lines)
    assert set(expected_lines(counts, arguments)) - set(lines)
    assert "Calibration by 300 shots: its noise is in all of this." in lines


@pytest.mark.slow
def test_a_model_that_fails_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_counts("plus.csv", nv.tomography.sample("++", 1000, 3), nv.tomography.PAULI)
    lines = ran(capsys, "plus.csv", "--ansatz", "X").splitlines()
    (warning,) = [line for line in lines if line.startswith("Warning: ")]
    assert warning.startswith("Warning: The counts contradict the model (p-value ")
    assert not [line for line in ran(capsys, "plus.csv", "-f").splitlines() if line.startswith("Warning")]


@pytest.mark.slow
def test_separable_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_counts("product.csv", nv.tomography.sample("ud", 100, 3), nv.tomography.PAULI)
    assert "Entanglement not certified at 99 % (p-value of separable states " in ran(capsys, "product.csv")


@pytest.mark.slow
@pytest.mark.parametrize("n_qubits", [1, 3])
def test_other_numbers_of_qubits(folder: Path, capsys: pytest.CaptureFixture[str], n_qubits: int) -> None:
    settings = nv.tomography.pauli_settings(n_qubits)
    counts = nv.tomography.sample("d" * n_qubits, 100, 3, settings=settings)
    write_counts("counts.tsv", counts, settings)
    printed = ran(capsys, "counts.tsv")
    assert printed.startswith(f"counts.tsv: {100 * 3**n_qubits} shots in {3**n_qubits} of {3**n_qubits} settings\n")
    assert "concurrence" not in printed
    assert f"{'↓' * n_qubits} {'1' * n_qubits}" in printed
    assert "not determine" not in printed
    write_counts("counts.tsv", counts[1:], settings[1:])
    printed = ran(capsys, "counts.tsv", "-f")
    assert "These settings do not determine the state: more are needed. The drawing shows one of the " in printed
    assert "not determined" in printed


BAD_READOUT = {
    "empty": ("", "readout.toml, line 1: the file is empty; it needs at least [readout]."),
    "no section": ("errors = [0.1, 0.1]", 'readout.toml, line 1: key "errors" is not known; known are readout.'),
    "nothing said": (
        "[readout]\n",
        'readout.toml, line 1: key "readout" must have the key `errors` or `matrix`, but has',
    ),
    "misspelt": (
        "[readout]\nerors = [0.1, 0.1]",
        'readout.toml, line 2: key "readout.erors" is not known; did you mean "er',
    ),
    "both": (
        PAIRS + MATRICES[10:],
        'readout.toml, line 3: key "readout.matrix" must not be given together with `errors`',
    ),
    "one error": (
        "[readout]\n\nerrors = 0.1",
        'readout.toml, line 3: key "readout.errors" must be a list, but is 0.1.',
    ),
    "three errors": (
        "[readout]\nerrors = [0.1, 0.1, 0.1]",
        'readout.toml, line 2: key "readout.errors" must be one pair [P(1|0), P(0|1)], or 2 of them, one for each '
        "qubit, but has shape (3,).",
    ),
    "too large": (
        "[readout]\nerrors = [0.1, 1.2]",
        'readout.toml, line 2: key "readout.errors" must be at most 1, but cont',
    ),
    "negative": (
        "[readout]\nerrors = [-0.1, 0]",
        'readout.toml, line 2: key "readout.errors" must be at least 0, but cont',
    ),
    "a text": ('[readout]\nerrors = ["1 %", 0]', 'readout.toml, line 2: key "readout.errors" must be numeric, but is'),
    "fidelities": (
        "[readout]\nerrors = [0.9, 0.9]",
        'readout.toml, line 2: key "readout.errors" must have P(1|0) + P(0|1) of at most 1, or 0 stands for 1',
    ),
    "alike": (
        "[readout]\nerrors = [0.5, 0.5]",
        'readout.toml, line 2: key "readout.errors" must tell true outcomes apart, but some are read alike.',
    ),
    "rows": (
        "[readout]\nmatrix = [[0.98, 0.02], [0.06, 0.94]]",
        'readout.toml, line 2: key "readout.matrix" must have columns (one for each true outcome) that sum to 1,',
    ),
    "ragged": (
        "[readout]\nmatrix = [[1.0, 0.0], [0.0]]",
        'readout.toml, line 2: key "readout.matrix" must be a rectangular array of numbers, but its rows',
    ),
    "shape": (
        "[readout]\nmatrix = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]",
        'readout.toml, line 2: key "readout.matrix" must have shape (4, 4), or (2, 2) or (2, 2, 2) for single qubits',
    ),
    "no shots": (
        PAIRS + "calibration_shots = 0",
        'readout.toml, line 3: key "readout.calibration_shots" must be at least 1, but is 0.',
    ),
    "broken shots": (
        PAIRS + "calibration_shots = 1e3",
        'readout.toml, line 3: key "readout.calibration_shots" must be a whole number, but is 1000.',
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD_READOUT.values(), ids=BAD_READOUT)
def test_bad_readout(folder: Path, capsys: pytest.CaptureFixture[str], text: str, message: str) -> None:
    (folder / "readout.toml").write_text(text)
    assert error_of(capsys, "counts.csv", "--readout", "readout.toml").startswith(message)
    assert not (folder / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv"], "none.csv: there is no such file."),
        (["counts.csv", "--readout", "none.toml"], "none.toml: there is no such file."),
        (["readout.toml"], "readout.toml: a table of counts must end in .csv, .tsv, .txt or .json."),
        (["counts.csv", "--level", "1.5"], "Argument `level` must "),
        (["counts.csv", "--level", "95%"], "Invalid value for '--level': '95%' is not a valid float."),
        (["counts.csv", "--ansatz", "Y"], "Invalid value for '--ansatz': 'Y' is not one of 'full', 'X'."),
        (["zero.csv"], "Argument `counts` must contain at least one shot in every table, but all of it is zero."),
        (["wrong.csv"], 'wrong.csv, line 2: setting "ZW" is not known; it must be letters out of X, Y and Z.'),
        (
            ["one.csv", "--ansatz", "X"],
            "Argument `counts` must have 4 outcomes, those of two qubits, for this, but has ",
        ),
        (["counts.csv", "-o", "counts.csv"], "The output folder"),
        ([], "Missing argument 'FILE'."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    (folder / "zero.csv").write_text("setting,outcome,count\nZZ,00,0\n")
    (folder / "wrong.csv").write_text("setting,outcome,count\nZW,00,1\n")
    (folder / "one.csv").write_text("setting,outcome,count\nZ,0,1\n")
    assert error_of(capsys, *arguments).startswith(message)
    assert not (folder / "results").exists()


def test_of_many_qubits_all_settings_are_needed(rng: np.random.Generator) -> None:
    """Without a matrix for each element, which of six qubits were gigabytes."""
    settings = list(nv.tomography.pauli_settings(3))
    fewer = list(rng.permutation(settings)[1:])
    for measured in (settings, fewer):
        assert _all_measured(measured) == bool(_fixed_elements(8, measured, "full").all())
