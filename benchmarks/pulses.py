"""A selective π pulse and 5 µs on the medium: pulses of this package beside qiskit-dynamics, QuTiP and dynamiqs.

Two NV centres at 2.87 GHz ± 2.5 MHz, one antenna; a raised-cosine π pulse of 50 ns on the first, then 5 µs of
correlated relaxation, 100 output times, rotating frame with the RWA, tolerance 1e-8. Every engine gets the same
Hamiltonian, jump operators and times, and must give the same states to 1e-6. The pulse stands at the beginning, where
no solver can step over it. Then a scan: the states at the end for 50 Rabi rates. Times are those of the processor.

Run:  python benchmarks/pulses.py
"""

# pyright: reportMissingImports=false
# The rivals are in the dependency group `benchmark`, which other environments do without.

import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import dynamiqs as dq
import jax
import jax.numpy as jnp
import numpy as np
import qutip
from dynamiqs.method import Tsit5
from jax.experimental.ode import odeint
from numpy.typing import NDArray
from qiskit_dynamics import Signal, Solver
from sweep import start_again_on_one_core

import nvprotocol as nv
from nvprotocol import pulses as p

TOLERANCE, AGREEMENT, RUNS, POINTS = 1e-8, 1e-6, 5, 50
DELTA, DURATION_NS = 2 * np.pi * 2.5, 50.0
EQUATION = nv.MasterEquation(nv.Medium.pair(a=0.5, A=0.45, q=0.1, d=0.02), detuning=DELTA)
DEVICE = nv.Device(EQUATION)
PULSE = p.rotation(p.RaisedCosine(DURATION_NS), np.pi, qubit=0)
SCHEDULE = p.Schedule([PULSE, p.Wait(5.0)])
TIMES = np.linspace(0.0, SCHEDULE.duration, 100)
START = nv.operators.density_matrix("uu")
X, Y = ([single(k) / 2 for k in range(2)] for single in (nv.operators.sigma_x, nv.operators.sigma_y))
DRIVES = np.array([X[0] + X[1], Y[0] + Y[1]])
"""Both spins see the tone: E = Ω s(t) e^(−iδ(t − t_mid)) of each."""
RABI = PULSE.rabi * np.linspace(0.5, 1.5, POINTS)


def wave(t: Any, rabi: Any, xp: Any) -> tuple[Any, Any]:
    """Real and imaginary part of the drive."""
    size = rabi * xp.where(t < DURATION_NS / 1000, (1 - xp.cos(2 * np.pi * t / (DURATION_NS / 1000))) / 2, 0.0)
    angle = DELTA * (t - DURATION_NS / 2000)
    return size * xp.cos(angle), -size * xp.sin(angle)


def by_us(method: p.Method) -> NDArray[np.complex128]:
    return p.evolve(SCHEDULE, DEVICE, START, TIMES, method=method, tolerance=TOLERANCE).states


def by_us_without_jax() -> NDArray[np.complex128]:
    with mock.patch("nvprotocol.pulses.propagation.dynamics.find_spec", return_value=None):
        return by_us("dynamics")


def dynamics_solver(library: str) -> Solver:
    return Solver(
        static_hamiltonian=EQUATION.hamiltonian,
        hamiltonian_operators=DRIVES,
        static_dissipators=EQUATION.jump_operators,
        array_library=library,
        vectorized=True,
    )


def signals(rabi: Any, xp: Any) -> list[Signal]:
    return [Signal(lambda t, k=k: wave(t, rabi, xp)[k] + 0j) for k in range(2)]


def stacked(states: NDArray) -> NDArray[np.complex128]:
    return np.swapaxes(np.asarray(states).reshape(-1, 4, 4), -1, -2)


def by_dop853(rabi: float = PULSE.rabi, times: NDArray = TIMES) -> NDArray[np.complex128]:
    """qiskit-dynamics on NumPy, over the whole window; with steps short enough not to lose the pulse."""
    found: Any = dynamics_solver("numpy").solve(
        t_span=[0.0, SCHEDULE.duration],
        y0=START.T.ravel(),
        signals=signals(rabi, np),
        t_eval=times,
        method="DOP853",
        rtol=TOLERANCE,
        atol=TOLERANCE,
        max_step=0.01,
    )
    return stacked(found.y)


def dynamics_on_jax(times: NDArray) -> Callable[[Any], Any]:
    """qiskit-dynamics on JAX, over the whole window, as a compiled function of the Rabi rate."""
    solver = dynamics_solver("jax")

    def solve(rabi: Any) -> Any:
        found: Any = solver.solve(
            t_span=[0.0, SCHEDULE.duration],
            y0=jnp.asarray(START.T.ravel()),
            signals=signals(rabi, jnp),
            t_eval=times,
            method="jax_odeint",
            rtol=TOLERANCE,
            atol=TOLERANCE,
            hmax=0.01,
        )
        return found.y

    return solve


def bare_jax(times: NDArray) -> Callable[[Any], Any]:
    """The same integrator on the same matrices without qiskit-dynamics: what that costs on top."""
    generator = jnp.asarray(EQUATION.liouvillian)
    one = np.eye(4)
    drives = jnp.asarray([-1j * (np.kron(one, h) - np.kron(h.T, one)) for h in DRIVES])

    def derivative(y: Any, t: Any, rabi: Any) -> Any:
        real, imaginary = wave(t, rabi, jnp)
        return (generator + real * drives[0] + imaginary * drives[1]) @ y

    def solve(rabi: Any) -> Any:
        y0 = jnp.asarray(START.T.ravel())
        return odeint(derivative, y0, jnp.asarray(times), rabi, rtol=TOLERANCE, atol=TOLERANCE, hmax=0.01)

    return solve


def by_qutip(method: str) -> Callable[[], NDArray[np.complex128]]:
    dims = [[2, 2], [2, 2]]
    parts = [[qutip.Qobj(DRIVES[k], dims=dims), lambda t, k=k: wave(t, PULSE.rabi, np)[k]] for k in range(2)]
    hamiltonian = qutip.QobjEvo([qutip.Qobj(EQUATION.hamiltonian, dims=dims), *parts])
    jumps = [qutip.Qobj(jump, dims=dims) for jump in EQUATION.jump_operators]
    options = {"method": method, "atol": TOLERANCE, "rtol": TOLERANCE, "nsteps": 10**6, "progress_bar": ""}
    start = qutip.Qobj(START, dims=dims)
    return lambda: np.array(
        [one.full() for one in qutip.mesolve(hamiltonian, start, TIMES, jumps, options=options).states]
    )


def by_dynamiqs() -> Callable[[], NDArray[np.complex128]]:
    ends = jnp.array([DURATION_NS / 1000])
    hamiltonian = dq.constant(dq.asqarray(EQUATION.hamiltonian))
    for k in range(2):
        part = dq.asqarray(DRIVES[k])
        hamiltonian += dq.modulated(lambda t, k=k: wave(t, PULSE.rabi, jnp)[k] + 0j, part, discontinuity_ts=ends)
    jumps: list[Any] = [dq.asqarray(jump) for jump in EQUATION.jump_operators]
    method, start = Tsit5(rtol=TOLERANCE, atol=TOLERANCE), dq.asqarray(START)

    def run() -> NDArray[np.complex128]:
        found = dq.mesolve(hamiltonian, jumps, start, TIMES, method=method, progress_meter=False)
        return np.asarray(jax.block_until_ready(found.states.to_jax()))

    return run


def scanned(method: p.Method) -> NDArray[np.complex128]:
    pulses = [p.Pulse(PULSE.envelope, rabi, qubit=0) for rabi in RABI]
    schedules = [p.Schedule([pulse, p.Wait(5.0)]) for pulse in pulses]
    return p.scan(schedules, DEVICE, START, method=method, tolerance=TOLERANCE).states


def seconds(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


def compared(runs: dict[str, Callable[[], NDArray]], title: str, points: int = 1) -> dict[str, float]:
    """Prints a table of the first call, the median of the later ones, ratio to the first row, and difference."""
    reference = next(iter(runs.values()))()
    first: dict[str, float] = {}
    for name, run in runs.items():
        first[name] = seconds(run)
        difference = np.abs(run()[-len(reference) :] - reference).max()
        assert difference < AGREEMENT, f"{name} disagrees by {difference:.1e}"
    spent = {name: statistics.median([seconds(run) for _ in range(RUNS)]) / points for name, run in runs.items()}
    fastest = next(iter(spent.values()))
    print(f"\n{title}\n{'engine':52}{'first / s':>10}{'then / ms':>11}{'ratio':>8}{'difference':>12}")
    for name, run in runs.items():
        difference = np.abs(run() - reference).max()
        print(f"{name:52}{first[name]:10.2f}{1e3 * spent[name]:11.2f}{spent[name] / fastest:8.1f}{difference:12.1e}")
    return spent


def main() -> None:
    start_again_on_one_core()
    dq.set_precision("double")
    dq.set_device("cpu")
    whole, bare = jax.jit(dynamics_on_jax(TIMES)), jax.jit(bare_jax(TIMES))
    spent = compared(
        {
            "nvprotocol, magnus": lambda: by_us("magnus"),
            "nvprotocol, dynamics on JAX": lambda: by_us("dynamics"),
            "nvprotocol, dynamics on SciPy": by_us_without_jax,
            "qiskit-dynamics alone, jax_odeint": lambda: stacked(whole(PULSE.rabi)),
            "qiskit-dynamics alone, DOP853": by_dop853,
            "the same odeint without qiskit-dynamics": lambda: stacked(bare(PULSE.rabi)),
            "QuTiP, adams": by_qutip("adams"),
            "QuTiP, vern9": by_qutip("vern9"),
            "dynamiqs, Tsit5": by_dynamiqs(),
        },
        f"One run, {TIMES.size} times",
    )
    last = np.array([0.0, SCHEDULE.duration])
    ends = jax.jit(jax.vmap(dynamics_on_jax(last))), jax.jit(jax.vmap(bare_jax(last)))
    by_point = compared(
        {
            "nvprotocol, magnus": lambda: scanned("magnus"),
            "nvprotocol, dynamics on JAX": lambda: scanned("dynamics"),
            "qiskit-dynamics alone, jax_odeint": lambda: stacked(ends[0](RABI)[:, -1]),
            "the same odeint without qiskit-dynamics": lambda: stacked(ends[1](RABI)[:, -1]),
        },
        f"Scan of {POINTS} Rabi rates, each to its end; times of one point",
        POINTS,
    )
    single = statistics.median([seconds(lambda: by_dop853(times=last)) for _ in range(RUNS)])
    single_ours = statistics.median([seconds(by_us_without_jax) for _ in range(RUNS)])
    print(
        f"\none SciPy solve: {1e3 * single:.0f} ms by qiskit-dynamics alone, {1e3 * single_ours:.0f} ms in parts, by us"
    )
    for name, value in by_point.items():
        verdict = "at least" if single / value >= 10 else "short of"
        print(
            f"{name}: a point {single / value:.0f} ({verdict} 10) and {single_ours / value:.1f} times faster than these"
        )
    names = "qiskit-dynamics alone, jax_odeint", "the same odeint without qiskit-dynamics"
    for title, times in (("one run", spent), (f"scan of {POINTS}", by_point)):
        print(f"{title}: qiskit-dynamics takes {times[names[0]] / times[names[1]]:.2f} of the bare integrator's time")


if __name__ == "__main__":
    main()
