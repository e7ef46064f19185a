# %% [markdown]
# # Pulses: what the gates are made of
#
# A circuit says "flip the second spin". In the laboratory there is one antenna, and both spins hear it. They are told
# apart by a field gradient, which shifts one against the other, and all the while the magnet goes on taking their
# energy. This notebook plays the protocol that makes a Bell state at this level: as microwave pulses under the master
# equation. At the end stands a budget of what finite pulses cost, and what each of their imperfections has to do with
# it.
#
# - **New to it?** Notebook 01 tells why a shared magnet entangles two spins. Here you need what a resonant pulse does
#   to a spin.
# - **In a hurry?** Figure 2 is how long a pulse should be, Figure 4 the budget, Figures 6 and 7 are two experiments
#   that no circuit of gates describes.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from qiskit import QuantumCircuit

import nvprotocol as nv
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK

plt.rcParams.update(NOTEBOOK)
GREY = "0.45"
KEEP = {"parity": 1}

# %% [markdown]
# ## One antenna, a gradient, a magnet
#
# The protocol is that of notebook 01: prepare $|\uparrow\downarrow\rangle$, let the magnet act, check $|\sigma^z|$ now
# and then, and keep the runs in which it is 0 every time. The magnet has $|A| = a = 1$ rad/µs at zero temperature and
# the two spins are detuned by $\delta = 0.3$ rad/µs. (Such a magnet relaxes a spin within half a microsecond. A real
# one is slower, and its pulses may be longer by as much: what counts is the product $aT$ of rate and length.)
#
# A `Device` says how long its gates take and what its antenna and its gradient can do. Its π pulses last 100 ns and
# its π/2 pulses 50 ns.

# %%
equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=0.3)
LENGTH = 0.1  # of a π pulse, in µs


def device_with(pi_ns=0.0, half_pi_ns=0.0, detuning=0.3, **control):
    """A pair on this magnet whose gates are pulses of the given lengths, or take no time."""
    on = nv.MasterEquation(equation.medium, detuning)
    return nv.Device(on, gate_ns={"x": pi_ns, "sx": half_pi_ns}, control=nv.device.Control(**control))


device = device_with(1000 * LENGTH, 500 * LENGTH)
circuit = nv.protocols.monitored_bell(duration=2.0, checks=8)
schedule = nv.pulses.schedule(circuit, device, postselect=KEEP)
print(schedule)
schedule.draw(plt.figure(figsize=(COLUMN_WIDTH, 1.8)).subplots())
plt.show()

# %% [markdown]
# **Figure 1.** *The circuit as the laboratory plays it. Top to bottom: the pulse for the second spin, as high as its
# Rabi rate, with its phase; the gradient; the checks. On grey ground the axis of time is stretched.*
#
# The `x` of the circuit has become three events. The gradient takes $\delta$ from 0.3 to some 124 rad/µs, so that the
# two spins are 40 MHz apart; a pulse at the resonance of the second turns it by π; the gradient goes back. Meanwhile
# the spins gain phases against each other, and the pulse shifts the phase of the spin that it does not turn, which
# hears it off resonance. The gradient is tuned so that the two effects add up to whole turns. What is left is common
# to both spins, and amounts to a change of the frame, which appears at the very end.
#
# Turns about $z$ are never played: `rz` and its like shift the phases of later pulses.
#
# ## How long should a pulse be?
#
# Short pulses are broad in frequency and flip both spins. Long pulses give the magnet time. In between lies the best
# that one can do with a given gradient.

# %%
lengths = np.geomspace(5, 1000, 70)  # ns
gradients = [2.5, 10.0, 40.0]  # MHz
shapes = {"raised cosine": nv.pulses.RaisedCosine, "square": nv.pulses.Square}
fidelities = {}
magnet_only = nv.Device(nv.MasterEquation(equation.medium))
figure, ax = plt.subplots(figsize=(COLUMN_WIDTH, 2.7))
for colour, megahertz in zip(COLOURS, gradients, strict=False):
    for name, style in (("square", ":"), ("raised cosine", "-")):
        flips = [nv.pulses.selective_flip(shapes[name](length), 2 * np.pi * megahertz) for length in lengths]
        states = nv.pulses.scan(flips, magnet_only).states
        found = np.array([nv.operators.fidelity(state, "ud") for state in states])
        fidelities[name, megahertz] = found
        label = f"{megahertz:g} MHz" if style == "-" else None
        ax.plot(lengths, 1 - found, style, color=colour, lw=1.2 if style == "-" else 0.8, label=label)
ax.plot([], [], ":", color=GREY, lw=0.8, label="square pulses")
ax.set(xscale="log", yscale="log", xlim=(5, 1000), ylim=(4e-3, 1.1))
ax.set(xlabel="length of the π pulse (ns)", ylabel=r"infidelity $1 - F$ of $|\!\uparrow\downarrow\rangle$")
ax.legend(title=r"gradient $\delta/2\pi$", title_fontsize=7, loc="lower right")
plt.show()

# %% [markdown]
# **Figure 2.** *Preparing $|\uparrow\downarrow\rangle$ with one antenna while the magnet acts. Solid: raised cosines,
# whose spectrum has no tails. Dotted: square pulses, which spare the other spin only where it makes whole turns, at $T
# = \sqrt{m^2 - 1/4}\,\pi/\delta$.*
#
# To the right all lines meet: there the magnet alone decides. To the left a wider gradient buys shorter pulses, in
# proportion. A square pulse whose length is chosen well does best, since it may be shorter than any other. A raised
# cosine does not ask for such a choice.
#
# ## To the Bell state
#
# Now the whole. `engine="pulse"` plays the circuit on the device and gives the same `Estimate` as the other engines.

# %%
bell = nv.operators.bell_state("psi-")
ideal = device_with()  # gates that take no time
for engine, on in (("exact", ideal), ("exact", device), ("pulse", device)):
    estimate = nv.emulate(circuit, on, shots=None, postselect=KEEP, engine=engine)
    gates = "of no duration" if on is ideal else f"of {1000 * LENGTH:.0f} ns"
    print(f"gates {gates:15}fidelity {estimate.fidelity(bell):.4f}, {estimate}")
sampled = nv.emulate(circuit, device, shots=20_000, postselect=KEEP, engine="pulse", seed=7)
print(f"\nby tomography  fidelity {sampled.fidelity(bell):.4f}, {sampled}")

# %% [markdown]
# The exact engine lets the magnet act before and after a gate, which it puts in the middle of its interval. The pulse
# engine lets it act while the spin turns, and under the gradient, of which a circuit knows nothing. The tomography has
# pulses of its own, and measures each setting on a state that the magnet has worked on meanwhile, a different one each
# time. With 20 000 shots in each setting the estimate notices: its p-value says that no single state explains the
# counts.
#
# The state hardly suffers, the success probability does. That is monitoring: what goes wrong before a check is mostly
# thrown away by it.
#
# Between the first event and the last one can look at any time.

# %%
times = np.unique(np.concatenate([np.linspace(0, LENGTH, 41), np.linspace(LENGTH, schedule.duration, 161)]))
kept = nv.pulses.evolve(schedule, device, times=times)
late = times[times >= LENGTH]
ideally = equation.no_jump("ud", late - LENGTH)  # at zero temperature checks keep just these runs

figure, axes = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 3.1))
names = (r"$|\!\uparrow\uparrow\rangle$", r"$|\!\downarrow\uparrow\rangle$", r"$|\!\uparrow\downarrow\rangle$")
for index, (name, style) in enumerate(zip(names, (":", "--", "-"), strict=True)):
    axes[0].plot(times, kept.states[:, index, index].real, style, color=COLOURS[index], label=name)
axes[0].set(ylabel="population", ylim=(-0.02, 1.04))
axes[0].legend(loc="upper right")
axes[1].plot(late, nv.concurrence(ideally.states), color=GREY, lw=0.8, label="no jump, ideal start")
axes[1].plot(times, nv.concurrence(kept.states), color=COLOURS[1], label="pulses")
axes[1].plot(times, kept.probability, "--", color=COLOURS[2], label="success probability, pulses")
axes[1].set(
    xlabel="time (µs)", ylabel="concurrence $C$, success probability", ylim=(-0.02, 1.04), xlim=(0, schedule.duration)
)
axes[1].legend(loc="center right", bbox_to_anchor=(1.0, 0.66))
for ax in axes:
    ax.axvspan(0, LENGTH, color="0.93", lw=0)
plt.show()

# %% [markdown]
# **Figure 3.** *The pair in the kept runs: during the pulse (grey), and then from check to check. A pulse that has
# taken been spoilt by a jump leaves $|\uparrow\uparrow\rangle$, and the first check throws such runs away. Between two
# checks runs that have lost a quantum build up, and $C$ lags behind; each check takes it back onto the line of no
# jump.*
#
# ## The budget
#
# What do finite pulses cost? Two numbers tell: the probability $P$ of keeping a run, and the fidelity with the singlet
# as tomography reads it, $F = \frac14\left(1 - \langle XX\rangle - \langle YY\rangle - \langle ZZ\rangle\right)$, its
# pulses included. Compare with gates that take no time. To make the parts visible we let the laboratory be poor: its
# gradient is barely wide enough, $\delta = \pi/T$, and its π/2 pulses are as long as its π pulses. First come the
# imperfections of the preparation, each on top of those before:
#
# - **pulse duration**: the preparation takes 100 ns, with the magnet acting before and after a gate in the middle;
# - **relaxation in the pulse**: it acts while the spin turns instead, each spin with an antenna of its own;
# - **gradient**: one antenna instead of two, and a gradient that is wide, $\delta = 8\pi/T$;
# - **crosstalk**: the narrow gradient instead of the wide one.
#
# Then those of the tomography, for a perfect preparation:
#
# - **tomography pulses**: rotations of 100 ns before the readout, at $\delta = 0$;
# - **residual δ**: these turn both spins by one pulse between their resonances, and each is off by $\delta$.
#
# What is left of the whole after all bars are added is what preparation and tomography do to each other, the
# **interaction**.

# %%
SETTINGS = ("XX", "YY", "ZZ")
PARTS = ("pulse duration", "relaxation in the pulse", "gradient", "crosstalk", "tomography pulses", "residual δ")


def rotations(setting):
    """The gates before the readout of a setting, as tomography has them."""
    turned = QuantumCircuit(2)
    for qubit, letter in enumerate(reversed(setting)):
        if letter == "Y":
            turned.sdg(qubit)
        if letter in "XY":
            turned.h(qubit)
    return turned


def probability_and_fidelity(on, reading, engine="pulse"):
    """P of the circuit on a device, and F from the parities that a device reads, its tomography pulses included."""
    kept = nv.emulate(circuit, on, shots=None, postselect=KEEP, engine=engine)
    total = 1.0
    for setting in SETTINGS:
        after = nv.pulses.evolve(nv.pulses.schedule(rotations(setting), reading), reading, kept.state).states[-1]
        total -= float(after.real.diagonal() @ [1, -1, -1, 1])
    return np.array([kept.success_probability, total / 4])


def budget(length):
    """Every part alone, their interaction, and the whole, for pulses of a length in µs: rows of ΔP and ΔF."""
    nanoseconds = 1000 * length
    each, wide, narrow = {"crosstalk": np.eye(2)}, *({"gradient": 0.3 + k * np.pi / length} for k in (8, 1))
    start = probability_and_fidelity(ideal, ideal, "exact")
    longer = probability_and_fidelity(device_with(nanoseconds), ideal, "exact")
    relaxing = probability_and_fidelity(device_with(nanoseconds, **each), ideal)
    apart, crossing = (probability_and_fidelity(device_with(nanoseconds, **one), ideal) for one in (wide, narrow))
    on_resonance, off_resonance = (
        probability_and_fidelity(ideal, device_with(0, nanoseconds, detuning), "exact") for detuning in (0.0, 0.3)
    )
    poor = device_with(nanoseconds, nanoseconds, **narrow)
    whole = probability_and_fidelity(poor, poor) - start
    parts = [longer - start, relaxing - longer, apart - relaxing, crossing - apart]
    parts += [on_resonance - start, off_resonance - on_resonance]
    return np.array([*parts, whole - sum(parts), whole]), poor


changes, poor = budget(LENGTH)
NAMES = (*PARTS, "interaction", "pulse − exact")
print(f"{'':30}{'ΔP':>10}{'ΔF':>10}")
print("\n".join(f"{name:30}{dp:+10.5f}{df:+10.5f}" for name, (dp, df) in zip(NAMES, changes, strict=True)))

colours = [*COLOURS[:6], GREY, "black"]
figure, axes = plt.subplots(1, 2, sharey=True, figsize=(COLUMN_WIDTH, 2.1))
for ax, values, symbol in zip(axes, 1e3 * changes.T, "PF", strict=True):
    ax.barh(NAMES, values, color=colours, height=0.65)
    ax.axvline(0, color="black", lw=0.6)
    ax.set_xlabel(f"change of ${symbol}$ ($10^{{-3}}$)")
    ax.tick_params(axis="y", length=0, labelsize=6.5)
    ax.margins(x=0.12)
axes[0].invert_yaxis()
plt.show()

# %% [markdown]
# **Figure 4.** *What each imperfection does to the probability of keeping a run and to the fidelity that is read, the
# interaction, and the whole: the difference between `engine="pulse"` and `engine="exact"` with gates of no duration.
# $T = 100$ ns.*
#
# The checks turn faults of the preparation into lost runs. The narrow gradient loses most of them: the pulse flips the
# first spin as well. But a wide one costs success probability, too: while it is on, the spins are too far apart in
# frequency to emit together, so that each relaxes on its own, and the dark state is not dark. The fidelity of what is
# kept hardly suffers from any of it. What comes after the last check nobody can discard: there, relaxing and being off
# resonance happen to oppose each other. The interaction is $2\cdot10^{-5}$ in $F$, and nothing in $P$, which is settled
# before tomography begins.
#
# How do the parts fall with the length of the pulses?

# %%
tried = np.array([0.0125, 0.025, 0.05, 0.1, 0.2])
several = np.array([budget(length)[0] for length in tried])
figure, axes = plt.subplots(1, 2, sharey=True, figsize=(COLUMN_WIDTH, 2.3))
for ax, number, symbol in zip(axes, (0, 1), "PF", strict=True):
    for row, (name, colour) in enumerate(zip(PARTS, colours, strict=False)):
        sizes = np.abs(several[:, row, number])
        if sizes.min() > 1e-9:
            ax.plot(1000 * tried, sizes, "o-", color=colour, lw=0.9, ms=2.5, label=name)
    ax.plot(1000 * tried, 0.9 * tried, ":", color=GREY, lw=0.8, label=r"$\propto T$" if number else None)
    ax.set(xscale="log", yscale="log", xlabel="length $T$ (ns)", xlim=(11, 230), ylim=(5e-6, 0.3))
    ax.set_xticks([12.5, 50, 200], ["12.5", "50", "200"])
    ax.set_xticks([], minor=True)
    ax.set_title(f"change of ${symbol}$", fontsize=8)
axes[0].set_ylabel("size")
plt.show()

# %% [markdown]
# **Figure 5.** *The parts of the budget against the length of the pulses, in the colours of Figure 4; dotted, in
# proportion to $T$. The gradient is $\pi/T$ throughout, as wide as the pulses are in frequency: crosstalk then stays.*
#
# ## Across the exceptional point
#
# A circuit has one detuning. A schedule can change it, and so cross the point $\delta = \Gamma$ where the two modes of
# the monitored pair become one (Eq. 12). Beyond it they decay alike; below it one outlives the other, and is the
# singlet at $\delta = 0$. Start in $|\uparrow\downarrow\rangle$ at $\delta = 5\Gamma$, where this *is* nearly one of
# the modes. Take $\delta$ to 0, slowly or at once, and go on watching there. Does it help to be adiabatic?

# %%
resonant = nv.Device(nv.MasterEquation(equation.medium))  # Γ = 1 rad/µs
durations = [0.0, 0.5, 1.0, 2.0]
sweeps = {}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 3.1))
for colour, duration in zip(COLOURS, durations, strict=False):
    sweep = nv.pulses.detuning_sweep(5.0, 0.0, duration, hold=3.5 - duration)
    at = np.linspace(0, sweep.duration, 176)
    kept = nv.pulses.evolve(sweep, resonant, "ud", at, no_jump=True)
    quality = np.array([nv.operators.fidelity(state, bell) for state in kept.states])
    sweeps[duration] = quality, kept.probability
    label = "at once" if duration == 0 else f"in {duration:g}/Γ"
    axes[0].plot(at, quality, color=colour, label=label)
    axes[1].plot(at, kept.probability, color=colour)
    if duration:  # where δ = Γ
        for ax, values in zip(axes, (quality, kept.probability), strict=True):
            crossing = 0.8 * duration
            ax.plot(crossing, np.interp(crossing, at, values), "o", color=colour, mfc="white", ms=3.5, zorder=3)
axes[0].set(ylabel="fidelity with the singlet", ylim=(0.38, 1.02))
axes[0].legend(loc="lower right")
axes[1].set(yscale="log", ylabel="probability of no jump", xlabel=r"time ($1/\Gamma$)", xlim=(0, 3.5), ylim=(0.02, 1.2))
plt.show()

# %% [markdown]
# **Figure 6.** *From $|\uparrow\downarrow\rangle$ at $\delta = 5\Gamma$ to $\delta = 0$ on condition of no jump.
# Circles: the exceptional point.*
#
# It does not. However slow the sweep, at the exceptional point there is only one mode to follow, and beyond the point
# the longer-lived of two takes over, whichever one has begun. A slow sweep comes to the same singlet, and has paid for
# its time above the point, where both modes decay. The sudden step is the best protocol, with a success probability of
# 1/2: the weight of the singlet in $|\uparrow\downarrow\rangle$.
#
# ## Echoes with real pulses
#
# A detuning that cannot be switched off can be echoed away: π pulses on *both* spins at once turn $\delta$ into
# $-\delta$, and leave the singlet alone. Here $\delta = 5\Gamma$, 6 µs, and a check after each pulse. A pulse turns
# both spins at their mean resonance, and is off by $\delta$ for each.

# %%
detuned = nv.Device(nv.MasterEquation(equation.medium, detuning=5.0))
numbers = np.array([12, 20, 30, 45, 60, 90, 120, 180])
trains = {}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 3.1))
for colour, nanoseconds in zip(COLOURS, (1.0, 10.0, 30.0), strict=False):
    monitored, alone = [], []
    for number in numbers:
        envelope = nv.pulses.Square(nanoseconds)
        train = nv.pulses.echo_train(6.0, int(number), envelope, checks=int(number))
        kept = nv.pulses.evolve(train, detuned, "ud")
        monitored.append((float(nv.concurrence(kept.states[-1])), float(kept.probability[-1])))
        unseen = nv.pulses.evolve(nv.pulses.echo_train(6.0, int(number), envelope), detuned, "ud")
        alone.append(float(nv.concurrence(unseen.states[-1])))
    trains[nanoseconds] = np.array(monitored), np.array(alone)
    axes[0].plot(numbers, trains[nanoseconds][0][:, 0], "o-", ms=2.5, color=colour, label=f"{nanoseconds:g} ns")
    axes[0].plot(numbers, alone, "x--", ms=3, lw=0.8, color=colour)
    axes[1].plot(numbers, trains[nanoseconds][0][:, 1], "o-", ms=2.5, color=colour)
axes[0].plot([], [], "x--", ms=3, lw=0.8, color=GREY, label="unmonitored")
axes[0].set(ylabel="concurrence $C$", ylim=(-0.03, 1.03))
axes[0].legend(loc="center right", title="pulses of", title_fontsize=7)
axes[1].set(
    xscale="log", xlabel="number of π pulses, and of checks, in 6 µs", ylabel="success probability", ylim=(0, 0.55)
)
axes[1].set_xticks([12, 20, 30, 60, 120, 180], ["12", "20", "30", "60", "120", "180"])
axes[1].minorticks_off()
plt.show()

# %% [markdown]
# **Figure 7.** *Echo trains at $\delta = 5\Gamma$. Solid: kept runs of the monitored pair, and their success
# probability. Dashed: the same pulses on a pair that nobody watches.*
#
# Monitored, the echo works even with pulses that fill most of the time, with a lower success probability: a pulse that
# is slower than the detuning is no echo. Without watching next to nothing entangled is left: every pulse exchanges up
# and down, and so emission and absorption, and fast pulses mix the triplet states as infinite temperature would. An
# echo does not save unmonitored entanglement from the magnet.
#
# ## Tally
#
# The last cell checks what this notebook has claimed.

# %%
# Figure 1: the gradient that was tuned, and a flip that is one where nothing relaxes.
still = replace(device, equation=nv.MasterEquation(nv.Medium.pair(a=0.0), detuning=0.3))
flip = nv.pulses.schedule(nv.protocols.dissipative_entanglement(0.0), still)
assert nv.operators.fidelity(nv.pulses.evolve(flip, still).states[-1], "ud") > 1 - 1e-7

# Figure 2: where only the magnet matters, all gradients and shapes agree; a short pulse at a narrow one flips both.
for name in shapes:
    assert np.ptp([fidelities[name, one][-1] for one in gradients]) < 2e-2
    assert fidelities[name, 2.5][0] < 0.1
best = {one: 1 - fidelities["raised cosine", one].max() for one in gradients}
assert best[2.5] > 3 * best[10.0] > 9 * best[40.0]

# The engines: pulses of no duration are the exact engine, and as many runs are kept as should be, within four σ.
instant = nv.emulate(circuit, ideal, shots=None, postselect=KEEP, engine="pulse")
exactly = nv.emulate(circuit, ideal, shots=None, postselect=KEEP, engine="exact")
assert np.allclose(instant.state, exactly.state, rtol=0, atol=1e-10)
trial = 9 * 20_000
probability = nv.emulate(circuit, device, shots=None, postselect=KEEP, engine="pulse").success_probability
assert abs(sampled.success_probability - probability) < 4 * np.sqrt(probability * (1 - probability) / trial)

# Figure 3: right after a check the pair is on the line of no jump, but for what the pulse has done to it.
checks = [check.begin for check in schedule.of(nv.pulses.Check)]
after, line = nv.pulses.evolve(schedule, device, times=checks), equation.no_jump("ud", np.array(checks) - LENGTH)
assert np.abs(nv.concurrence(after.states) - nv.concurrence(line.states)).max() < 0.06

# Figure 4: the parts add up; the budget by hand is the engine's; checks turn faults of the preparation into lost runs.
assert np.allclose(changes[:-1].sum(axis=0), changes[-1], rtol=0, atol=1e-12)
by_engine = 1.0
for measured in nv.backend.tomography_circuits(circuit, SETTINGS):
    read = nv.probability(measured, poor, ["00", "11"], "tomography", shots=None, postselect=KEEP, engine="pulse")
    by_engine -= 2 * read.value - 1
before = probability_and_fidelity(ideal, ideal, "exact")
assert np.isclose(by_engine / 4, before[1] + changes[-1, 1], rtol=0, atol=1e-9)
assert np.isclose(read.success_probability, before[0] + changes[-1, 0], rtol=0, atol=1e-9)
assert np.abs(changes[-2]).max() < 1e-4  # the interaction
assert changes[2:4, 0].sum() < -0.1
assert np.abs(changes[2:4, 1]).max() < 2e-3

# Figure 5: what is not crosstalk falls as T.
order = np.log2(np.abs(several[1, :6] / np.where(several[0, :6] == 0, np.nan, several[0, :6])))
assert np.allclose(order[:3, 0], 1, rtol=0, atol=0.1)
assert np.allclose(order[[0, 4, 5], 1], 1, rtol=0, atol=0.1)
assert abs(order[3, 0]) < 0.1

# Figure 6: every sweep ends in the singlet, with a probability that its duration lowers; the sudden one at (1 +
# e^(−4Γt))/2.
ends = {duration: (quality[-1], probability[-1]) for duration, (quality, probability) in sweeps.items()}
assert min(quality for quality, _ in ends.values()) > 0.999
assert np.all(np.diff([probability for _, probability in ends.values()]) < 0)
assert np.isclose(ends[0.0][1], (1 + np.exp(-4 * 3.5)) / 2, rtol=0, atol=1e-9)

# Figure 7: monitored echoes make a Bell state, unmonitored ones nothing.
for nanoseconds, (monitored, alone) in trains.items():
    assert monitored[-1, 0] > (0.99 if nanoseconds < 30 else 0.9)
    assert alone.max() < 0.05
