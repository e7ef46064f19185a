"""Circuits followed in many media at once, against each medium alone."""

import numpy as np
from hypothesis import given, settings
from laboratory import Bench, random_device
from strategies import SEEDS
from systems import pair, random_symbols

import nvprotocol as nv
from nvprotocol.compiler.circuit_to_steps import compile_circuits
from nvprotocol.engines import engine_of
from nvprotocol.engines.exact import ManyMedia
from nvprotocol.master_equation.stacked import stacked


@settings(max_examples=12)
@given(seed=SEEDS)
def test_any_circuits_in_any_media(seed: int) -> None:
    rng = np.random.default_rng(seed)
    devices = [random_device(np.random.default_rng(seed), pair(**random_symbols(rng)), monitors=1) for _ in range(3)]
    grown = [Bench(np.random.default_rng(seed + k % 2), 2, 1, flow=False, units=("dt",)).grow(12) for k in range(4)]
    compiled = compile_circuits(grown, devices[0], None, translate=True, to_end=False)
    bits = [[0, 1, 2]] * 4
    found = ManyMedia(compiled, devices[0], bits).distributions(stacked([one.dynamics for one in devices]))
    for place, device in enumerate(devices):
        own = compile_circuits(grown, device, None, translate=True, to_end=False)
        alone = engine_of("exact", device).distributions(own, bits)
        for many, single in zip(found, alone, strict=True):
            np.testing.assert_allclose(many[place], single, atol=1e-12)


def test_driven_and_general_equations_are_stacked() -> None:
    squeezed = nv.Medium.pair(a=1.0, q=0.3, m=0.2, M=0.3)
    equations = [
        nv.MasterEquation(squeezed, 0.2, offset=0.1),
        nv.MasterEquation(nv.Medium.pair(a=0.7, A=0.3), 0.1, drive=[0.2, 0.1j]),
    ]
    together = stacked(equations).propagator(0.7)
    np.testing.assert_allclose(together, [one.propagator(0.7) for one in equations], atol=1e-13)
    three = [nv.MasterEquation(nv.Medium(relaxation=np.eye(3) * rate), [0.1, 0.0, -0.1]) for rate in (1.0, 2.0)]
    np.testing.assert_allclose(stacked(three).propagator(0.5), [one.propagator(0.5) for one in three], atol=1e-13)
