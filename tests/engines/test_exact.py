"""The reference engine against circuits that are followed by hand."""

import engines_on
import numpy as np
import pytest
from by_hand import kept_by_hand
from hypothesis import given, settings
from laboratory import Bench, random_device
from strategies import SEEDS
from systems import many, pair, random_symbols

from nvprotocol.backend import time_as_medium


@pytest.mark.slow
@settings(max_examples=25)
@given(seed=SEEDS)
def test_any_circuit_on_any_device_as_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    system = pair(**random_symbols(rng)) if rng.random() < 0.7 else many(rng, int(rng.integers(1, 4)))
    device = random_device(rng, system, monitors=1 if system.n_qubits == 3 else 2)
    circuit = Bench(rng, system.n_qubits, device.monitors, flow=False, units=("dt",)).grow(25)
    keep = {bit: int(rng.integers(2)) for bit in range(3) if rng.random() < 0.6}
    found = engines_on.kept_state(time_as_medium(circuit, device), device, keep)
    np.testing.assert_allclose(found, kept_by_hand(circuit, device, system, keep), atol=1e-9)
