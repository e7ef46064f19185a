# %% [markdown]
# # Monitoring and the exceptional point
#
# Two spins on one magnet, monitored: whoever sees that no magnon has left them, sees them become a Bell state, if the
# fields differ by less than the magnet couples the spins, $\delta < \Gamma$. Beyond this **exceptional point** they
# never settle. Notebook 01 has shown both. This one asks *why*, with a picture that needs no matrix: watching makes the
# pair's state flow over a sphere, and the exceptional point is where the only source of this flow and its only sink
# meet, to part again as the centres of two whirls. Then it asks what moves the exceptional point, what removes it, and
# how an echo gets around it.
#
# - **New to it?** You need the first half of notebook 01, and the Bloch sphere of one spin.
# - **Know the paper?** The flow on the equator is Adler's equation of phase locking; the success probability, not the
#   time, is the price of being near the exceptional point; any exchange coupling removes it (the text leaves exchange
#   out); and a Qiskit circuit with pulses makes a Bell state at $\delta = 5\,\Gamma$.

# %%
import matplotlib.pyplot as plt
import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from scipy.stats import binom, chi2

import nvprotocol as nv
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK, estimate_points

plt.rcParams.update(NOTEBOOK)
GREY = "0.45"
FIVE = {"settings": nv.tomography.U1, "ansatz": "X"}  # tomography of what conserves σᶻ: five settings do
record = []  # (exact concurrence, exact probability, estimate) of every emulated point, for the tally below


def remember(estimates, exact):
    """Keeps what is true of each point beside its estimate."""
    values = np.atleast_1d(nv.concurrence(exact.states))
    record.extend(zip(values, np.atleast_1d(exact.probability), estimates, strict=True))


# %% [markdown]
# ## Watching as a flow
#
# The spins share a magnet with local relaxation $a$ and dissipative coupling $A$, $|A| \le a$. A jump changes
# $\sigma^z = \sigma_1^z+\sigma_2^z$ by $\pm 2$. As long as $|\sigma^z|$ is 0 there was none, and the pair lives in
# the plane of $|\uparrow\downarrow\rangle$ and $|\downarrow\uparrow\rangle$. A plane of two states is a spin: it has a
# Bloch sphere, with $|\uparrow\downarrow\rangle$ at the north pole, $|\downarrow\uparrow\rangle$ at the south pole, and
# **all Bell states of the plane on the equator**. Latitude is entanglement, $C = \sqrt{1-z^2}$ for a pure state.
#
# Eq. 13 of [the paper](https://arxiv.org/abs/2108.07365) with
# $H_{\rm eff} = -\delta\,s^z - i\Gamma\,s^x - i(a+\tilde a)$, $s$ the Pauli matrices of the plane and
# $\Gamma = |A|+|\tilde A|$, gives for the Bloch vector
#
# $$\dot x = -2\Gamma(1-x^2) + 2\delta\,y, \qquad \dot y = 2\Gamma xy - 2\delta\,x, \qquad \dot z = 2\Gamma xz .$$
#
# The detuning turns the sphere about its axis. Watching does something that no Hamiltonian can: it sweeps everything
# towards $x = -1$, the singlet, since a pair that stays silent is likely to be dark: it is the steepest descent of
# $2\Gamma x$ on the sphere. We let the computer check this: derivatives of the exact conditional states against the
# formula.


# %%
def bloch(states):
    """Bloch vectors of the block |↑↓⟩, |↓↑⟩ (indices 2 and 1 in Qiskit's order)."""
    states = np.asarray(states)
    weight = (states[..., 2, 2] + states[..., 1, 1]).real
    coherence = 2 * states[..., 2, 1] / weight
    return np.stack([coherence.real, -coherence.imag, (states[..., 2, 2] - states[..., 1, 1]).real / weight], axis=-1)


def flow(vector, delta, Gamma=1.0):
    """The velocity of the Bloch vector under watching."""
    x, y, z = np.moveaxis(vector, -1, 0)
    return np.stack([-2 * Gamma * (1 - x**2) + 2 * delta * y, 2 * Gamma * x * y - 2 * delta * x, 2 * Gamma * x * z], -1)


magnet = nv.Medium.pair(a=1.0, A=1.0)  # T = 0; with a = 1 times are in units of 1/a
equation = nv.MasterEquation(magnet, detuning=0.7)
h, t = 1e-4, np.linspace(0.1, 3, 30)
measured = (bloch(equation.no_jump("ud", t + h).states) - bloch(equation.no_jump("ud", t - h).states)) / (2 * h)
expected = flow(bloch(equation.no_jump("ud", t).states), 0.7)
print(f"largest difference between velocity and formula: {np.abs(measured - expected).max():.1e}")

# %% [markdown]
# ## A locked phase, and one that runs
#
# On the equator, $x = \cos\varphi$, $y = \sin\varphi$, the three equations are one:
#
# $$\dot\varphi = 2\Gamma\sin\varphi - 2\delta .$$
#
# This is **Adler's equation**. It describes an oscillator that is pulled by another one, fireflies that flash in step,
# or an overdamped pendulum under a constant torque. For $\delta < \Gamma$ the phase stands still at
# $\sin\varphi = \delta/\Gamma$, which has two solutions: one attracts, $|a\rangle$, and one repels, $|s\rangle$. They
# are the two eigenvectors of $H_{\rm eff}$. With growing $\delta$ they walk towards each other; at $\delta = \Gamma$
# they meet; beyond, nothing on the equator stands still, and the phase runs for ever. (A flow on a sphere must rest
# somewhere, as nobody can comb a hedgehog: beyond $\Gamma$ it does at $\varphi = \pi/2$ off the equator, at
# $z = \pm\sqrt{1-\Gamma^2/\delta^2}$. These two points neither attract nor repel. States circle them.)
#
# Here is the map of the whole sphere, as in an atlas, with the flow in grey, the exact path of
# $|\uparrow\downarrow\rangle$ in colour, and measured points on it: circuits on Aer, parity checked ten times on the
# way, tomography of the kept runs.

# %%
ratios = {0.5: "PT-broken", 1.0: "exceptional point", 1.6: "PT-exact"}
longitude, height = np.meshgrid(np.linspace(0, 2 * np.pi, 61), np.linspace(-0.97, 0.97, 41))
radius = np.sqrt(1 - height**2)
grid = np.stack([radius * np.cos(longitude), radius * np.sin(longitude), height], axis=-1)
sampled = np.array([0.15, 0.4, 0.7, 1.1, 1.6])

figure, axes = plt.subplots(3, 1, sharex=True, figsize=(COLUMN_WIDTH, 5.4))
for k, (ax, (delta, name)) in enumerate(zip(axes, ratios.items(), strict=True)):
    velocity = flow(grid, delta)
    turning = (-np.sin(longitude) * velocity[..., 0] + np.cos(longitude) * velocity[..., 1]) / radius
    speed = np.hypot(turning, velocity[..., 2])
    lines = {"color": "0.72", "linewidth": 0.3 + 0.5 * speed / speed.max(), "arrowsize": 0.5, "density": 1.1}
    ax.streamplot(longitude[0], height[:, 0], turning, velocity[..., 2], **lines)
    equation = nv.MasterEquation(magnet, detuning=delta)
    path = bloch(equation.no_jump("ud", np.linspace(0.005, 2.0, 400)).states)
    ax.plot(np.arctan2(path[:, 1], path[:, 0]) % (2 * np.pi), path[:, 2], color=COLOURS[k], lw=1.6)
    circuits = [nv.protocols.monitored_bell(duration, checks=10) for duration in sampled]
    estimates = nv.emulate(circuits, nv.Device(equation), 4000, {"parity": 1}, seed=10 + k, **FIVE)
    remember(estimates, equation.no_jump("ud", sampled))
    seen = bloch([one.state for one in estimates])
    ax.plot(np.arctan2(seen[:, 1], seen[:, 0]) % (2 * np.pi), seen[:, 2], "o", color=COLOURS[k], mfc="white", ms=4)
    if delta <= 1:
        angles = np.array([np.pi - np.arcsin(delta), np.arcsin(delta)])
        ax.plot(angles[0], 0, "o", color="black", ms=5, zorder=4)
        ax.plot(angles[1], 0, "o", color="black", mfc="white" if delta < 1 else "black", ms=5, zorder=4)
    else:
        ax.plot([np.pi / 2] * 2, np.array([1, -1]) * np.sqrt(1 - 1 / delta**2), "+", color="black", ms=6, zorder=4)
    ax.text(2 * np.pi - 0.1, 0.78, rf"$\delta = {delta:g}\,\Gamma$: {name}", ha="right", fontsize=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
    ax.set(ylabel="$z$", ylim=(-1, 1), xlim=(0, 2 * np.pi))
axes[-1].set(xlabel=r"longitude $\varphi$")
axes[-1].set_xticks(np.arange(5) * np.pi / 2, ["0", r"$\pi/2$", r"$\pi$", r"$3\pi/2$", r"$2\pi$"])
plt.show()

# %% [markdown]
# *The sphere of the monitored pair. North: $|\uparrow\downarrow\rangle$; equator: Bell states; $\varphi = \pi$: the
# singlet. Full dot: the sink $|a\rangle$, open dot: the source $|s\rangle$, crosses: centres of whirls. Colour: from
# $|\uparrow\downarrow\rangle$ until $t = 2/\Gamma$, exact and emulated.*
#
# Three things can be read off. **Any beginning** with $\delta < \Gamma$ ends in the same Bell state, but for the source
# itself. The state that is reached is maximally entangled for *every* $\delta < \Gamma$, only its phase differs: sink
# and source sit on the equator. And at $\delta > \Gamma$ nothing attracts: from
# $|\uparrow\downarrow\rangle$ the state circles for ever, and comes no nearer to the equator than
# $C = 2\eta/(1+\eta^2)$, $\eta = \delta/\Gamma$.
#
# ## What it costs
#
# How long does it take to come close to the Bell state? Below the exceptional point the rest fades exponentially, as
# $1 - C \propto e^{-8\kappa t}$ at $\delta = 0$ ($\kappa^2 = \Gamma^2-\delta^2$); at it, as $1/8(\Gamma t)^4$. But
# time is cheap. What is dear are the runs: an attempt succeeds with the probability $P(t)$. Plot one against the other.

# %%
times = np.geomspace(0.05, 40, 400)
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.7))
for k, (delta, style) in enumerate(zip((0.0, 0.5, 0.8, 0.95, 1.0, 1.05), ("-", "-", "-", "-", "--", ":"), strict=True)):
    kept = nv.closed_form.success_probability(times, 1.0, 1.0, delta=delta)
    reached = nv.closed_form.conditional_concurrence(times, 1.0, delta=delta)
    ax.plot(1 - reached, kept, style, color=COLOURS[k], label=f"{delta:g}")
ax.set(xscale="log", yscale="log", xlim=(1, 1e-6), ylim=(1e-4, 1.1))
ax.set(xlabel="concurrence deficit $1 - C$", ylabel="kept runs $P$")
ax.legend(title=r"$\delta/\Gamma$", loc="lower left", ncols=2, columnspacing=1.0)
plt.show()

# %% [markdown]
# *Success probability against quality, $a = |A|$, $T = 0$. Each curve is run through in time, from left to right.*
#
# At $\delta = 0$ every quality is to be had with a success probability of 1/2: the half of $|\uparrow\downarrow\rangle$
# that is dark survives. With a detuning, the sink $|a\rangle$ is no longer quite dark and leaks at the rate $2(a+\tilde
# a-\kappa)$, so that each further digit costs a constant factor, more and more towards the exceptional point. At it a
# power law in time meets an exponential in probability, and beyond, some quality is the best there is. So the
# exceptional point is not the "sweet spot" of this scheme: it is where its price diverges.
#
# ## Any beginning: a circuit of one's own
#
# The sink takes all beginnings. Let us take random ones: each spin turned by a random rotation. No protocol of the
# gallery prepares them, but any Qiskit circuit will do. One thing to see to: such a beginning has parts with
# $|\sigma^z| = 2$, so the first check comes at once, and others follow.

# %%
rng = np.random.default_rng(1)


def monitored_from(angles, duration, checks=12):
    """Turns each spin by its own rotation, then checks |σᶻ| at time 0 and `checks` times after."""
    spins, monitor = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    circuit = QuantumCircuit(spins, monitor, ClassicalRegister(checks + 1, "parity"))
    for spin, each in zip(spins, angles, strict=True):
        circuit.u(*each, spin)
    for number in range(checks + 1):
        if number:
            circuit.delay(duration / checks, spins, unit="us")
        circuit.cx(spins[0], monitor)
        circuit.cx(spins[1], monitor)
        circuit.measure(monitor, circuit.cregs[0][number])
        circuit.reset(monitor)
    return circuit


delta = 0.5
device = nv.Device(nv.MasterEquation(magnet, detuning=delta))
beginnings = rng.uniform([[0.4, 0, 0]] * 2, [[2.7, 2 * np.pi, 2 * np.pi]] * 2, size=(5, 2, 3))
circuits = [monitored_from(angles, duration=2.5) for angles in beginnings]
ends = nv.emulate(circuits, device, 8000, {"parity": 1}, seed=20)
target = nv.closed_form.bell_state(1.0, delta=delta)  # |a⟩
for number, one in enumerate(ends):
    print(f"beginning {number}: fidelity with |a⟩ {one.fidelity(target):.3f}, {one}")

# %% [markdown]
# ## What removes the exceptional point
#
# The paper leaves out the coherent coupling that the same magnet induces, the exchange
# $J(\sigma_1^x\sigma_2^x+\sigma_1^y\sigma_2^y)$. On the sphere it is a rotation about $x$, about the axis that the
# watching pulls along. The energies become $\pm\sqrt{\delta^2 - (\Gamma+2iJ)^2}$ and are complex for *every* $\delta$:
# however small $J$ is, one mode always outlives the other. The exceptional point moves off the real axis of $\delta$,
# to $\pm(\Gamma+2iJ)$, and what was a sharp transition is a smooth one.

# %%
scan = np.linspace(0, 2.5, 301)
figure, (left, right) = plt.subplots(1, 2, figsize=(2 * COLUMN_WIDTH, 2.4))
for k, J in enumerate((0.0, 0.02, 0.1, 0.3)):
    g12, g21 = nv.closed_form.no_jump_couplings(1.0, J=J)
    left.plot(scan, np.abs(np.sqrt(scan**2 + g12 * g21 + 0j).imag), color=COLOURS[k], label=f"$J = {J:g}\\,\\Gamma$")
    if J:
        right.plot(scan, nv.closed_form.chiral_steady_concurrence(g12, g21, delta=scan), color=COLOURS[k])
right.plot([0, 1, 1], [1, 1, 0.3], color=COLOURS[0])
right.plot(scan[scan >= 1], 1 / scan[scan >= 1], "--", color=GREY, lw=0.8, label=r"$\Gamma/\delta$")
exchange = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, J=0.3), detuning=[0.5, 0.8, 1.1])
for k, delta in enumerate(exchange.detuning):
    one = nv.MasterEquation(exchange.medium, delta)
    wait = 3.0
    estimate = nv.emulate(nv.protocols.monitored_bell(wait), nv.Device(one), 10_000, {"parity": 1}, seed=30 + k, **FIVE)
    remember([estimate], one.no_jump("ud", wait))
    estimate_points(right, [delta], [estimate], number=3, label="emulated at $t = 3/\\Gamma$" if k == 0 else None)
left.set(xlabel=r"detuning $\delta/\Gamma$", ylabel=r"growth $|\mathrm{Im}\,E|/\Gamma$", xlim=(0, 2.5), ylim=(0, 1.05))
left.legend()
right.set(
    xlabel=r"detuning $\delta/\Gamma$", ylabel=r"long-time concurrence $C_\infty$", xlim=(0, 2.5), ylim=(0.3, 1.05)
)
right.legend(loc="lower left")
plt.show()

# %% [markdown]
# *Left: by how much one mode outlives the other. Right: the concurrence that is reached in the end. At $J = 0$ there is
# nothing in the end beyond $\Gamma$; but for $J \to 0$ the limit is $\Gamma/\delta$: the order of the limits matters.*
#
# ## Around the exceptional point: an echo
#
# A detuning of nanotesla is much to ask. With NV centres a few tens of nanometres above a magnet, $\Gamma$ may be a
# thousand per second, and the fields at the two spins differ by more than that. Spin resonance has an old answer: a
# $\pi$ pulse on both spins turns $\delta$ into $-\delta$, and leaves $\sigma^z = 0$ and $\Gamma$ as they are. On the
# sphere: the rotation about $z$ changes its sense before it has carried the state out of reach of the pull. After every
# even number of pulses, $\tau$ apart, the law is that of equal fields,
#
# $$C = \tanh 2\Gamma_e t, \qquad \sinh\Gamma_e\tau = \Gamma\,\frac{|\sin\omega\tau|}{\omega},
#   \qquad \omega = \sqrt{\delta^2-\Gamma^2} .$$

# %%
nv.protocols.echoed_bell(duration=0.4, checks=2, pulses=2).draw(fold=-1, plot_barriers=False)

# %%
delta = 5.0
detuned = nv.MasterEquation(magnet, detuning=delta)
omega = np.sqrt(delta**2 - 1)
times = np.linspace(0, 2.5, 501)
spacings = np.linspace(0.01, 1.5, 600)
figure, (left, right) = plt.subplots(1, 2, figsize=(2 * COLUMN_WIDTH, 2.4))
left.plot(times, nv.concurrence(detuned.no_jump("ud", times).states), color=GREY, lw=0.8, label="no pulses")
for k, (spacing, pairs) in enumerate({0.3: (1, 2, 3, 4), 0.1: (1, 3, 6, 9)}.items()):
    left.plot(times, np.tanh(2 * nv.closed_form.echo_coupling(spacing, 1.0, delta=delta) * times), color=COLOURS[k])
    points = [2 * number * spacing for number in pairs]
    estimates = []
    for number in pairs:
        given = {"checks": 2 * number, "pulses": 2 * number}
        circuit = nv.protocols.echoed_bell(2 * number * spacing, **given)
        estimate = nv.emulate(circuit, nv.Device(detuned), 4000, {"parity": 1}, seed=40 + number, **FIVE)
        exact = nv.protocols.GALLERY["echoed_bell"].reference(detuned, 2 * number * spacing, **given)
        remember([estimate], exact)
        estimates.append(estimate)
    estimate_points(left, points, estimates, number=k, label=f"pulses every {spacing:g}")
left.set(
    xlabel=r"time $\Gamma t$", ylabel="concurrence $C$", xlim=(0, 2.5), ylim=(0, 1.32), yticks=np.arange(0, 1.1, 0.2)
)
left.legend(ncols=3, columnspacing=0.8, handletextpad=0.3, loc="upper center")
right.plot(spacings, nv.closed_form.echo_coupling(spacings, 1.0, delta=delta), color=COLOURS[0])
for number in (1, 2):
    right.axvline(number * np.pi / omega, color=GREY, lw=0.7, ls=":")
right.set(
    xlabel=r"time between pulses $\Gamma\tau$", ylabel=r"coupling $\Gamma_e/\Gamma$", xlim=(0, 1.5), ylim=(0, 1.05)
)
plt.show()

# %% [markdown]
# *Left: $\delta = 5\,\Gamma$, far beyond the exceptional point, without and with collective pulses; lines exact, points
# emulated with a check at every pulse. Right: what is left of the coupling; where $\omega\tau$ is a multiple of $\pi$
# (dotted) the pulses come just when they cannot help.*
#
# A warning from the same drawer: the pulses are for a *monitored* pair. Unmonitored, they turn
# $|\uparrow\uparrow\rangle$, where all runs end that have jumped, into $|\downarrow\downarrow\rangle$, and so heat the
# pair instead of protecting it; the steady 1/2 of the paper's Fig. 2 is lost.
#
# ## Watching the magnet instead of the spins
#
# The paper also proposes to keep the runs in which no magnon is *detected*. At $T = 0$ this says the same, if the
# detector misses none. One of efficiency $\eta_d$ lets a share $1-\eta_d$ of the jumped pairs pass as
# $|\uparrow\uparrow\rangle$, and $C_\infty = 1/(2-\eta_d)$ for $|A| = a$. On a quantum computer, monitor qubits can
# play the magnet: they collide with the spins, take over a magnon or not, and are read.

# %%
bare = nv.MasterEquation(nv.Medium.pair(a=0.0))  # no magnet here: the monitors are the magnet
efficiencies = np.array([0.0, 0.43, 0.71, 1.0])
caught = []
for k, efficiency in enumerate(efficiencies):
    device = nv.Device(bare, monitors=2, monitor_efficiency=efficiency)
    circuit = nv.protocols.no_emitted_magnon(duration=2.5, steps=10, order=2)
    estimate = nv.emulate(circuit, device, 4000, {"quiet": 1}, seed=50 + k, **FIVE)
    quiet = nv.MasterEquation(magnet).no_jump("ud", 2.5)
    missed = (1 - efficiency) * (1 - quiet.probability)
    kept = quiet.probability + missed
    state = (quiet.probability[:, None, None] * quiet.states + missed[:, None, None] * np.diag([1, 0, 0, 0])) / kept
    remember([estimate], nv.Conditional(state, kept))
    caught.append(estimate)
eta = np.linspace(0, 1, 101)
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.2))
ax.plot(eta, nv.closed_form.heralded_limit(eta), color=COLOURS[0], label=r"$1/(2-\eta_d)$")
estimate_points(ax, efficiencies, caught, number=1, label="emulated collisions")
ax.set(xlabel=r"efficiency of the detector $\eta_d$", ylabel=r"concurrence $C$", xlim=(-0.02, 1.02), ylim=(0.4, 1.05))
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# *0.43 and 0.71 are the efficiencies of a [photon counter](https://arxiv.org/abs/2307.03614) and of a
# [magnon detector](https://arxiv.org/abs/1910.09096) for microwaves.*
#
# All of this was at zero temperature or, what is the same, monitored continuously. Finite temperature, and checks that
# come now and then, are the subject of notebook 03. There the exceptional point moves.
#
# ## Tally

# %%
closed = nv.closed_form
# The flow is that of the master equation, its resting points are the eigenvectors, and they meet at δ = Γ.
assert np.allclose(measured, expected, rtol=0, atol=1e-6)
for delta in (0.0, 0.5, 0.99):
    for sign in (1, -1):
        rest = np.array([sign * np.sqrt(1 - delta**2), delta, 0.0])
        assert np.allclose(flow(rest, delta), 0, rtol=0, atol=1e-12)
    sink = bloch(nv.operators.density_matrix(closed.bell_state(1.0, delta=delta)))
    assert np.allclose(sink, [-np.sqrt(1 - delta**2), delta, 0.0], rtol=0, atol=1e-12)
assert np.all(2 * np.sin(np.linspace(0, 2 * np.pi, 1001)) - 2 * 1.6 < 0)  # beyond it nothing on the equator rests
centre = np.array([0.0, 1 / 1.6, np.sqrt(1 - 1 / 1.6**2)])
assert np.allclose(flow(centre, 1.6), 0, rtol=0, atol=1e-12)
slopes = np.stack([(flow(centre + 1e-6 * axis, 1.6) - flow(centre, 1.6)) / 1e-6 for axis in np.eye(3)], axis=-1)
assert np.abs(np.linalg.eigvals(slopes).real).max() < 1e-5  # it neither attracts nor repels
circle = closed.conditional_concurrence(np.linspace(0, 5, 5001), 1.0, delta=1.6)
assert np.isclose(circle.max(), 2 * 1.6 / (1 + 1.6**2), rtol=0, atol=1e-6)
# At the exceptional point: 1 − C → 1/8(Γt)⁴.
late = np.array([30.0, 60.0])
assert np.allclose(8 * late**4 * (1 - closed.conditional_concurrence(late, 1.0, delta=1.0)), 1, rtol=3e-3, atol=0)
# Any beginning ends near the sink, with a fidelity that 2.5/Γ allow.
assert min(one.fidelity(target) for one in ends) > 0.95
# Exchange: one mode outlives the other for every δ, and C∞ → Γ/δ for J → 0.
g12, g21 = closed.no_jump_couplings(1.0, J=1e-7)
assert np.allclose(closed.chiral_steady_concurrence(g12, g21, delta=[1.5, 2.0]), [2 / 3, 1 / 2], rtol=0, atol=1e-6)
# The echo's law against the master equation with pulses, and its blind spots.
exact = nv.protocols.GALLERY["echoed_bell"].reference(detuned, 1.2, checks=12, pulses=12)
law = np.tanh(2 * closed.echo_coupling(0.1, 1.0, delta=5.0) * 1.2)
assert np.isclose(nv.concurrence(exact.states)[0], law, rtol=0, atol=1e-10)
assert closed.echo_coupling(np.pi / omega, 1.0, delta=5.0) < 1e-12

# %%
exact_c, exact_p = np.array([entry[:2] for entry in record], dtype=float).T
ends_of = np.array([entry[2].interval for entry in record])
missed = int(np.sum((exact_c < ends_of[:, 0] - 1e-9) | (exact_c > ends_of[:, 1] + 1e-9)))
print(f"{missed} of {len(record)} intervals of the concurrence miss the exact value")
assert missed <= binom.isf(1e-5, len(record), 0.05)

trials = np.array([len(entry[2].counts) * entry[2].shots for entry in record])
chosen = exact_p < 1 - 1e-9
shares = np.array([entry[2].success_probability for entry in record])
shares, exact_p, trials = shares[chosen], exact_p[chosen], trials[chosen]
squares = np.sum((shares - exact_p) ** 2 * trials / (exact_p * (1 - exact_p)))
significance = 2 * min(chi2.cdf(squares, chosen.sum()), chi2.sf(squares, chosen.sum()))
print(f"{chosen.sum()} success probabilities: χ² = {squares:.1f}, two-sided significance {significance:.2f}")
assert significance > 1e-5
