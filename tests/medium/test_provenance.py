"""What a medium says of itself: its numbers, its warnings, the static shift."""

import numpy as np
import pytest
from lattice import exchange

import nvprotocol as nv
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ


def test_static_shift_is_reported_and_included() -> None:
    # 3.9 GHz for S = 14.2 and λ/2π = 136 MHz; the splitting that is asked for is the one with the shift in it.
    for aligned, sign in ((True, -1), (False, 1)):
        medium = exchange(coupling_mhz=136.0, aligned=aligned).medium(30.0, frequency_ghz=2.87)
        assert medium.provenance is not None
        shift = medium.provenance.numbers["static shift"]
        assert np.isclose(shift.value, sign * 2 * 0.136 * 14.2)
        assert "GHz" in shift.unit
        k = exchange().wave_number(2.87 * RAD_PER_US_PER_GHZ)
        assert not aligned or np.isclose(
            medium.relaxation[0, 1].real,
            medium.relaxation[0, 0].real * np.real(exchange().propagator(30.0, k) / exchange().propagator(0.0, k)),
        )


@pytest.mark.parametrize(
    ("changes", "arguments", "text"),
    [
        ({"coupling_mhz": 100.0, "dimension": 1, "damping": 0.0}, {"separation_nm": 400.0}, "Magnons take time"),
        ({"coupling_mhz": 100.0}, {"frequency_ghz": 2.0001}, "band edge"),
        ({"coupling_mhz": 500.0, "damping": 0.0}, {"frequency_ghz": 1.9999}, "band edge"),
        ({"stiffness_m2_per_s": 2e-8}, {}, "Waves are short"),
        ({}, {"separation_nm": 1.0}, "closer than the lattice"),
        ({}, {"temperature_k": 300.0}, "Linear spin-wave theory is at its limit"),
    ],
)
def test_limitations_are_notes_and_warnings(changes: dict, arguments: dict, text: str) -> None:
    magnet = exchange(**changes)
    asked = {"separation_nm": 30.0, "frequency_ghz": 2.87, "dephasing": False} | arguments
    with pytest.warns(ValidityWarning, match=text) as record:
        medium = magnet.medium(**asked)
    assert {warning.filename for warning in record} == {__file__}  # where the user asked
    assert medium.provenance is not None
    assert any(text in note.text and note.serious for note in medium.provenance.notes)
    assert "warning" in str(medium)


def test_remarks_are_not_warnings() -> None:
    medium = exchange().medium(30.0, frequency_ghz=1.5, temperature_k=0.1)  # warnings are errors here
    assert medium.provenance is not None
    notes = [note.text for note in medium.provenance.notes]
    assert any("below the gap" in note for note in notes)
    assert any("Thermal magnons" in note for note in notes)
    assert not any(note.serious for note in medium.provenance.notes)


def test_provenance_outlives_sums_and_has_no_part_in_the_physics() -> None:
    medium = exchange().medium([20.0, 40.0], frequency_ghz=2.87, temperature_k=0.1)
    bare = nv.Medium(
        relaxation=medium.relaxation,
        excitation=medium.excitation,
        dephasing=medium.dephasing,
        flip_flop=medium.flip_flop,
        ising=medium.ising,
    )
    assert bare.provenance is None
    assert np.array_equal(nv.MasterEquation(medium).liouvillian, nv.MasterEquation(bare).liouvillian)
    total = medium + bare
    assert total.provenance is medium.provenance
    assert (medium + medium).provenance is not None
    assert [m.provenance.source for m in medium] == 2 * [medium.provenance.source]  # pyright: ignore[reportOptionalMemberAccess]


def test_a_sum_keeps_the_numbers_of_every_part() -> None:
    parts = [exchange(coupling_mhz=c).medium(30.0, frequency_ghz=2.87, dipole=False) for c in (1.0, 2.0, 3.0)]
    total = (parts[0] + parts[1] + parts[2]).provenance
    assert total is not None
    rates = [total.numbers[name].value for name in ("a₀", "a₀ (2)", "a₀ (3)")]
    assert np.allclose(np.array(rates) / rates[0], [1.0, 4.0, 9.0])


def test_a_part_of_a_batch_says_whose_the_notes_are() -> None:
    with pytest.warns(ValidityWarning, match="Linear spin-wave"):
        media = exchange().medium(30.0, frequency_ghz=2.87, temperature_k=[[0.01, 300.0]], dephasing=False)
    for part in (media[0, 0], media[0][0]):
        assert part.provenance is not None
        assert all(note.text.count("Of the batch it is a part of: ") == 1 for note in part.provenance.notes)


def test_a_single_qubit_warns_where_the_user_asked_and_speaks_of_itself() -> None:
    with pytest.warns(ValidityWarning, match="Linear spin-wave") as record:
        one = exchange(damping=0.0).qubit(frequency_ghz=2.87, temperature_k=300.0, dephasing=False)
    assert {warning.filename for warning in record} == {__file__}
    assert "pair" not in str(one)
    assert "⟨σᶻ⟩ = (1 − q)/(1 + q)" in str(one)


def test_nothing_is_said_of_thermal_magnons_where_nothing_relaxes() -> None:
    below = exchange(damping=0.0).medium(30.0, frequency_ghz=1.5, temperature_k=0.1)
    assert "Thermal magnons" not in str(below)


def test_the_end_that_is_quoted_for_slow_magnons_is_that_of_no_temperature() -> None:
    # ½(1 + a·r/v_g)⁻² is exact for one magnon at T = 0; thermal ones do not enter it.
    magnet = exchange(1, coupling_mhz=100.0, damping=0.0)
    asked = {"separation_nm": 400.0, "frequency_ghz": 2.87, "dephasing": False}
    quoted = []
    for temperature in (0.0, 0.3):
        with pytest.warns(ValidityWarning, match="Magnons take time"):
            medium = magnet.medium(**asked, temperature_k=temperature)
        assert medium.provenance is not None
        quoted.append(medium.provenance.notes[0].text.split("=")[-1])
    k = magnet.wave_number(2.87 * RAD_PER_US_PER_GHZ).real
    detour = medium.provenance.numbers["a₀"].value * 400.0 / (2 * magnet.stiffness * k)
    assert quoted[0] == quoted[1]
    assert np.isclose(float(quoted[0].rstrip(".")), 0.5 / (1 + detour) ** 2, rtol=1e-5)
