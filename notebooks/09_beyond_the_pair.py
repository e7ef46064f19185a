# %% [markdown]
# # Beyond the pair
#
# The theory of [Bell-state generation for spin qubits via dissipative coupling](https://arxiv.org/abs/2108.07365) is
# about two qubits on an axial magnet. At the end of this notebook you can go further in three directions: magnets that
# are pumped, so that they relax one qubit where they excite the other; drives that lead three qubits into a state in
# which all of them are entangled; and more qubits than a density matrix holds.

# %%
import matplotlib.pyplot as plt
import numpy as np

import nvprotocol as nv
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK

plt.rcParams.update(NOTEBOOK)

# %% [markdown]
# ## Any coefficient matrix
#
# What a magnet does to $N$ qubits is a matrix $h$ of $3N\times3N$ numbers (Eq. 3), in the order $\sigma_i^-$,
# $\sigma_i^+$, $\sigma_i^z$. The paper's is block diagonal. In a squeezed reservoir it is not: the jumps
# $L_1=\cosh r\,\sigma_1^++\sinh r\,\sigma_2^-$ and $L_2=\cosh r\,\sigma_2^++\sinh r\,\sigma_1^-$ tie relaxation to
# excitation. As $L=\sqrt2J$, each row of amplitudes has half its square in $h$.

# %%
r = 0.8
jumps = np.array([[0, np.sinh(r), np.cosh(r), 0, 0, 0], [np.sinh(r), 0, 0, np.cosh(r), 0, 0]])
reservoir = nv.Medium.from_matrix(jumps.T @ jumps / 2)
print(reservoir)
steady = nv.MasterEquation(reservoir).steady_state()
purity = np.trace(steady @ steady).real
print(f"\nconcurrence {nv.concurrence(steady):.6f} = tanh 2r = {np.tanh(2 * r):.6f}, purity {purity:.6f}")

# %% [markdown]
# There is one steady state, it is pure, and nobody has to watch. But now the *mean* splitting matters: the frame
# rotates at half the frequency of the pump, and what both qubits are off it, `offset`, spoils the state. For the
# axial magnets of the paper only differences of splittings do anything.

# %%
offsets = np.linspace(0, 1, 41)
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.3))
both = nv.concurrence(nv.MasterEquation(reservoir, offset=offsets).steady_state())
apart = nv.concurrence(nv.MasterEquation(reservoir, detuning=offsets).steady_state())
ax.plot(offsets, both, color=COLOURS[0], label=r"both, $\Delta_0$")
ax.plot(offsets, apart, color=COLOURS[1], label=r"apart, $\delta$")
ax.set(xlabel="splitting (rad/µs)", ylabel="steady concurrence", ylim=(-0.02, 1.02))
ax.legend()
plt.show()

# %% [markdown]
# The same as a circuit on Aer, with counts. The state does not conserve the total $\sigma^z$, so tomography takes all
# nine settings.

# %%
circuit = nv.protocols.dissipative_entanglement(duration=80.0, initial="uu")
device = nv.Device(nv.MasterEquation(reservoir))
print(nv.emulate(circuit, device, shots=5000, seed=9))

# %% [markdown]
# ## Three qubits under a drive
#
# Collective decay of $N$ qubits leaves many states alone, $\binom{N}{\lfloor N/2\rfloor}$ of them, and what is left of
# an excitation depends on where it began. A drive whose phase winds around, $\Omega_k=u+b\,e^{2\pi ik/3}$, singles one
# out: whatever the start, the three qubits end close to a W state of winding phases.

# %%
collective = nv.Medium(relaxation=np.ones((3, 3)))  # |A_ij| = a = 1 rad/µs
print(collective.dark_subspace)
drive = nv.protocols.winding_drive(3, 0.3, 0.3)
equation = nv.MasterEquation(collective, drive=drive)
phases = np.exp(-2j * np.pi * np.arange(3) / 3)
labels = zip(phases, ("duu", "udu", "uud"), strict=True)
w = sum(phase * nv.operators.state(label) for phase, label in labels) / np.sqrt(3)
times = np.linspace(0, 120, 121)
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.3))
for number, initial in enumerate(("uuu", "duu", "ddd")):
    fidelity = np.einsum("i,tij,j->t", w.conj(), equation.evolve(initial, times), w).real
    ax.plot(times, fidelity, color=COLOURS[number], label=f"from {initial}")
ax.axhline(2 / 3, color="0.6", linestyle=":")
ax.set(xlabel="time (µs)", ylabel="fidelity with W", ylim=(0, 0.9))
ax.legend()
plt.show()
print(f"in the end {nv.operators.fidelity(equation.steady_state(), w):.6f}; above 2/3 all three are entangled")

# %% [markdown]
# As an experiment: a circuit with the drive as an instruction, read by tomography of three qubits. Each pair has a
# concurrence with an interval, and the fidelity with W a guaranteed one.

# %%
driven = nv.protocols.driven_dark_state(300.0, drive)
estimate = nv.emulate(driven, nv.Device(nv.MasterEquation(collective)), shots=2000, seed=4)
print(np.round(estimate.pairwise_concurrence, 3))
low, value, high = estimate.fidelity_interval(w)
print(f"fidelity with W {value:.3f}, between {low:.3f} and {high:.3f} (guaranteed)")

# %% [markdown]
# ## More qubits
#
# Without a jump a pure state stays pure, and kets of many qubits are cheap. Eight qubits with equal couplings, one of
# them excited: the excitation is kept with probability $(N-1)/N$, and the first qubit shares $2/N$ with each other one.

# %%
for n in (2, 4, 8, 12):
    many = nv.MasterEquation(nv.Medium(relaxation=np.ones((n, n))))
    kept = many.no_jump_kets("d" + "u" * (n - 1), [20.0])
    pairs = nv.entanglement.pairwise_concurrence(kept.kets[-1])
    print(f"N = {n:2}: kept {kept.probability[-1]:.4f}, C with the first {pairs[0, 1]:.4f} ({kept.metadata['method']})")

# %% [markdown]
# Where jumps happen, quantum-jump trajectories take the place of density matrices; each tells which jump came when. In
# the burst of six excited qubits (superradiance) the emission is fastest not at the start, as for independent qubits,
# but later.

# %%
n = 6
many = nv.MasterEquation(nv.Medium(relaxation=np.ones((n, n))))
alone = nv.MasterEquation(nv.Medium(relaxation=np.eye(n)))
ticks = np.linspace(0, 1.5, 76)
number_operator = sum((np.eye(2**n) - nv.operators.sigma_z(k, n)) / 2 for k in range(n))
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.3))
for number, (each, label) in enumerate(((many, "collective"), (alone, "independent"))):
    found = each.trajectories("d" * n, ticks, {"excitations": number_operator}, number=400, seed=6)
    mean, error = found.mean["excitations"], found.standard_error["excitations"]
    ax.plot(ticks, mean, color=COLOURS[number], label=label)
    ax.fill_between(ticks, mean - 2 * error, mean + 2 * error, color=COLOURS[number], alpha=0.25, linewidth=0)
exact = np.einsum("tij,ji->t", many.evolve("d" * n, ticks), number_operator).real
ax.plot(ticks, exact, "k:", label="collective, exact")
ax.set(xlabel="time (µs)", ylabel="excitations left", ylim=(0, n + 0.2))
ax.legend()
plt.show()
clicks = many.trajectories("d" * n, 5.0, {}, number=2, seed=6).records[0]
print("the jumps of one trajectory (µs):", clicks.times.round(3))

# %% [markdown]
# What else is there: `docs/beyond.md` with sources, `nvprotocol run circuits/squeezed_reservoir.toml`, and the figure
# `nvprotocol figures beyond_the_pair`. Back to [magnets](08_magnets.ipynb).

# %%
assert abs(nv.concurrence(steady) - np.tanh(2 * r)) < 1e-10
assert np.ptp(apart) < 1e-9
assert both[-1] == 0
assert abs(nv.operators.fidelity(equation.steady_state(), w) - 0.806626) < 1e-6
assert low <= nv.operators.fidelity(equation.steady_state(), w) <= high
