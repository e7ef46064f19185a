# %% [markdown]
# # From a magnet to a Bell state
#
# The theory of [Bell-state generation for spin qubits via dissipative coupling](https://arxiv.org/abs/2108.07365)
# begins with two numbers, the local relaxation $a$ and the dissipative coupling $A$. A laboratory begins with a film, a
# height, a distance and a refrigerator. This notebook goes from there to the two numbers: NV centres over a film of
# yttrium iron garnet (YIG) at 10 mK, 100 mK, 4 K and 300 K. What is possible, what is not, and what would be better?

# %%
import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy import constants
from scipy.special import j0

import nvprotocol as nv
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK

plt.rcParams.update(NOTEBOOK)
GREY = "0.45"
# Where the theory reaches its limits, the package warns. Here the validity warnings are printed where they belong.
warnings.simplefilter("ignore", nv.errors.ValidityWarning)

# %% [markdown]
# ## One call
#
# The film is magnetised along its normal, and the NV axes point that way too. An NV centre at a height $h$ feels the
# stray field of spin waves. It emits one at its own frequency, $\omega(k_0)=\Delta$, and that fixes everything: the
# rate $a_0$, and the reach of the coupling, $A/a = J_0(k_0r)$, whatever the height.

# %%
film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=35, gap_ghz=1.6)
place = {"height_nm": 10.0, "frequency_ghz": 2.87}
medium = film.medium(50.0, temperature_k=0.01, **place)
print(medium)
print(f"\nspin waves of {film.wavelength_nm(2.87):.0f} nm, {film.group_velocity_m_per_s(2.87):.0f} m/s")

# %% [markdown]
# The coupling is coherent, too: $J_\perp$, by virtual magnons, together with the direct dipole coupling
# of the two centres. With equal splittings it does no harm, as the singlet and the triplet are its eigenstates.
#
# ## Four temperatures
#
# At finite temperature there are thermal magnons, $n = 1/(e^{\hbar\Delta/k_BT}-1)$, and these stimulate emission and
# are absorbed: $a = (1+n)a_0$ and $\tilde a = na_0$. Everything becomes faster by $\coth(\hbar\Delta/2k_BT)$. But what
# a pair ends in that nobody watches depends on $q = \tilde a/a$, $C_\infty = (1-q)^2/2(1+q+q^2)$ at best, for $|A| =
# a$. Here $|A| = 0.8\,a$, so that even the dark state fades in the end; the table has the best moment, to which the
# coherent coupling contributes.

# %%
TEMPERATURES = {"10 mK": 0.01, "100 mK": 0.1, "4 K": 4.0, "300 K": 300.0}
films = dict.fromkeys(TEMPERATURES, film) | {"300 K": nv.magnets.Film(nv.magnets.YIG, thickness_nm=35, gap_ghz=1.6)}
media = {name: films[name].medium(50.0, temperature_k=t, **place) for name, t in TEMPERATURES.items()}
unmonitored, yields = {}, {}
print("          a (1/s)          T1        q C unmonitored, at most   Bell pairs of F = 0.95 per second, monitored")
for name, one in media.items():
    a, q = one.relaxation[0, 0].real * 1e6, (one.excitation[0, 0] / one.relaxation[0, 0]).real
    alone = nv.MasterEquation(one).evolve("ud", np.linspace(0, 5, 400) * one.t1[0])
    unmonitored[name] = float(nv.concurrence(alone).max())
    yields[name] = nv.design.bell_yield(one, 0.95)
    print(
        f"{name:>7}{a:10.3g}{one.t1[0]:9.3g} µs{q:9.5f}{unmonitored[name]:23.2g}{yields[name].rate:12.4g}"
        f", with checks at most {yields[name].attempt().longest_period:.3g} µs apart"
    )

# %% [markdown]
# - **10 mK** is zero temperature for every purpose. It works, monitored or not. But stray fields of a thin film are
#   weak: a pair takes milliseconds, and the dephasing time of the NV centres has to be longer still.
# - **100 mK**: one emission in four is undone. A pair that nobody watches gets less than half of the entanglement.
# - **4 K**: without monitoring nothing at all. With it, everything is sixty times faster; checks have to be, too.
# - **300 K**: here, and here only, the rates are the "MHz or less" that the paper speaks of. They are those of thermal
#   magnons, which come and go alike. Without monitoring nothing is left, and with it the checks would have to come
#   every few hundredths of a microsecond, faster than NV centres can be read out.
#
# And where there are thermal magnons, the third level of the spin is reached as well, which a qubit does not have.
# Beyond 10 mK the numbers are therefore for orientation. The package says so itself:

# %%
for name, one in media.items():
    assert one.provenance is not None
    warnings_of = [note.text for note in one.provenance.notes if note.serious]
    print(f"{name:>7}: {' '.join(warnings_of) or 'no warning'}")

# %%
temperatures = np.geomspace(0.01, 300, 120)
cold = film.medium(50.0, temperature_k=temperatures, dephasing=False, **place)
rates = (cold.relaxation[:, 0, 0] + cold.excitation[:, 0, 0]).real * 1e6
close = [nv.Medium.pair(a=1.0, A=1.0, q=q) for q in (cold.excitation[:, 0, 0] / cold.relaxation[:, 0, 0]).real]
best_case = np.array([float(nv.concurrence(nv.MasterEquation(one).steady_state("ud"))) for one in close])
figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 3.6))
above.loglog(temperatures, rates, color=COLOURS[0])
above.axhline(1e6, color=GREY, lw=0.8, ls=":")
above.text(0.012, 5e5, '"MHz or less"', color=GREY, va="top")
above.set(ylabel=r"$a + \tilde a$ (s$^{-1}$)", ylim=(2e2, 3e6))
below.semilogx(temperatures, best_case, color=COLOURS[1], label=r"unmonitored, $|A| = a$")
below.axhline(1, color=COLOURS[2], ls="--", label="continuously monitored")
below.set(xlabel="temperature $T$ (K)", ylabel="concurrence $C_\\infty$", ylim=(-0.04, 1.1), xlim=(0.01, 300))
below.legend(loc="center right")
for name, temperature in TEMPERATURES.items():
    for ax in (above, below):
        ax.axvline(temperature, color=GREY, lw=0.5, alpha=0.5)
    at = (np.clip(temperature, 0.0125, 240), 3.4e6)
    above.annotate(name, at, ha="center", va="bottom", fontsize=7, annotation_clip=False)
plt.show()

# %% [markdown]
# *Figure 1. Speed and entanglement against temperature, 10 nm over 35 nm of YIG ($\Delta/2\pi=2.87$ GHz, gap 1.6 GHz).
# Nowhere are both high without monitoring.*
#
# ## Where to put the centres
#
# With monitoring at 10 mK, how many pairs of fidelity 0.95 come per second? `nv.design` answers for each place: time
# $t_F$ to the target, probability $P$ that a run is kept until then, and the rate $R = P/(t_F + 20\,\mu\mathrm{s})$.

# %%
asked = {"frequency_ghz": 2.87, "temperature_k": 0.01, "dephasing_time": 1e6}
found = nv.design.survey(film, 0.95, separation_nm=np.linspace(40, 400, 61), height_nm=np.linspace(10, 80, 36), **asked)
print(found)
nv.plotting.design_figure(found)  # a figure of its own, which the notebook shows

# %% [markdown]
# *Figure 2. Kept Bell pairs per second over the film, with $T_\varphi = 1$ s of the centres themselves. Beyond the
# first zero of $J_0(k_0r)$ come further lobes; white is where 0.95 is not reached.*
#
# The rate is highest at the smallest distance. With the gap of the film free to choose, and uncertain inputs:

# %%
best = nv.design.optimise(
    film,
    0.95,
    separation_nm=(50.0, 400.0),
    height_nm=10.0,
    vary={"gap_ghz": (0.8, 2.6)},
    uncertainties={"height_nm": 2.0, "separation_nm": 5.0},
    **asked,
)
print(best)

# %% [markdown]
# Some hundred pairs per second, and the conditions: fields that are equal to some nanotesla, or an echo, and dephasing
# times of ten milliseconds, for which NV centres need dynamical decoupling.
#
# Is it true? An experiment at that place, for that time, on Aer:

# %%
device = nv.Device(nv.MasterEquation(best.medium))
circuit = nv.protocols.monitored_bell(float(best.result.time), checks=20)
estimate = nv.emulate(
    circuit, device, shots=20_000, postselect={"parity": 1}, seed=8, settings=nv.tomography.U1, ansatz="X"
)
bell = np.array([0, np.exp(1j * float(best.result.phase)), 1, 0]) / np.sqrt(2)
low, high = estimate.success_interval
print(f"fidelity {estimate.fidelity(bell):.3f}, kept {low:.4f}–{high:.4f} (asked {float(best.result.probability):.4f})")

# %% [markdown]
# ## A guide instead of a film
#
# In a plane waves spread out, and $J_0(k_0r)$ decays. In a guide they do not. At a contact to a one-dimensional magnet
# $A/a = \cos(k_0r)\,e^{-r/\ell}$ and $J_\perp \propto \sin(k_0r)$: at every half wavelength, $r = n\lambda/2$, the pair
# is as close to perfect correlation as if it were at one point, and the coherent coupling vanishes. We take a coupling
# that relaxes a spin as fast as the film does, for a fair comparison.

# %%
number = {"gap_ghz": 1.6, "stiffness_m2_per_s": 8e-6, "spin": 14.2, "lattice_nm": 1.24, "damping": 1e-4}
unit = nv.magnets.Exchange(1, coupling_mhz=1.0, **number).qubit(frequency_ghz=2.87)
film_rate = medium.relaxation[0, 0].real
guide = nv.magnets.Exchange(1, coupling_mhz=float(np.sqrt(film_rate / unit.relaxation[0, 0].real)), **number)
half = float(guide.wavelength_nm(2.87)) / 2
far = np.linspace(20, 1000, 491)
cold = {"frequency_ghz": 2.87, "temperature_k": 0.0, "dephasing": False}
beside = {"film": film.medium(far, height_nm=10.0, **cold), "guide": guide.medium(far, **cold)}
figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(COLUMN_WIDTH, 3.6))
for k, (name, one) in enumerate(beside.items()):
    above.plot(far, np.abs(one.relaxation[:, 0, 1]) / one.relaxation[:, 0, 0].real, color=COLOURS[k], label=name)
    made = nv.design.bell_yield(one, 0.95, dephasing_time=1e6, tolerances=False).rate
    below.semilogy(far, np.where(made > 0, made, np.nan), color=COLOURS[k])
for ax in (above, below):
    for n in range(1, int(1000 / half) + 1):
        ax.axvline(n * half, color=GREY, lw=0.5, ls=":")
above.set(ylabel="$|A|/a$", ylim=(0, 1.25))
above.legend(loc="upper right", ncols=2)
below.set(xlabel="separation $r$ (nm)", ylabel="Bell pairs per second", xlim=(20, 1000), ylim=(1e-2, 2e3))
plt.show()
at_halves = guide.medium(half * np.arange(1, 6), **cold)
print("guide at r = nλ/2:", nv.design.bell_yield(at_halves, 0.95, tolerances=False).rate.round(1))

# %% [markdown]
# *Figure 3. Correlation and pairs of fidelity 0.95 per second over a film, and beside a guide that relaxes a spin as
# fast; dotted lines at $r = n\lambda/2$. At a micrometre the film gives next to nothing, the guide as much as near by.*
#
# ## What chirality costs
#
# A film magnetised in its plane is easier to have. But its waves are one-way streets: those that leave along $+y$ and
# $-y$ have different stray fields. $|A|$ stays close to $a$ for long distances, and looks better than $J_0$ ever was.
# It is not. What counts are the amplitudes there and back, $g_{12}$ and $g_{21}$; where they differ, there is no dark
# state, and $C$ saturates at $C = 2/(x + 1/x)$ with $x = \sqrt{|g_{12}/g_{21}|}$.

# %%
planar = nv.magnets.Film.in_field(nv.magnets.YIG, 20, field_mt=20, orientation="in-plane", damping=5e-3)
near = np.array([50.0, 100.0, 200.0, 400.0])
across = {"height_nm": 20.0, "frequency_ghz": 2.31, "dephasing": False, "dipole": False}
ways = {"across the magnetisation": 90.0, "along it": 0.0}
print("                          r (nm)    |A|/a   |g12/g21|   C monitored")
ends = {}
for name, azimuth in ways.items():
    one = planar.medium(near, azimuth_deg=azimuth, **across)
    g12, g21 = nv.magnets.chirality(one)
    correlation = np.abs(one.relaxation[:, 0, 1]) / one.relaxation[:, 0, 0].real
    ends[name] = correlation, nv.magnets.chirality(one).steady_concurrence
    for row in zip(near, correlation, np.abs(g12 / g21), ends[name][1], strict=True):
        print(f"{name:>25}{{:7.0f}}{{:9.3f}}{{:12.3g}}{{:14.3f}}".format(*row))

figure, ax = plt.subplots()
line = np.linspace(20, 400, 39)
for k, (name, azimuth) in enumerate(ways.items()):
    one = planar.medium(line, azimuth_deg=azimuth, **across)
    ax.plot(line, np.abs(one.relaxation[:, 0, 1]) / one.relaxation[:, 0, 0].real, "--", color=COLOURS[k])
    ax.plot(line, nv.magnets.chirality(one).steady_concurrence, color=COLOURS[k], label=name)
ax.plot([], [], "--", color=GREY, label="$|A|/a$")
ax.set(xlabel="separation $r$ (nm)", ylabel="concurrence $C$, correlation $|A|/a$", xlim=(20, 400), ylim=(0, 1.05))
ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.56))
plt.show()

# %% [markdown]
# *Figure 4. In-plane film, 20 mT along the magnetisation, $h = 20$ nm, lower NV transition. Solid: what monitoring ends
# in; dashed: $|A|/a$. Across the magnetisation the correlation is large and of no use; along it monitoring ends in a
# Bell state, however slowly.*
#
# ## What this notebook promises

# %%
# A/a is a Bessel function of the distance alone, and a₀ the one number that depends on the height.
k0 = 2 * np.pi / film.wavelength_nm(2.87)
for height in (5.0, 50.0):
    one = film.medium(far, height_nm=height, **cold)
    ratio = one.relaxation[:, 0, 1] / one.relaxation[:, 0, 0]
    assert np.allclose(ratio, j0(k0 * far), rtol=0, atol=1e-9)

# Temperature: speeds by coth, entanglement by q; only 300 K has a MHz, and only without entanglement.
beta = constants.h * 1e9 / constants.k  # K per GHz
coth = 1 / np.tanh(beta * 2.87 / (2 * temperatures))
assert np.allclose(rates / rates[0], coth / coth[0], rtol=1e-6)
q = np.exp(-beta * 2.87 / temperatures)
assert np.allclose(best_case, (1 - q) ** 2 / (2 * (1 + q + q**2)), rtol=0, atol=1e-7)
megahertz = {name: one.relaxation[0, 0].real > 0.1 for name, one in media.items()}
assert megahertz == {"10 mK": False, "100 mK": False, "4 K": False, "300 K": True}
assert unmonitored["300 K"] == unmonitored["4 K"] == 0
assert unmonitored["10 mK"] > 2 * unmonitored["100 mK"] > 0
assert yields["10 mK"].rate < yields["4 K"].rate < yields["300 K"].rate

# No place of the map does better than the optimum, and the experiment there finds what was promised.
assert found.result.rate[found.separation_nm >= 50].max() <= best.rate
sigma = np.sqrt(0.95 * 0.05 / (20_000 * float(best.result.probability)))
assert abs(estimate.fidelity(bell) - 0.95) < 4 * sigma
assert low < float(best.result.probability) < high

# The guide at half wavelengths: |A| = a up to damping, no coherent coupling, and the same rate near and far.
magnons = guide.medium(half * np.arange(1, 6), dipole=False, **cold)
share = np.abs(magnons.relaxation[:, 0, 1]) / magnons.relaxation[:, 0, 0].real
assert np.all(share > 0.998)
assert np.allclose(np.log(share) / np.log(share[0]), np.arange(1, 6), rtol=1e-3)  # e^(−r/ℓ)
assert np.all(np.abs(magnons.flip_flop[:, 0, 1]) < 1e-3 * film_rate)
rate_far = nv.design.bell_yield(film.medium(1000.0, height_nm=10.0, **cold), 0.95, dephasing_time=1e6)
assert nv.design.bell_yield(at_halves, 0.95).rate[-1] > 100 * rate_far.rate

# Chirality: the closed form is what monitoring ends in, far below |A|/a.
g12, g21 = nv.magnets.chirality(planar.medium(near, azimuth_deg=90.0, **across))
assert np.allclose(ends["across the magnetisation"][1], nv.closed_form.chiral_steady_concurrence(g12, g21))
assert np.all(np.diff(ends["across the magnetisation"][1]) < 0)
assert ends["across the magnetisation"][1][-1] < 0.25 < 0.7 < ends["across the magnetisation"][0][-1]
assert np.allclose(ends["along it"][1], 1.0, atol=1e-3)
