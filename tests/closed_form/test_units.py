"""The unit of time is free: with every rate c times as large and every time c times as short, nothing else changes."""

import inspect
from typing import Any

import numpy as np
import pytest

import nvprotocol as nv

RATES = {"a", "A", "a0", "Gamma", "g", "g12", "g21", "delta", "Delta", "J", "dm", "d", "heating", "cooling", "kT", "mu"}
TIMES = {"t", "spacing", "overhead"}
POWERS = {
    "characteristic_frequencies": 1,
    "coherence_time": -1,
    "echo_coupling": 1,
    "eigenenergies": 1,
    "generation_rate": 1,
    "growth_rate": 1,
    "leak_rate": 1,
    "lifetime": -1,
    "local_rates": 1,
    "net_coupling": 1,
    "no_jump_couplings": 1,
    "peak_time": -1,
    "relaxation_time": -1,
    "sensing_curvature": 2,
    "sensing_slope": 1,
    "thermal_rates": 1,
    "time_to_fidelity": -1,
}
"""In what power of a rate a result is measured; the others are pure numbers."""
EXACTLY = ("n_qubits", "pair", "conditional", "initial", "gap")
"""Arguments that keep their default, or are no real number."""


def names() -> list[str]:
    """Closed forms that have a rate among their arguments; of these two take the phase of A alone."""
    functions = [name for name in nv.closed_form.__all__ if inspect.isfunction(getattr(nv.closed_form, name))]
    rated = [one for one in functions if set(inspect.signature(getattr(nv.closed_form, one)).parameters) & RATES]
    return [name for name in rated if name not in ("singlet_weight", "steady_state")]


def drawn(function: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Arguments at random: |A| < a, and none of them 0 or 1."""
    size = 6
    a, q = rng.uniform(0.4, 2.5, size), rng.uniform(0.05, 0.9, size)
    values: dict[str, Any] = {name: rng.uniform(0.3, 2.0, size) for name in RATES | TIMES}
    values |= {"a": a, "A": a * rng.uniform(0.2, 0.98, size), "q": q, "F": rng.uniform(0.55, 0.99, size)}
    values |= {"delta": rng.uniform(0.05, 0.28, size), "g12": values["g12"] - 1.5j, "g21": values["g21"] - 2j}
    values |= {"efficiency": q, "n_qubits": 4, "mu": values["Delta"] / 3, "cooling": 3.0, "heating": q}
    parameters = inspect.signature(function).parameters
    if "initial" in parameters:
        values["initial"] = "ud" if parameters["initial"].default == "ud" else [0.3, 0.2, 0.5]
    return {name: values[name] for name in parameters if name in values}


@pytest.mark.parametrize("name", names())
def test_the_unit_of_time_is_free(name: str, rng: np.random.Generator) -> None:
    function, scale = getattr(nv.closed_form, name), 3.7
    given = drawn(function, rng)
    others = {key: value * scale for key, value in given.items() if key in RATES}
    others |= {key: value / scale for key, value in given.items() if key in TIMES}
    plain, scaled = np.asarray(function(**given)), np.asarray(function(**given | others))
    np.testing.assert_allclose(scaled, plain * scale ** POWERS.get(name, 0), rtol=1e-9, atol=1e-12)
    assert set(inspect.signature(function).parameters) <= set(given) | set(EXACTLY)


def test_every_power_is_that_of_a_closed_form() -> None:
    assert set(POWERS) <= set(names())
