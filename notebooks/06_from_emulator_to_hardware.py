# %% [markdown]
# # From the emulator to hardware
#
# A protocol of this package is a plain Qiskit circuit, so that it also runs on a machine that was built for something
# else. What such a machine lacks is the magnet between its qubits. Then a third qubit can play it: let the pair pass an
# excitation on to a monitor qubit, look at the monitor, reset it, and do this again and again. Where no excitation is
# ever seen, the pair has gone the way of the *no-jump* evolution (Eq. 13 of
# [Zou, Zhang and Tserkovnyak](https://arxiv.org/abs/2108.07365)) into a Bell state.
#
# How many times is "again and again"? A magnet acts continuously, which asks for many small collisions; every collision
# costs gates and waiting, which on a real machine asks for few. This notebook takes `no_emitted_magnon` from the exact
# emulation to a transpiled, scheduled, noisy machine with tomography at its end, and finds where the two meet.
#
# - **New to it?** You need the first half of notebook 01.
# - **In a hurry?** The figure is the answer: on a machine as it is today one collision is best; noise that is a hundred
#   times weaker pays for sixteen.

# %%
import matplotlib.pyplot as plt
import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, transpile
from qiskit.providers import QubitProperties
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.quantum_info import DensityMatrix, partial_trace
from qiskit.transpiler import InstructionProperties
from qiskit_aer import AerSimulator
from scipy.stats import binom

import nvprotocol as nv
from nvprotocol.backend import follow_kept
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK
from nvprotocol.protocols import GALLERY, no_emitted_magnon
from nvprotocol.protocols.parameters import PARAMETERS

plt.rcParams.update(NOTEBOOK)

# %% [markdown]
# ## The goal: what the magnet keeps
#
# Two spins on a perfectly correlated magnet at zero temperature, $|A| = a$, start in $|\uparrow\downarrow\rangle$.
# The runs without an emitted magnon have the concurrence $\tanh 2at$ and the probability $P = (1 + e^{-4at})/2$. Only
# $at$ matters; we take $at = 1$. The circuit that plays this magnet needs no magnet:

# %%
AT = 1.0
magnet = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)).no_jump("ud", [AT])
goal = magnet.probability[0] * magnet.states[0]  # probability and state in one matrix
no_magnet = nv.MasterEquation(nv.Medium.pair(a=0.0))

print(no_emitted_magnon(AT, steps=1).draw(fold=110))
print(f"\nto be reached: C = {nv.concurrence(magnet.states[0]):.4f} with the probability {magnet.probability[0]:.4f}")
print("steps     C       P")
for steps in (1, 2, 4, 16, 64):
    played = no_emitted_magnon(AT, steps)
    kept = nv.emulate(played, nv.Device(no_magnet), shots=None, engine="exact", postselect={"quiet": 1})
    print(f"{steps:4}   {kept.concurrence:.4f}  {kept.success_probability:.4f}")

# %% [markdown]
# The probability creeps towards that of the magnet, with an error that falls as 1/steps. The concurrence is there from
# the first step on, and even a little above: one strong collision takes the bright state $|T_0\rangle$ out of the pair
# nearly at once. That is a fine way to make a Bell state, but it is not what a magnet does. Keep both questions apart:
# *how good is the Bell state*, and *how well is the magnet played*?
#
# ## The machine
#
# `GenericBackendV2` stands for a machine of superconducting qubits: gates CZ, RZ, SX and X, measurements in
# mid-circuit, with errors and times drawn at random from what such machines have. Three qubits are enough if the
# monitor sits in the middle; the two that play NV centres are not connected, as befits them. A reset takes as long as
# a measurement here. To ask what a better machine would do, all errors, and the relaxation rates $1/T_1$ and $1/T_2$,
# are scaled by one factor.

# %%
GATES = ["cz", "id", "rz", "sx", "x"]


def machine(noise: float) -> GenericBackendV2:
    """NV 1 and NV 2 are the qubits 0 and 1, the monitor is 2; every imperfection `noise` times as strong."""
    backend = GenericBackendV2(3, basis_gates=GATES, coupling_map=[[0, 2], [2, 0], [1, 2], [2, 1]], seed=7)
    target = backend.target
    for name in ("cz", "id", "sx", "x", "measure"):
        for qubits, now in target[name].items():
            scaled = InstructionProperties(now.duration, noise * now.error)
            target.update_instruction_properties(name, qubits, scaled)
    for k in range(3):
        as_long = InstructionProperties(target["measure"][(k,)].duration, 0.0)
        target.update_instruction_properties("reset", (k,), as_long)
    target.qubit_properties = [QubitProperties(one.t1 / noise, one.t2 / noise) for one in target.qubit_properties]
    return backend


today = machine(1.0)
for qubits in ((0, 2), (1, 2)):
    gate = today.target["cz"][qubits]
    print(f"CZ {qubits}: error {gate.error:.4f} in {1e9 * gate.duration:.0f} ns")
for k in range(3):
    read, qubit = today.target["measure"][(k,)], today.target.qubit_properties[k]
    times = f"T1 {1e6 * qubit.t1:.0f} µs, T2 {1e6 * qubit.t2:.0f} µs"
    print(f"qubit {k}: {times}, readout error {read.error:.4f} in {1e9 * read.duration:.0f} ns")

# %% [markdown]
# ## Through the transpiler
#
# Every circuit of the gallery goes through Qiskit's transpiler. How much work is it? Below, the depth and the number of
# CZ gates after each optimisation level, on a line of five such qubits. The protocols that wait for a real magnet have
# next to nothing to do; the one that plays it pays six CZ a step in the first order and many more in the second, which
# is exact in one step but needs a gate between the two NV qubits, and two monitors.

# %%
line = [[k + i, k + j] for k in range(4) for i, j in ((0, 1), (1, 0))]
five = GenericBackendV2(5, basis_gates=GATES, coupling_map=line, control_flow=True, seed=7)
TICKS = 12_000  # of the machine's clock, so that the parts of the duration are whole ticks too
EIGHT = {"checks": 8, "steps": 8, "pulses": 8, "period": TICKS * five.dt * 1e6 / 8}


def eight_of_each(name: str, **more: object) -> QuantumCircuit:
    """A protocol with eight checks, steps or pulses, where it has any."""
    known = {parameter.name for parameter in PARAMETERS[name]}
    given = {key: value for key, value in EIGHT.items() if key in known}
    return GALLERY[name].circuit(duration=TICKS * five.dt * 1e6, **given, **more)


circuits = {name: eight_of_each(name) for name in GALLERY}
circuits["no_emitted_magnon, order 2"] = eight_of_each("no_emitted_magnon", order=2)
print(f"{'depth / CZ at level':30}" + "".join(f"{level:>12}" for level in range(4)))
for name, circuit in circuits.items():
    row = [transpile(circuit, five, optimization_level=level, seed_transpiler=1) for level in range(4)]
    print(f"{name:30}" + "".join(f"{found.depth():>6} / {found.count_ops().get('cz', 0):<3}" for found in row))

# %% [markdown]
# ## What the noise leaves of it
#
# On our three qubits the transpiler also schedules: while the monitor is read and reset, for more than a microsecond,
# the pair waits, and what waits relaxes. The delays of the protocol itself are left out, for they are the time on a
# magnet that is not there.
#
# The noise model is the one Aer makes of the machine (`AerSimulator.from_backend`). We ask it twice. First *exactly*:
# `follow_kept` replaces each measurement by the projection on what is kept, so that one density matrix holds the state
# and the success probability. Then *as in the laboratory*: shots in nine Pauli settings, those that saw a magnon
# thrown away, the rest handed to `nv.tomography.estimate` together with the readout errors of the two qubits.


# %%
def bare(steps: int) -> QuantumCircuit:
    """The collisions alone; the barrier at the end lets tomography begin when all is done."""
    whole = no_emitted_magnon(AT, steps)
    circuit = whole.copy_empty_like()
    for entry in whole.data:
        if entry.operation.name not in ("delay", "barrier"):
            circuit.append(entry)
    circuit.barrier()
    return circuit


def measured(circuit: QuantumCircuit, setting: str) -> QuantumCircuit:
    """The circuit with the measurement of a Pauli setting at its end; the right-most letter belongs to qubit 0."""
    result = circuit.copy()
    result.add_register(ClassicalRegister(2, "tomography"))
    for qubit, letter in enumerate(reversed(setting)):
        for gate in {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}[letter]:
            getattr(result, gate)(qubit)
    result.measure([0, 1], result.cregs[-1])
    return result


def on_machine(circuit: QuantumCircuit, scheduling: str | None = "alap") -> QuantumCircuit:
    """In the machine's gates and in its time; errors do not enter, so that it serves every strength of the noise."""
    given = {"initial_layout": [0, 1, 2], "optimization_level": 2, "seed_transpiler": 1}
    return transpile(circuit, today, scheduling_method=scheduling, **given)


def simulator(noise: float, **options: object) -> AerSimulator:
    """The machine on Aer, without noise for noise = 0."""
    if noise:
        return AerSimulator.from_backend(machine(noise), max_parallel_threads=1, **options)
    return AerSimulator(max_parallel_threads=1, **options)


def misread(noise: float) -> list[float]:
    """Readout errors of the three qubits."""
    return [noise * today.target["measure"][(k,)].error for k in range(3)]


def kept_runs(circuit: QuantumCircuit, noise: float) -> np.ndarray:
    """The unnormalised state of the kept runs: its trace is their probability."""
    error = misread(noise)[2]
    reads = nv.Device(no_magnet, monitors=1, monitor_efficiency=1 - error, monitor_false_alarm=error)
    branch = follow_kept(circuit, dict.fromkeys(range(circuit.num_clbits), 1), reads).circuit
    branch.save_density_matrix()
    run = simulator(noise, method="density_matrix").run(branch, shots=1)
    return partial_trace(DensityMatrix(np.asarray(run.result().data(0)["density_matrix"])), [2]).data


def tomography(steps: int, noise: float, shots: int, seed: int) -> np.ndarray:
    """Counts of the kept runs in the nine settings, shot by shot."""
    circuits = [on_machine(measured(bare(steps), setting)) for setting in nv.tomography.PAULI]
    result = simulator(noise).run(circuits, shots=shots, seed_simulator=seed).result()
    table = {}
    for number, setting in enumerate(nv.tomography.PAULI):
        read = {tuple(key.split()): count for key, count in result.get_counts(number).items()}
        table[setting] = {bits: count for (bits, quiet), count in read.items() if "0" not in quiet}
    return nv.tomography.from_counts(table)


# %%
NOISE = (1.0, 0.1, 0.01, 0.0)
STEPS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48])
SHOTS, AT_STEPS = 1000, (1, 2, 4, 8, 16)

on_time = {steps: on_machine(bare(steps)) for steps in STEPS.tolist()}
exact = {noise: np.array([kept_runs(circuit, noise) for circuit in on_time.values()]) for noise in NOISE}
no_waiting = np.array([kept_runs(on_machine(bare(steps), None), 1.0) for steps in STEPS.tolist()])


def concurrences(weighted: np.ndarray) -> np.ndarray:
    return nv.concurrence(weighted / np.trace(weighted, axis1=-2, axis2=-1)[:, None, None])


def distances(weighted: np.ndarray) -> np.ndarray:
    """Half the trace norm of the difference from what the magnet keeps, probability included."""
    return np.abs(np.linalg.eigvalsh(weighted - goal)).sum(axis=-1) / 2


# %%
points = {}
for noise in NOISE[:2]:
    counts = np.array([tomography(steps, noise, SHOTS, seed=100 + steps) for steps in AT_STEPS])
    reading = [[[1 - error, error], [error, 1 - error]] for error in misread(noise)[:2]]
    points[noise] = nv.tomography.estimate(counts, readout=reading, seed=1)

# %%
figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 4.6))
labels = {1.0: "as it is today", 0.1: "a tenth of the noise", 0.01: "a hundredth", 0.0: "no noise"}
for noise, colour in zip(NOISE, (*COLOURS[:3], "black"), strict=True):
    above.plot(STEPS, concurrences(exact[noise]), color=colour, label=labels[noise])
    curve = distances(exact[noise])
    below.plot(STEPS, curve, color=colour)
    if noise:
        best = int(np.argmin(curve))
        below.plot(STEPS[best], curve[best], "o", ms=5, mfc="white", color=colour, clip_on=False, zorder=4)
    if noise in points:
        found = points[noise]
        ends = np.abs(found.interval.T - found.concurrence)
        above.errorbar(AT_STEPS, found.concurrence, ends, fmt="o", ms=3, lw=1, color=colour, capsize=2, clip_on=False)
above.plot(STEPS, concurrences(no_waiting), "--", color=COLOURS[0], lw=0.9, label="today, without waiting")
above.axhline(np.tanh(2 * AT), color="0.6", lw=0.8, ls=":", zorder=0)
above.text(48, np.tanh(2 * AT) + 0.015, r"$\tanh\,2at$", color="0.45", ha="right", va="bottom", fontsize=7)
above.set(ylabel="concurrence of the kept runs", ylim=(0, 1.05))
above.legend(loc="lower left", handlelength=1.8)
below.set(xscale="log", yscale="log", xlabel="number of collisions", ylabel="distance from what the magnet keeps")
below.set_xticks([1, 2, 4, 8, 16, 32], labels=["1", "2", "4", "8", "16", "32"])
below.minorticks_off()
below.set_yticks([0.001, 0.01, 0.1], labels=["0.001", "0.01", "0.1"])
plt.show()

# %% [markdown]
# *Above: concurrence of the kept runs, exact (lines) and from tomography of 1000 shots in each of nine settings (points
# with 95 % intervals). Dashed: the same machine if nobody had to wait for the monitor. Below: how well the magnet is
# played, as half the trace norm $\frac12\lVert P\rho - P_0\rho_0\rVert_1$ of the difference in state and probability,
# the largest error that any probability can have; the circles are the best numbers of collisions.*
#
# **How far does the Bell state survive?** After one collision it is clearly entangled; each further one costs, and
# after sixteen half of the concurrence is gone. What it costs is told by the dashed line: from two collisions on,
# most of the loss is *waiting for the monitor*, not gates. Fast readout and reset matter more than better gates. And
# the monitor is no help there: once the pair has relaxed to $|\uparrow\uparrow\rangle$ it has nothing to emit, and
# looks as quiet as a Bell state.
#
# **Where is the best number of steps?** Without noise the magnet is played with an error $c/n$ for $n$ collisions;
# noise of strength $\lambda$ adds about $k\lambda n$. The sum is least at
#
# $$n^* = \sqrt{\frac{c}{k\lambda}},$$
#
# so that a machine with a hundred times less noise should take about ten times as many steps, and its error is about
# ten times smaller, not a hundred. (For a Bell state and nothing else, one or two collisions remain the best, however
# good the machine.)

# %%
c = distances(exact[0.0])[-1] * STEPS[-1]
long = STEPS == 48
k = (distances(exact[0.01])[long] / 0.01 / 48)[0] - c / 48 / 48 / 0.01
print(f"c = {c:.3f}, k = {k:.4f}")
print("noise   best number of steps   sqrt(c/kλ)   distance there")
for noise in NOISE[:3]:
    curve = distances(exact[noise])
    print(f"{noise:5.2f}{STEPS[np.argmin(curve)]:17}{np.sqrt(c / k / noise):18.1f}{curve.min():16.4f}")

# %% [markdown]
# ## Checks
#
# The notebook ends with what it has claimed.

# %%
# Transpiling and scheduling change nothing that is kept; the emulator and the machine's simulator agree.
for steps in (1, 3, 8):
    here = nv.emulate(no_emitted_magnon(AT, steps), nv.Device(no_magnet), shots=None, postselect={"quiet": 1})
    weighted = here.success_probability * here.state
    assert np.allclose(kept_runs(on_time[steps], 0.0), weighted, rtol=0, atol=1e-9)

# The error of the first order falls as 1/steps: its slope in the double-logarithmic plot, over the last octave.
slope = np.polyfit(np.log(STEPS[-3:]), np.log(distances(exact[0.0])[-3:]), 1)[0]
assert abs(slope + 1) < 0.05

# Best numbers of steps grow as the noise falls, by the law of the two errors, to the next grid point or so.
best = np.array([STEPS[np.argmin(distances(exact[noise]))] for noise in NOISE[:3]])
assert np.all(np.diff(best) > 0)
assert np.all(np.abs(np.log(best[1:] / np.sqrt(c / k / np.array(NOISE[1:3])))) < np.log(1.5))

# For the Bell state alone the noise decides: it falls with every step today, and waiting is most of it.
today_c, hurried_c = concurrences(exact[1.0]), concurrences(no_waiting)
assert np.all(np.diff(today_c) < 0)
by_gates, by_waiting = concurrences(exact[0.0]) - hurried_c, hurried_c - today_c
several = (STEPS >= 2) & (STEPS <= 32)  # with one collision they are equal; in the end the concurrence is gone
assert np.all(by_gates[several] < by_waiting[several])

# Tomography, shot by shot, against the exact kept branch: coverage at a significance of 1e-3, success probability
# within four sigma.
missed = 0
for noise, found in points.items():
    rows = np.isin(STEPS, AT_STEPS)
    truth, probability = concurrences(exact[noise])[rows], np.trace(exact[noise][rows], axis1=1, axis2=2).real
    missed += int(np.sum((truth < found.interval[:, 0]) | (truth > found.interval[:, 1])))
    shares = found.counts.sum(axis=(1, 2)) / (9 * SHOTS)
    assert np.all(np.abs(shares - probability) < 4 * np.sqrt(probability * (1 - probability) / (9 * SHOTS)))
print(f"{missed} of {2 * len(AT_STEPS)} intervals miss the exact concurrence")
assert missed <= binom.isf(1e-3, 2 * len(AT_STEPS), 0.05)
