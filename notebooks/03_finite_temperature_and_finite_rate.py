# %% [markdown]
# # Finite temperature and finite rate
#
# The story of notebooks 01 and 02 was told at zero temperature, and with an observer who never blinks. A real magnet is
# warm: besides magnons to emit into, there are magnons to absorb. A real observer checks now and then. Each of the two
# alone does little harm to a monitored pair. Together they matter, because a pair can then jump out and back in between
# two checks.
#
# - **New to it?** You need notebook 01. Everything is made of four numbers: local relaxation $a$, dissipative coupling
#   $A$, detuning $\delta$, and the Boltzmann factor $q$.
# - **Know the paper?** Three statements of it are sharpened: finite temperature *does* change the picture
#   qualitatively (entanglement ends suddenly); not every asymmetric beginning ends entangled; and Eq. S54 has a closed
#   solution. And a question that the paper leaves open is answered: what finite-rate measurements make of the
#   exceptional point. It moves, as the two-thirds power of the time between checks, it changes its order, and the
#   transition becomes a crossover.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import constants
from scipy.stats import binom, chi2

import nvprotocol as nv
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK, estimate_points

plt.rcParams.update(NOTEBOOK)
GREY = "0.45"
FIVE = {"settings": nv.tomography.U1, "ansatz": "X"}  # tomography of what conserves σᶻ: five settings do
record = []  # (exact concurrence, exact probability, estimate) of every emulated point, for the tally below


def remember(estimates, states, probability=1.0):
    """Keeps what is true of each point beside its estimate."""
    record.extend(np.broadcast(np.atleast_1d(nv.concurrence(states)), probability, estimates))


def pair(q, A=1.0, delta=0.0, a=1.0):
    """The master equation of two spins on a magnet in equilibrium, a = 1 unless said otherwise."""
    return nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q), delta)


# %% [markdown]
# ## What warmth is
#
# In equilibrium a magnet's noise obeys one law, the fluctuation–dissipation theorem: what it takes at the rate $a$ it
# gives back at the rate $\tilde a = q\,a$ with $q = e^{-\hbar\Delta/k_BT}$, and the same holds for the correlated part,
# $\tilde A = q\,A$. So a temperature is one number more. It depends on the splitting $\Delta$ of the spins:

# %%
rows = ["temperature   q at 2.87 GHz   q at 28.7 GHz   T1 at 2.87 GHz, relative to T = 0"]
for kelvin in (0.01, 0.05, 0.1, 1.0, 4.0, 300.0):
    q = [float(nv.closed_form.boltzmann_ratio(constants.h * f, constants.k * kelvin)) for f in (2.87e9, 28.7e9)]
    relaxation = sum(nv.closed_form.local_rates(a0=1.0, q=q[0]))
    rows.append(f"{kelvin:9g} K {q[0]:15.4g} {q[1]:15.4g} {1 / relaxation:20.3g}")
print("\n".join(rows))

# %% [markdown]
# ## Unmonitored: entanglement ends
#
# This is Fig. S4 of the paper's supplement in units of $a$: $q = 0.1$, start in $|\uparrow\downarrow\rangle$, equal
# fields. With $|A| = a$ a plateau stays. With less, the entanglement passes; the supplement finds that temperature does
# not change the picture. Look at the ends of the curves.

# %%
q, times = 0.1, np.linspace(0, 9, 451)
figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 4.4), height_ratios=(3, 2))
sampled = np.linspace(0.4, 8.6, 9)
for k, A in enumerate((1.0, 0.97, 0.93, 0.85)):
    equation = pair(q, A)
    above.plot(times, nv.concurrence(equation.evolve("ud", times)), color=COLOURS[k])
    at = sampled + 0.06 * k
    circuits = [nv.protocols.dissipative_entanglement(look) for look in at]
    estimates = nv.emulate(circuits, nv.Device(equation), 4000, seed=10 + k, **FIVE)
    remember(estimates, equation.evolve("ud", at))
    estimate_points(above, at, estimates, number=k, label=f"$|A| = {A:g}\\,a$")
states = pair(q, 0.93).evolve("ud", times)
below.plot(times, np.abs(states[:, 1, 2]), color=COLOURS[2], label=r"$|\rho_{12}|$")
lost = np.sqrt(states[:, 0, 0].real * states[:, 3, 3].real)
below.plot(times, lost, "--", color="black", label=r"$\sqrt{\rho_{\uparrow\uparrow}\rho_{\downarrow\downarrow}}$")
above.set(ylabel="concurrence $C$", ylim=(-0.01, 0.52), xlim=(0, 9))
above.legend(ncols=2, loc="upper right")
below.set(xlabel="time $at$", ylabel="for $|A| = 0.93\\,a$", ylim=(0, 0.26))
below.legend(loc="upper right")
plt.show()

# %% [markdown]
# *Above: lines exact, points circuits on Aer with 95 % intervals. Below: the two sides of a competition.*
#
# The entanglement does not fade, it **ends**. In such a state $C = 2\max(0, |\rho_{12}| -
# \sqrt{\rho_{\uparrow\uparrow}\rho_{\downarrow\downarrow}})$: a coherence must outweigh the uncertainty whether both
# spins are up or both are down. At zero temperature $\rho_{\downarrow\downarrow} = 0$ and there is nothing to
# outweigh. At finite temperature there always is, the coherence falls below it at a finite time, and the concurrence
# is 0 for good. It can even be that there is never any: at the start $|\rho_{12}|$ grows as $\Gamma t$ and the other
# side as $2\sqrt{a\tilde a}\,t$, so that nothing ever becomes entangled for $|A|/a \le 2\sqrt q/(1+q) =
# 1/\cosh(\hbar\Delta/2k_BT)$.
#
# At $\delta = 0$ the whole evolution has a closed form, `nv.closed_form.thermal_evolution`. The supplement says that
# there is none; it is a rate equation between $|\uparrow\uparrow\rangle$, $T_0$, $S$ and
# $|\downarrow\downarrow\rangle$.
#
# ## What the beginning decides
#
# With $|A| = a$ the singlet is perfectly dark at any temperature. Whatever weight $p_S$ it has in the beginning, it
# keeps. All else becomes thermal within the triplet. So the end depends on two numbers only,
#
# $$C_\infty = \max\left(0, \frac{p_S(1-q)^2 - 3q(1-2p_S)}{1+q+q^2}\right),$$
#
# and it is positive for $p_S > p_c = 3q/(1+4q+q^2)$ only. The supplement promises entanglement for every beginning that
# is not symmetric; that is so at $q = 0$. Product states have $p_S \le 1/2$: a magnet with $q \to 1$ entangles none of
# them.

# %%
weights, starts = np.linspace(0, 0.5, 201), ("++", "+u", "ud")
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.5))
for k, q in enumerate((0.0, 0.1, 0.3)):
    ax.plot(weights, nv.closed_form.steady_concurrence(q, weights), color=COLOURS[k])
    circuits = [nv.protocols.dissipative_entanglement(20.0, start) for start in starts]
    estimates = nv.emulate(circuits, nv.Device(pair(q)), 4000, seed=20 + k)
    remember(estimates, np.concatenate([pair(q).evolve(start, 20.0) for start in starts]))
    at = [float(nv.closed_form.singlet_weight(start)) for start in starts]
    estimate_points(ax, at, estimates, number=k, label=f"$q = {q:g}$")
ax.set(xlabel="weight of the singlet at the start $p_S$", ylabel=r"steady concurrence $C_\infty$", ylim=(-0.01, 0.55))
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# *From left to right the beginnings $|{+}{+}\rangle$, $|{+}{\uparrow}\rangle$, $|\uparrow\downarrow\rangle$,
# unmonitored for $20/a$.*
#
# For $p_S = 1/2$ this is the paper's Fig. S5: a map of $|A|$ and $|\tilde A|$, which turns out to be a function of
# their ratio alone, $C_\infty = (1-q)^2/2(1+q+q^2)$.
#
# ## Looking now and then
#
# Now monitor the pair at finite temperature. Kept are the runs that are accepted at every check, $\tau$
# apart. Between two checks anything may happen. Let $\mathcal P$ cut out the block of
# $|\uparrow\downarrow\rangle$ and $|\downarrow\uparrow\rangle$; then from one check to the next the
# unnormalised state goes through the map
#
# $$M(\tau) = \mathcal P\,e^{\mathcal L\tau}\,\mathcal P ,$$
#
# and after many checks it is the eigenvector of $M$ with the largest eigenvalue. $M$ is a 4 × 4 matrix, and all that
# follows is in its spectrum.

# %%
BLOCK = [10, 6, 9, 5]  # |↑↓⟩⟨↑↓|, |↑↓⟩⟨↓↑|, |↓↑⟩⟨↑↓|, |↓↑⟩⟨↓↑| in a column-stacked density matrix


def look_to_look(equation, period):
    """The map from one look to the next."""
    return equation.propagator(period)[..., np.ix_(BLOCK, BLOCK)[0], np.ix_(BLOCK, BLOCK)[1]]


def long_time(equation, period):
    """The concurrence right after a check, after many checks: 2|coherence| of the dominant eigenvector."""
    values, vectors = np.linalg.eig(look_to_look(equation, period))
    best = np.take_along_axis(vectors, np.argmax(values.real, axis=-1)[..., None, None], axis=-1)[..., 0]
    return 2 * np.abs(best[..., 1]) / np.abs(best[..., 0] + best[..., 3])


print(f"{'τ':>6}   long-time C at q = 0.5   at q = 0      (a = 1, |A| = 0.9, δ = 0)")
for period in (0.01, 0.1, 0.3, 1.0, 3.0, 10.0):
    print(f"{period:6g} {long_time(pair(0.5, 0.9), period):16.4f} {long_time(pair(0.0, 0.9), period):16.4f}")

# %%
periods = np.geomspace(0.01, 20, 121)
tried = np.array([0.03, 0.1, 0.3, 1.0, 3.0])
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.7))
for k, q in enumerate((0.0, 0.1, 0.5)):
    equation = pair(q, 0.9)
    ax.plot(periods, [long_time(equation, period) for period in periods], color=COLOURS[k])
    estimates = []
    for period in tried:
        rates = np.sort(np.log(np.abs(np.linalg.eigvals(look_to_look(equation, period)))) / period)
        checks = max(2, int(np.ceil(5 / (rates[-1] - rates[-2]) / period)))  # what passes falls to e⁻⁵
        circuit = nv.protocols.finite_rate_monitoring(checks * period, period)
        estimates.append(nv.emulate(circuit, nv.Device(equation), 8000, {"parity": 1}, seed=30 + k, **FIVE))
        exact = equation.monitored("ud", checks * period, period)
        remember(estimates[-1:], exact.states, exact.probability)
    estimate_points(ax, tried, estimates, number=k, label=f"$q = {q:g}$")
ax.set(
    xscale="log", xlabel=r"time between checks $a\tau$", ylabel=r"long-time concurrence $C_\infty$", ylim=(-0.01, 1.05)
)
ax.set_xlim(0.01, 20)
ax.xaxis.set_major_formatter("{x:g}")
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
# *$|A| = 0.9\,a$, $\delta = 0$. Points: circuits with mid-circuit measurements, kept runs, tomography.*
#
# At zero temperature the measurement rate does not matter: what has jumped is lost, and one check finds it out. At
# finite temperature entanglement goes when two jumps, out and back, fit between two checks. There is no threshold in
# $\tau$.
#
# (There is one if one asks at a *random* moment instead of right after a check: then states outside $\sigma^z = 0$
# have had time to pile up, and the competition of the first section is on again. For $q = 0.5$ and random checks of
# rate $g$ the concurrence at a random moment is 0 for $g = 0.3\,a$ and 0.32 for $g = a$. It is the measure that has a
# threshold, not the dynamics.)
#
# ## Where the exceptional point goes
#
# Monitored without a pause, the three coordinates that matter (norm $N$, and the equator's $X$, $Y$ of notebook 02)
# grow as $e^{\lambda t}$ with $\lambda = 0, \pm2\sqrt{\Gamma^2-\delta^2}$, beside a common loss. All three meet at
# $\delta = \Gamma$. To first order in $\tau$, what returns unseen adds $16q\,vv^T\tau/2$, $v = (a, A)$, to the
# generator of $(N, X)$, and the three roots obey
#
# $$\lambda^3 = 4(\Gamma^2-\delta^2)\,\lambda + 32\,q\,\tau\,\Gamma^2a^2 .$$
#
# A cubic with a small constant term: near a threefold root, small things have large effects. The *lower two* roots
# still meet, but earlier, at
#
# $$\delta_*^2 = \Gamma^2 - \tfrac34\,(16\,q\,\tau\,\Gamma^2a^2)^{2/3} ,$$
#
# while the largest one stays by itself. So the exceptional point of third order becomes one of second order, it moves
# down, and it leaves the mode that decides.

# %%
q, A = 0.5, 0.9
Gamma = A * (1 + q)
scan = np.linspace(0, 2, 401)
scanned = pair(q, A, scan * Gamma)
figure, (left, right) = plt.subplots(1, 2, figsize=(2 * COLUMN_WIDTH, 2.6))
rates = np.sort(np.log(np.abs(np.linalg.eigvals(look_to_look(scanned, 0.1)))) / 0.1, axis=-1) + 2 * (1 + q)
for mode in range(3):
    left.plot(scan, rates[:, mode], color=COLOURS[0], label="others" if mode == 0 else None)
left.plot(scan, rates[:, 3], color=COLOURS[1], label="dominant")
free = 2 * Gamma * np.sqrt(np.maximum(1 - scan**2, 0))
left.plot(scan, free, "--", color="black", lw=0.8, label=r"$\tau \to 0$")
left.plot(scan, -free, "--", color="black", lw=0.8)
left.set(xlabel=r"detuning $\delta/\Gamma$", ylabel=r"growth of $M$'s eigenvectors", xlim=(0, 2), ylim=(-3, 3))
left.legend(loc="upper right")
for k, period in enumerate((0.001, 0.03, 0.3, 1.0)):
    right.plot(scan, long_time(scanned, period), color=COLOURS[k + 2], label=rf"$a\tau = {period:g}$")
right.plot(scan, 1 / np.maximum(scan, 1), "--", color="black", lw=0.8, label=r"$\min(1, \Gamma/\delta)$")
right.set(xlabel=r"detuning $\delta/\Gamma$", ylabel=r"long-time concurrence $C_\infty$", xlim=(0, 2), ylim=(0, 1.05))
right.legend(loc="lower left")
plt.show()

# %% [markdown]
# *$q = 0.5$, $|A| = 0.9\,a$. Left: spectrum of the map for $a\tau = 0.1$ (solid) and of continuous watching (dashed).
# Right: where watching ends.*
#
# **What kind of change is it?** $M$ is completely positive and, for $q > 0$, mixes all that it acts on. The largest
# eigenvalue of such a map is positive and stands alone (Perron and Frobenius; the figure shows the gap, and the tally
# tests it on random parameters). An eigenvector of a simple eigenvalue is an analytic function of the parameters. So
# for $\tau > 0$ and $q > 0$ there is no transition, in $\delta$ or in $\tau$: it is a **crossover**. A transition
# remains in the limit: for $\tau \to 0$ the gap closes, and $C_\infty \to \min(1, \Gamma/\delta)$ has a kink at the
# exceptional point. This is not what continuous watching gives, which never settles for $\delta > \Gamma$. The limits
# of many checks and of frequent checks do not commute: a rare unseen return is enough to choose a steady state, if one
# waits long enough.
#
# How well does the law of the two-thirds power hold? The eigenvalues are real as long as the discriminant of their
# characteristic polynomial is positive.

# %%
TO_REAL = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, -1j, 1j, 0], [1, 0, 0, -1]])  # N, X, Y, Z


def exceptional_point(q, A, period):
    """δ* by bisection: the largest δ up to which the eigenvalues of the map on N, X, Y are real."""
    low, high = 0.0, A * (1 + q)
    for _ in range(45):
        delta = (low + high) / 2
        matrix = (TO_REAL @ look_to_look(pair(q, A, delta), period) @ np.linalg.inv(TO_REAL)).real[:3, :3]
        scaled = (matrix * np.exp(2 * (1 + q) * period) - np.eye(3)) / period
        roots = np.roots(np.poly(scaled))
        low, high = (delta, high) if np.abs(roots.imag).max() < 1e-9 else (low, delta)
    return low


short = np.geomspace(1e-4, 0.1, 16)
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.6))
shifts = {}
for k, q in enumerate((0.01, 0.1, 0.5)):
    Gamma = 0.9 * (1 + q)
    shifts[q] = np.array([1 - (exceptional_point(q, 0.9, period) / Gamma) ** 2 for period in short])
    law = 0.75 * (16 * q * short * Gamma**2) ** (2 / 3) / Gamma**2
    ax.plot(short, law, "--", color=COLOURS[k], lw=0.9)
    ax.plot(short, shifts[q], "o", color=COLOURS[k], ms=3, mfc="white", label=f"$q = {q:g}$")
ax.set(xscale="log", yscale="log", xlabel=r"time between checks $a\tau$", ylabel=r"shift $1 - \delta_*^2/\Gamma^2$")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# *Dashed: $\frac34(16q\tau\Gamma^2a^2)^{2/3}/\Gamma^2$.*
#
# ## How often is often enough?
#
# For $C_\infty \ge 0.95$ at equal fields, a magnet with $|A| = 0.9\,a$, and $a_0 = 1000$ rad/s of relaxation at zero
# temperature (the order that one estimates for an NV centre ten nanometres above a thin film of yttrium iron garnet):

# %%
rows = ["temperature       q        T1     longest τ     τ/T1"]
answers = {}
for kelvin in (0.02, 0.05, 0.1, 1.0, 4.0, 300.0):
    q = float(nv.closed_form.boltzmann_ratio(constants.h * 2.87e9, constants.k * kelvin))
    a = float(nv.closed_form.local_rates(a0=1e-3, q=q)[0])  # rad/µs
    equation = pair(q, 0.9 * a, a=a)
    low, high = 1e-3 * equation.medium.t1[0], 1e5 * equation.medium.t1[0]
    for _ in range(60):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if long_time(equation, middle) >= 0.95 else (low, middle)
    answers[kelvin] = low / equation.medium.t1[0]
    rows.append(f"{kelvin:9g} K {q:10.3g} {equation.medium.t1[0]:7.3g} µs {low:8.3g} µs {answers[kelvin]:8.3g}")
print("\n".join(rows))

# %% [markdown]
# At and above 1 K it is the same for all: some four checks in three $T_1$. But $T_1$ itself becomes short: at room
# temperature, where NV centres work so well, one would have to look every 80 ns, and a check of parity takes longer.
# Unmonitored, on the other hand, the pair needs $q \ll 1$: tenths of a kelvin at 2.87 GHz, or a larger field.
#
# ## Tally

# %%
closed = nv.closed_form
# The numbers of the finite-rate scheme, by the map and by following look after look.
expected = {0.01: 0.9986, 0.1: 0.9842, 0.3: 0.9436, 1.0: 0.7665, 3.0: 0.3345, 10.0: 0.0177}
for period, value in expected.items():
    assert abs(long_time(pair(0.5, 0.9), period) - value) < 6e-5
    long = pair(0.5, 0.9).monitored("ud", round(300 / period) * period, period).states
    assert np.isclose(nv.concurrence(long)[0], long_time(pair(0.5, 0.9), period), rtol=0, atol=1e-9)
    assert np.isclose(long_time(pair(0.0, 0.9, 0.4), period), 1.0, rtol=0, atol=1e-9)  # q = 0: no dependence
# At random moments instead: a threshold of the concurrence.
found = [nv.master_equation.poissonian_concurrence(pair(0.5, 0.9), rate) for rate in (0.3, 1.0, 10.0)]
assert np.allclose(found, [0.0, 0.323, 0.916], rtol=0, atol=6e-4)
# The closed form at finite temperature, the plateau, the ends, and the threshold at the start.
t = np.linspace(0, 9, 91)
for A in (0.85, 1.0):
    assert np.allclose(pair(0.1, A).evolve("ud", t), closed.thermal_evolution(t, 1.0, A, q=0.1), rtol=0, atol=1e-10)
assert np.isclose(closed.thermal_concurrence(50.0, 1.0, 1.0, q=0.1), 0.81 / 2.22, rtol=0, atol=1e-9)
assert closed.thermal_concurrence(9.0, 1.0, 0.93, q=0.1) == 0
assert closed.thermal_concurrence(9.0, 1.0, 0.93, q=0.0) > 0.1
threshold = 2 * np.sqrt(0.1) / 1.1
assert closed.thermal_concurrence(1e-4, 1.0, threshold + 0.01, q=0.1) > 0
assert np.all(closed.thermal_concurrence(np.geomspace(1e-6, 9, 200), 1.0, threshold - 0.01, q=0.1) == 0)
# The limit of frequent checks, the simple largest eigenvalue, and the two-thirds law, which is off by order τ^(1/3).
for ratio in (0.5, 1.5, 3.0):
    assert np.isclose(long_time(pair(0.3, 0.8, ratio * 0.8 * 1.3), 1e-6), min(1, 1 / ratio), rtol=0, atol=1e-4)
rng = np.random.default_rng(5)
for q, A, ratio, period in rng.uniform([0.02, 0.1, 0, 0.02], [1, 1, 2.5, 3], size=(200, 4)):
    values = np.linalg.eigvals(look_to_look(pair(q, A, ratio * A * (1 + q)), period))
    values = values[np.argsort(-np.abs(values))]
    assert values[0].real > 0
    assert abs(values[0].imag) < 1e-12
    assert abs(values[1]) < (1 - 1e-7) * abs(values[0])
for q, found in shifts.items():
    law = 0.75 * (16 * q * short * (0.9 * (1 + q)) ** 2) ** (2 / 3) / (0.9 * (1 + q)) ** 2
    assert np.all(np.abs(found[:4] / law[:4] - 1) < 0.12)
assert max(answers[kelvin] for kelvin in (1.0, 4.0, 300.0)) / answers[300.0] < 1.1

# %%
exact_c, exact_p = np.array([entry[:2] for entry in record], dtype=float).T
ends = np.array([entry[2].interval for entry in record])
missed = int(np.sum((exact_c < ends[:, 0] - 1e-9) | (exact_c > ends[:, 1] + 1e-9)))
print(f"{missed} of {len(record)} intervals of the concurrence miss the exact value")
assert missed <= binom.isf(1e-5, len(record), 0.05)

chosen = exact_p < 1 - 1e-9
shares, probability = np.array([entry[2].success_probability for entry in record])[chosen], exact_p[chosen]
trials = np.array([len(entry[2].counts) * entry[2].shots for entry in record])[chosen]
squares = np.sum((shares - probability) ** 2 * trials / (probability * (1 - probability)))
significance = 2 * min(chi2.cdf(squares, probability.size), chi2.sf(squares, probability.size))
print(f"{probability.size} success probabilities: χ² = {squares:.1f}, two-sided significance {significance:.2f}")
assert significance > 1e-5
