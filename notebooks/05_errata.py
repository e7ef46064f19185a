# %% [markdown]
# # Where the paper errs
#
# [Bell-state generation for spin qubits via dissipative coupling](https://arxiv.org/abs/2108.07365)
# (PRB 106, L180406) is right in everything that it is about: Bell states do come out of dissipation. To rebuild it
# means to compute every line of it again, though, and some lines do not come out as printed. Most are misprints. A
# few change a curve, and a few statements hold under conditions that are not named.
#
# This notebook shows the ones that change a picture. All of them, with their numbers, are on the page
# `docs/errata.md`, which `nvprotocol errata` makes; `nvprotocol claims` says of every statement of the paper whether
# it holds. The text at hand was the arXiv version.
#
# Rates are in rad/µs and times in µs. Notebook 01 explains what is simulated here.

# %%
import matplotlib.pyplot as plt
import numpy as np
from qiskit import QuantumCircuit, QuantumRegister

import nvprotocol as nv
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK

plt.rcParams.update(NOTEBOOK)
GREY = "0.45"


def pair(a=1.0, A=1.0, q=0.0, delta=0.0, **more):
    """The master equation of a pair in the paper's symbols."""
    return nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q, **more), detuning=delta)


for one in nv.paper.errata.ERRATA.values():
    print(f"{one.key:4}{one.kind:10}{one.title}")

# %% [markdown]
# ## A maximum that is not one (E1)
#
# A pair is monitored, and kept while $|\sigma^z| = 0$. If the fields differ too much, $\eta = \delta/\Gamma > 1$,
# entanglement comes and goes. The most there ever is, says the text below Eq. 15 and shows the inset of Fig. 3, is
#
# $$C_{\max}(\eta) = \frac{\sqrt{2 - 1/\eta^2}}{\eta} .$$
#
# This is the concurrence at $\omega t = \pi/4$, an eighth of the way round. The largest comes at $\omega t = \pi/2$:
#
# $$C_{\max}(\eta) = \frac{2\eta}{1+\eta^2} .$$

# %%
etas = np.array([1.2, 1.5, 2.0, 2.5, 4.0])
phases = np.linspace(0, 1, 401)[1:]  # ωt/π
curves = []
for eta in etas:
    times = np.pi * phases / np.sqrt(eta**2 - 1)
    curves.append(nv.concurrence(pair(delta=eta).no_jump("ud", times).states))
largest = np.max(curves, axis=1)
printed, right = np.sqrt(2 - 1 / etas**2) / etas, 2 * etas / (1 + etas**2)

figure, axes = plt.subplots(1, 2, sharey=True, figsize=(COLUMN_WIDTH, 2.4))
for k in (1, 2, 4):
    axes[0].plot(phases, curves[k], color=COLOURS[k], label=rf"$\eta = {etas[k]:g}$")
for place in (0.25, 0.5):
    axes[0].axvline(place, color=GREY, lw=0.8, ls=":")
axes[0].set(xlabel=r"$\omega t/\pi$", ylabel="concurrence $C$", xlim=(0, 1), ylim=(0, 1.34))
axes[0].set(xticks=[0, 0.25, 0.5, 1], xticklabels=["0", "¼", "½", "1"])
axes[0].set_yticks(np.linspace(0, 1, 6))
axes[0].legend(loc="upper right", handlelength=1.2)
fine = np.linspace(1, 4.2, 200)
axes[1].plot(fine, 2 * fine / (1 + fine**2), color=COLOURS[0], label=r"$2\eta/(1+\eta^2)$")
axes[1].plot(fine, np.sqrt(2 - 1 / fine**2) / fine, "--", color=COLOURS[1], label="as printed")
axes[1].plot(etas, largest, "o", color="black", ms=3, mfc="white", mew=0.8, label="found")
axes[1].set(xlabel=r"$\eta = \delta/\Gamma$", xlim=(1, 4.2))
axes[1].legend(loc="upper right")
plt.show()

# %% [markdown]
# *Left: concurrence of the monitored pair over one period, master equation. Right: its largest value. Circles: found on
# curves like those on the left.*
#
# What the paper concludes from it stays: the second derivative of $C_{\max}$ jumps at $\eta = 1$. It jumps from 0 to
# $-1$, not to $-4$.
#
# ## How entanglement fades at the critical point (E2)
#
# Unmonitored at $\delta = |A|$, the pair fades without oscillation, "$C(t) \propto t\,e^{-2at}$" (text below Eq. 9 and
# caption of Fig. 2). Take out $t\,e^{-2at}$, and a constant should be left. There is none:
#
# $$C(t) = 2|A|t\,\sqrt{1+|A|^2t^2}\;e^{-2at} .$$

# %%
times = np.geomspace(0.02, 10, 200)
critical = nv.concurrence(pair(delta=1.0).evolve("ud", times))
growth = critical * np.exp(2 * times) / times

figure, ax = plt.subplots()
ax.loglog(times, growth, color=COLOURS[0], label="master equation")
ax.loglog(times, np.full_like(times, 2.0), "--", color=COLOURS[1], label=r"$C\propto t\,e^{-2at}$")
ax.loglog(times, 2 * times, ":", color=COLOURS[2], label=r"$C\propto t^2e^{-2at}$")
ax.set(xlabel="time $t$ (µs)", ylabel=r"$C\,e^{2at}/t$", xlim=(0.02, 10), ylim=(0.8, 30))
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# *$a = |A| = \delta = 1$ rad/µs, $T = 0$, start in $|\uparrow\downarrow\rangle$.*
#
# ## From any initial state? (E5)
#
# At $|A| = a$ and $\delta = 0$ the singlet is dark. A state that holds the singlet with weight $p_S$ keeps it, and so
# the paper has steady entanglement from every state that is not symmetric, finite temperature included. At $T = 0$
# this is so, $C(\infty) = p_S$. At $T > 0$ the rest of the pair does not fall silent. It fills up
# $|\downarrow\downarrow\rangle$ and $|\uparrow\uparrow\rangle$, and this noise hides a small singlet. It takes
# $p_S > p_c = 3q/(1+4q+q^2)$.

# %%
rng = np.random.default_rng(5)
single = rng.normal(size=(2, 60, 2)) + 1j * rng.normal(size=(2, 60, 2))
single /= np.linalg.norm(single, axis=-1, keepdims=True)
products = np.einsum("na,nb->nab", *single).reshape(-1, 4)  # random product states
products = np.einsum("na,nb->nab", products, products.conj())
singlet = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
weights = np.einsum("nab,ba->n", products, singlet).real
qs = [0.0, 0.1, 0.3]
ends = np.array([nv.concurrence(pair(q=q).steady_state(products)) for q in qs])
thresholds = np.array([float(nv.closed_form.singlet_threshold(q)) for q in qs])

figure, ax = plt.subplots()
p = np.linspace(0, 0.5, 201)
for k, q in enumerate(qs):
    ax.plot(p, nv.closed_form.steady_concurrence(q=q, p_S=p), color=COLOURS[k], label=f"$q = {q:g}$")
    ax.plot(weights, ends[k], "o", color=COLOURS[k], ms=2.2, mfc="white", mew=0.6)
ax.set(xlabel="weight of the singlet $p_S$", ylabel=r"steady concurrence $C(\infty)$", xlim=(0, 0.5), ylim=(-0.01, 0.5))
ax.legend(loc="upper left")
plt.show()
print("least p_S:", thresholds.round(3), " product states that end entangled:", np.mean(ends > 0, axis=1).round(2))

# %% [markdown]
# *Circles: 60 random product states and where the master equation takes them. Lines: closed form.*
#
# ## Death, not decay (E14)
#
# "Numerical results for finite temperature … do not qualitatively change our conclusion", says the text below Eq. 7.
# Trends and plateau do survive. But look at Figs. S4a and S4b on a logarithmic axis. At zero temperature entanglement
# decays and is never quite gone. At any other temperature it **ends**, at a definite time. The state has thermal
# weight in $|\downarrow\downarrow\rangle$ and $|\uparrow\uparrow\rangle$, and as soon as
# $|\rho_{12}| \le \sqrt{\rho_{00}\rho_{33}}$ nothing is left. Only the dark state proper, $|A| = a$ and
# $\delta = 0$, escapes.

# %%
times = np.linspace(0, 0.6, 601)[1:]
cases = {"$|A| = 28$, $\\delta = 0$": (30, 28, 0.0), "$|A| = a = 10$, $\\delta = 10$": (10, 10, 10.0)}
figure, ax = plt.subplots()
deaths = []
for k, (label, (a, A, delta)) in enumerate(cases.items()):
    cold, hot = (nv.concurrence(pair(a, A, q, delta).evolve("ud", times)) for q in (0.0, 0.1))
    deaths.append(times[np.flatnonzero(hot)[-1]])
    ax.semilogy(times, cold, "--", color=COLOURS[k], label=f"{label}, $q = 0$")
    ax.semilogy(times, np.where(hot > 0, hot, np.nan), color=COLOURS[k], label=f"{label}, $q = 0.1$")
    ax.plot(deaths[-1], 1.4e-4, "v", color=COLOURS[k], ms=4)
ax.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$", xlim=(0, 0.6), ylim=(1e-4, 8))
ax.legend(loc="upper right", ncols=1)
plt.show()
print("entanglement ends at", np.round(deaths, 3), "µs")

# %% [markdown]
# *A curve of Fig. S4a ($a = 30$ rad/µs) and one of Fig. S4b, and both again at $T = 0$ (dashed). Triangles: the end.*
#
# ## How often does one have to look? (E12, E13)
#
# "The non-Hermitian Hamiltonian scheme is precise when the rate of measurements is infinite." It is. But at $T = 0$,
# starting from $|\uparrow\downarrow\rangle$, **one look at the end** does as well. A jump leads to
# $|\uparrow\uparrow\rangle$ and never back, so a check at the end misses nothing. For an experiment this is the
# difference between sixty mid-circuit measurements and none. Here are both as circuits on Aer.

# %%
cold = nv.Device(pair(delta=0.5))
many = nv.emulate(nv.protocols.monitored_bell(1.5, checks=60), cold, postselect={"parity": 1}, shots=4000, seed=1)
once = nv.emulate(nv.protocols.final_check(1.5), cold, postselect={"parity": 1}, shots=4000, seed=2)
truth = pair(delta=0.5).no_jump("ud", 1.5)
print("sixty checks:", many, "\none check:   ", once)
print(f"exact:        C = {nv.concurrence(truth.states)[0]:.4f}, kept {truth.probability[0]:.4f}")

# %% [markdown]
# At $T > 0$ a pair can come back, and then the rate matters: the deviation falls in proportion to the time $\tau$
# between checks. Waiting for absent magnons instead (E13) is the same at $T = 0$ only. Absorbed magnons are never
# missed by a detector of emitted ones, and a detector of efficiency $\eta_d$ leaves $C(\infty) = 1/(2-\eta_d)$.

# %%
hot, cold = pair(A=0.9, q=0.5, delta=0.3), pair(A=0.9, delta=0.3)
numbers = np.array([1, 2, 4, 8, 16, 32, 64, 128])
deviations = {}
for name, equation in (("$q = 0.5$", hot), ("$q = 0$", cold)):
    limit = equation.no_jump("ud", 2.0).states[0]
    kept = [equation.monitored("ud", 2.0, 2.0 / n).states[0] for n in numbers]
    deviations[name] = np.abs(np.array(kept) - limit).max(axis=(1, 2))

figure, ax = plt.subplots()
for k, (name, values) in enumerate(deviations.items()):
    ax.loglog(numbers, np.maximum(values, 1e-17), "os"[k], color=COLOURS[k], ms=3.5, label=name)
ax.loglog(numbers, deviations["$q = 0.5$"][-1] * 128 / numbers, "-", color=GREY, lw=0.8, label=r"$\propto\tau$")
ax.set(xlabel="number of checks until $t = 2$ µs", ylabel=r"largest $|\rho_{ij}-\rho_{ij}^{\rm no\,jump}|$")
ax.set(ylim=(1e-18, 10))
ax.legend(loc="center right")
plt.show()

# %% [markdown]
# *Distance from the ideal scheme ($a = 1$, $|A| = 0.9$, $\delta = 0.3$ rad/µs). At $q = 0$ it is rounding, however
# low the measurement rate.*
#
# ## Decoupling that heats (E15)
#
# Pure dephasing, says the paper, can be suppressed by dynamical decoupling. Trains of $\pi$ pulses on both qubits do
# remove slow noise. But a $\pi$ pulse also turns $\uparrow$ into $\downarrow$. In a medium that only takes energy,
# every second stretch of time then *gives* energy, and the pair ends as if the magnet were infinitely hot. Who
# monitors need not care: the singlet is dark for both. It is one circuit to write.


# %%
def pulsed(spacing, duration=12.0):
    """|↑↓⟩, then waiting, with a π pulse on both qubits every `spacing`, the first after half of it."""
    spins = QuantumRegister(2, "nv")
    circuit = QuantumCircuit(spins)
    circuit.x(spins[1])
    circuit.delay(spacing / 2, spins, unit="us")
    for _ in range(round(duration / spacing) - 1):
        circuit.x(spins)
        circuit.delay(spacing, spins, unit="us")
    circuit.x(spins)
    circuit.delay(spacing / 2, spins, unit="us")
    return circuit


magnet = nv.Device(pair())
spacings = np.array([0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0])
alone = [nv.emulate(pulsed(spacing), magnet, shots=None, engine="exact").concurrence for spacing in spacings]
monitored = []
for spacing in spacings[2:6]:
    n = round(12 / spacing)
    circuit = nv.protocols.echoed_bell(12.0, checks=n, pulses=n)
    monitored.append(nv.emulate(circuit, magnet, postselect={"parity": 1}, shots=None, engine="exact").concurrence)

figure, ax = plt.subplots()
ax.semilogx(spacings, alone, "o", color=COLOURS[0], ms=3.5, label="unmonitored")
ax.semilogx(spacings[2:6], monitored, "s", color=COLOURS[1], ms=3.5, label="monitored")
ax.axhline(0.5, color=GREY, lw=0.8, ls="--", zorder=0)
ax.set(xlabel="time between pulses (µs)", ylabel="concurrence $C$ at 12 µs", ylim=(-0.03, 1.1))
ax.legend(loc=(0.03, 0.6))
plt.show()

# %% [markdown]
# *$|A| = a = 1$ rad/µs, $T = 0$. Circuits on the exact engine. Dashed: unmonitored, without pulses, 1/2, which returns
# once the pulses leave the pair time to cool.*
#
# And the dephasing that was to be suppressed? Inside a master equation $d$ and $D$ are white noise. A pulse commutes
# with them, and nothing happens to them at all.
#
# ## How near is near? (E17)
#
# $|A| \lesssim a$ asks for qubits "within a lengthscale … set by the wavelength of the magnon". In two and three
# dimensions, yes. On a wire a magnon that goes past one qubit goes past the other, too, wherever that is: $|A| = a$
# at every multiple of half a wavelength, until damping ends it.

# %%
ratios = np.linspace(0.005, 3, 600)  # r/λ
shares = {}
for dimension in (1, 2, 3):
    magnons = nv.magnets.Exchange(
        dimension, gap_ghz=2.0, stiffness_m2_per_s=8e-6, spin=14.2, lattice_nm=1.0, coupling_mhz=1.0
    )
    r = ratios * magnons.wavelength_nm(2.87)
    block = magnons.medium(r, frequency_ghz=2.87, dipole=False).relaxation
    shares[dimension] = np.abs(block[:, 0, 1] / block[:, 0, 0])

figure, ax = plt.subplots()
for k, (dimension, share) in enumerate(shares.items()):
    ax.plot(ratios, share, ("-", "--", "-.")[k], color=COLOURS[k], label=f"{dimension}D")
ax.set(xlabel="distance in wavelengths $r/\\lambda$", ylabel="$|A|/a$", xlim=(0, 3), ylim=(0, 1.3))
ax.legend(loc="upper right", ncols=3)
plt.show()

# %% [markdown]
# *Exchange magnons of 2.87 GHz above a gap of 2 GHz, without damping.*
#
# ## A journey takes time (E22)
#
# So put the qubits twenty wavelengths apart on a wire? The Markov approximation asks for $\Delta-\Omega$ large
# against the rates, and this it may be. For a pair it is not enough. A magnon takes $r/v_g$ from one to the other,
# and as long as it is under way the dark state is partly a magnon. Two qubits and all magnons, without approximation,
# end with
#
# $$C(\infty) = \frac{1}{2\,(1 + a\,r/v_g)^2} .$$

# %%
checks = []
for half_waves in (1, 5, 11, 21, 41):
    wire = nv.magnets.Exchange(1, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=80.0)
    checks.append(wire.markov_check(half_waves * float(wire.wavelength_nm(2.87)) / 2, frequency_ghz=2.87))
detours = np.array([one.retardation for one in checks])
exact_ends = np.array([one.exact[-1] for one in checks])

figure, ax = plt.subplots()
x = np.linspace(0, 0.28, 100)
ax.plot(x, 0.5 / (1 + x) ** 2, color=COLOURS[0], label=r"$\frac{1}{2}(1+a\,r/v_g)^{-2}$")
ax.plot(x, np.full_like(x, 0.5), "--", color=COLOURS[1], label="Markov")
ax.plot(detours, exact_ends, "o", color="black", ms=3, mfc="white", mew=0.8, label="exact model")
ax.set(xlabel="$a\\,r/v_g$", ylabel=r"$C(\infty)$", xlim=(0, 0.28), ylim=(0.25, 0.58))
ax.legend(loc="lower left")
plt.show()
print(f"a/(Δ − Ω) = {checks[0].edge:.4f} in all of them")

# %% [markdown]
# *Half a wavelength to 20.5 wavelengths apart, $a$ and $\Delta-\Omega$ the same.*
#
# ## The exceptional point and what was left out (E19)
#
# The paper sets aside the coherent coupling that comes with the same magnons, and says so. Put it back, and
# $E = \pm\sqrt{\delta^2-(\Gamma+2iJ_\perp)^2}$: there is no $\delta$ at which the two energies meet. The exceptional
# point is gone, and with it the phase in which nothing ever settles. At $\delta = 0$ nothing is lost.

# %%
deltas = np.linspace(0, 2, 401)
Js = [0.0, 0.02, 0.1]
gaps, steady = [], []
for J in Js:
    block = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, J=J), deltas).effective_hamiltonian[:, 1:3, 1:3]
    values = np.linalg.eigvals(block)
    gaps.append(np.abs(values[:, 0] - values[:, 1]))
    couplings = nv.closed_form.no_jump_couplings(1.0, J=J)
    steady.append(nv.closed_form.chiral_steady_concurrence(*couplings, delta=deltas) if J else None)

figure, axes = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 3.6))
for k, J in enumerate(Js):
    axes[0].plot(deltas, gaps[k], ("-", "--", "-.")[k], color=COLOURS[k], label=rf"$J_\perp = {J:g}\,\Gamma$")
    if J:
        axes[1].plot(deltas, steady[k], ("-", "--", "-.")[k], color=COLOURS[k])
axes[1].plot([0, 1], [1, 1], color=COLOURS[0])
axes[0].set(ylabel=r"$|E_a - E_s|/\Gamma$", ylim=(0, 4))
axes[1].set(xlabel=r"$\delta/\Gamma$", ylabel=r"$C(\infty)$, monitored", xlim=(0, 2), ylim=(0.4, 1.05))
axes[0].legend(loc="upper center")
plt.show()

# %% [markdown]
# *Above: distance of the two energies. Below: where monitoring ends. Without $J_\perp$ there is no end for
# $\delta > \Gamma$.*
#
# ## Misprints
#
# The rest is small, but whoever copies a formula should know. Printed and right form, and the numbers that tell:

# %%
misprints = [one for one in nv.paper.errata.ERRATA.values() if one.kind == "misprint"]
findings = {key: nv.paper.claims.find(key).compute() for one in misprints for key in one.claims[:1]}
for one in misprints:
    first = findings[one.claims[0]]
    print(f"{one.key:4}printed {one.printed}\n    right   {one.right}")
    for number in (*first.as_stated[:1], *first.corrected[:1]):
        print(f"        {number}")

# %% [markdown]
# ## What this notebook has shown

# %%
assert np.allclose(largest, right, rtol=0, atol=1e-4)  # E1: the right form, on the grid of the curves
assert np.all(right - printed > 0.03)
assert np.allclose(growth, 2 * np.sqrt(1 + np.geomspace(0.02, 10, 200) ** 2), rtol=1e-9)  # E2
assert np.allclose(ends[0], weights, atol=1e-7)  # E5: C(∞) = p_S at T = 0 …
assert all(np.array_equal(end > 0, weights > limit) for end, limit in zip(ends[1:], thresholds[1:], strict=True))
assert all(0.1 < death < 0.3 for death in deaths)  # E14: both curves end before t = .3
assert abs(once.concurrence - nv.concurrence(truth.states)[0]) < 0.05  # E12: one check is as good as sixty
assert deviations["$q = 0$"].max() < 1e-12
assert np.allclose(deviations["$q = 0.5$"][-2] / deviations["$q = 0.5$"][-1], 2, rtol=0.05)
assert alone[0] < 0.01 < 0.45 < alone[-1]  # E15: fast pulses heat …
assert min(monitored) > 0.999  # … and monitoring does not mind
assert np.all(shares[1][np.isclose(ratios % 0.5, 0, atol=1e-9)] > 0.999)  # E17
assert shares[2][ratios > 1].max() < 0.301  # the third extremum of J₀
assert np.allclose(exact_ends, 0.5 / (1 + detours) ** 2, atol=5e-3)  # E22
assert np.isclose(gaps[2].min(), 4 * np.sqrt(0.1), rtol=1e-3)  # E19: the energies keep apart
assert gaps[0].min() < 1e-3
assert all(finding.verdict is nv.paper.claims.Verdict.CORRECTED for finding in findings.values())
