# %% [markdown]
# # From counts to the magnet
#
# A laboratory has counts. This notebook goes from them to the rates of the magnet, to what the counts leave open, to
# the next measurement, and to the film itself:
#
# - **fit** the relaxation rate $a$ and the correlation $|A|/a$ of two centres, with intervals that cover;
# - **test** whether there is a correlation at all, and whether the model holds;
# - **plan** which circuits to run next, and how often;
# - **infer** how high the centres lie above the film, and how far apart they are.
#
# The laboratory is simulated: it draws counts from a device that stays sealed until the last cell.

# %%
import warnings

import matplotlib.pyplot as plt
import numpy as np
from qiskit import QuantumCircuit

import nvprotocol as nv
from nvprotocol.plotting import COLOURS, COLUMN_WIDTH, NOTEBOOK

plt.rcParams.update(NOTEBOOK)
# What the package warns of is in the provenance of a medium, and has no bearing here: at 10 mK nothing is thermal.
warnings.simplefilter("ignore", nv.errors.ValidityWarning)

READOUT = [[0.954, 0.046], [0.046, 0.954]]  # P(read | true)
AXIS = nv.magnets.nv_axes("100")["[111]"]


def film_device(height_nm: float, separation_nm: float, field_mt: float = 20.0) -> nv.Device:
    """Two centres over 20 nm of YIG at 10 mK, in a field in the plane, across the line between them."""
    field = (field_mt, 0.0, 0.0)
    film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, thickness_nm=20, field_mt=field, damping=1e-3)
    centre = nv.magnets.NVCentre(AXIS, field, "upper")
    place = {"azimuth_deg": -90, "height_nm": height_nm, "nv": centre, "temperature_k": 0.01}
    return nv.Device(nv.MasterEquation(film.medium(separation_nm, **place)), readout=READOUT)


class Laboratory:
    """A sample whose numbers nobody looks at, and counts of it."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._sealed = {"height_nm": 7 + 5 * self._rng.random(), "separation_nm": 40 + 30 * self._rng.random()}

    def counts(self, circuits: list[QuantumCircuit], shots: list[int], field_mt: float = 20.0) -> list[dict[str, int]]:
        """What the circuits read."""
        device = film_device(**self._sealed, field_mt=field_mt)
        exact = nv.probability(circuits, device, "00", "c", None, engine="exact")
        drawn = [self._rng.multinomial(n, one.distribution) for n, one in zip(shots, exact, strict=True)]
        return [{format(k, "02b"): int(n) for k, n in enumerate(row)} for row in drawn]

    def unseal(self) -> dict[str, float]:
        """The numbers of the sample."""
        return self._sealed


laboratory = Laboratory(seed=20)

# %% [markdown]
# ## Relaxometry
#
# Two states are prepared, $|\uparrow\downarrow\rangle$, in which one centre is excited, and
# $|\downarrow\downarrow\rangle$, in which both are. They wait, and both centres are read.


# %%
def waiting(time_us: float, state: str = "ud", basis: str = "zz") -> QuantumCircuit:
    """Prepared, left alone, and read in a basis."""
    circuit = QuantumCircuit(2, 2)
    for qubit, one in enumerate(state):
        if one == "d":
            circuit.x(qubit)
    circuit.delay(time_us, [0, 1], unit="us")
    for qubit, axis in enumerate(basis):
        if axis == "y":
            circuit.sdg(qubit)
        if axis in "xy":
            circuit.h(qubit)
    circuit.measure([0, 1], [0, 1])
    return circuit


DELAYS = np.linspace(200, 3000, 8)
relaxometry = [waiting(float(time), state) for state in ("ud", "dd") for time in DELAYS]
counted = laboratory.counts(relaxometry, [1000] * len(relaxometry))
print(counted[0], counted[7], sep="\n")

# %% [markdown]
# A model is any function of the parameters that returns a device. The likelihood is that of all counts, with the
# readout errors in it; the intervals are those of the profile likelihood.


# %%
def rates(a: float, ratio: float, phase: float = 0.0, J: float = 0.0, dm: float = 0.0) -> nv.Device:
    """A pair by its rates, at T = 0: relaxation, correlation, and exchange by virtual magnons."""
    medium = nv.Medium.pair(a=a, A=ratio * a * np.exp(1j * phase), J=J, dm=dm)
    return nv.Device(nv.MasterEquation(medium), readout=READOUT)


START = {"a": 1e-3, "ratio": 0.5, "phase": 0.1, "J": 1e-5, "dm": 1e-5}
BOUNDS = {"a": (1e-6, 1.0), "ratio": (0.0, 1.0), "J": (-1e-3, 1e-3), "dm": (-1e-3, 1e-3)}
UNITS = {"a": "rad/µs", "phase": "rad", "J": "rad/µs", "dm": "rad/µs"}


def fitted(circuits: list[QuantumCircuit], counts: list[dict[str, int]], *free: str) -> nv.inference.Fit:
    """The model with some parameters free, fitted."""
    start, bounds, units = ({name: one[name] for name in free if name in one} for one in (START, BOUNDS, UNITS))
    return nv.inference.fit(rates, circuits, counts, start, bounds, units=units)


simple = fitted(relaxometry, counted, "a", "ratio")
print(simple)

# %% [markdown]
# Is that true? The line at the bottom says how probable such counts are: not very. Something is missing. A magnet that
# takes up energy also passes it on, by magnons that are never there: exchange $J$, and its Dzyaloshinskii–Moriya part,
# `dm`. It matters to populations as far as it is out of phase with $A$. Nothing here depends on the phase of $A$
# itself, so we may take $A$ as real and leave `dm` free:

# %%
found = fitted(relaxometry, counted, "a", "ratio", "dm")
print(found)
print(nv.inference.compare(found, {"dm": 0.0}))
axes = found.plot(x=[*DELAYS / 1000, *DELAYS / 1000], label="time (ms)")
axes.set_title("Relaxometry of two centres")
plt.show()

# %% [markdown]
# Now the model holds, and without the exchange the correlation had been too small by several of its error bars.
#
# ## Is there a correlation at all?
#
# $|A| = 0$ lies on the edge of what can be, where likelihood ratios are not distributed as $\chi^2$; `compare` knows.
# And had we forgotten that the readout errs, the table would say so:

# %%
print(nv.inference.compare(found, {"ratio": 0.0}))
print(f"|A|/a > {found.bound('ratio', 'lower'):.3f} at 95 %\n")


def without_errors(a: float, ratio: float, dm: float) -> nv.Device:
    """The same with a perfect readout."""
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a, dm=dm)))


bounds = {name: BOUNDS[name] for name in ("a", "ratio", "dm")}
start = {name: START[name] for name in bounds}
forgotten = nv.inference.fit(without_errors, relaxometry, counted, start, bounds)
print(forgotten)

# %% [markdown]
# ## What the counts leave open
#
# The phase of $A$ says which of the states between $|S\rangle$ and $|T_0\rangle$ is dark. Nothing that is read along z
# depends on it, and that is what the fit says instead of a number:

# %%
print(fitted(relaxometry, counted, "a", "ratio", "phase"))

# %% [markdown]
# ## What to measure next
#
# Correlations along x and y would tell. Two delays of each give a first idea of the phase, and of the
# exchange in phase with $A$:

# %%
PAUSES = (400.0, 1200.0)
first = [waiting(time, "ud", basis) for basis in ("xx", "xy") for time in PAUSES]
circuits, counts = relaxometry + first, counted + laboratory.counts(first, [1000] * len(first))
once = fitted(circuits, counts, "a", "ratio", "phase", "J", "dm")
print(once)

# %% [markdown]
# `plan` works out what a run of each candidate tells, adds what is known already, and spreads 10 000 more runs for the
# smallest error of the phase.

# %%
TIMES = (150.0, 400.0, 800.0, 1500.0, 3000.0)
labels = [(basis, time) for basis in ("zz", "xx", "xy") for time in TIMES]
candidates = [waiting(time, "ud", basis) for basis, time in labels]
planned = nv.inference.plan(rates, candidates, once.values, 10_000, goal="phase", after=once)
print(planned)
used = [(label, circuit, runs) for label, circuit, runs in zip(labels, candidates, planned.shots, strict=True) if runs]
print(", ".join(f"{runs} × ({basis}, {time:g} µs)" for (basis, time), _, runs in used))

# %%
more = [circuit for _, circuit, _ in used]
circuits, counts = circuits + more, counts + laboratory.counts(more, [runs for _, _, runs in used])
twice = fitted(circuits, counts, "a", "ratio", "phase", "J", "dm")
print(twice)

# %% [markdown]
# ## To the film
#
# Rates are not what one wants to know. A film of known thickness in a known field has two unknowns here: how high
# the centres lie, and how far apart they are. The model of the fit may as well be the film; then the same counts
# speak of nanometres. A second field changes the wavelength of the magnons and not the place, so both series share
# it.

# %%
again = laboratory.counts(relaxometry, [1000] * len(relaxometry), field_mt=26.0)
place = ("height_nm", "separation_nm")
series = [
    nv.inference.Series(film_device, circuits, counts, names=dict(zip(place, place, strict=True))),
    nv.inference.Series(
        lambda height_nm, separation_nm: film_device(height_nm, separation_nm, 26.0),
        relaxometry,
        again,
        names=dict(zip(place, place, strict=True)),
    ),
]
guess_nm = {"height_nm": 9.0, "separation_nm": 50.0}
limits_nm = {"height_nm": (4.0, 20.0), "separation_nm": (20.0, 120.0)}
nanometres = dict.fromkeys(place, "nm")
one_field = nv.inference.fit(film_device, circuits, counts, guess_nm, limits_nm, units=nanometres)
two_fields = nv.inference.fit_together(series, guess_nm, limits_nm, units=nanometres)
for fit in (one_field, two_fields):
    print(fit, "\n")

# %% [markdown]
# ## The seal is broken

# %%
truth = laboratory.unseal()
print({name: round(value, 2) for name, value in truth.items()})
figure, axes = plt.subplots(figsize=(COLUMN_WIDTH, 2.6), layout="constrained")
names = ("relaxometry and correlations, 20 mT", "and relaxometry at 26 mT")
for colour, label, fit in zip(COLOURS, names, (one_field, two_fields), strict=False):
    centre = np.array([fit.values[name] for name in place])
    angle = np.linspace(0, 2 * np.pi, 200)
    ellipse = np.sqrt(5.991) * np.linalg.cholesky(fit.covariance) @ np.array([np.cos(angle), np.sin(angle)])
    axes.plot(*(centre[:, None] + ellipse), color=colour, label=label)
axes.plot(*[[truth[name]] for name in place], "k+", label="truth")
axes.set(xlabel="height (nm)", ylabel="separation (nm)", title="Where the two centres are (95 %)")
axes.legend(fontsize=7)
plt.show()

# %%
medium = film_device(**truth).equation.medium
a, A = medium.relaxation[0, 0].real, medium.relaxation[1, 0]
exchange = medium.flip_flop[0, 1]
true_rates = {"a": a, "ratio": abs(A) / a, "phase": np.angle(A), "J": exchange.real, "dm": exchange.imag}
print({name: float(f"{value:.3g}") for name, value in true_rates.items()})
in_phase = {"a": a, "ratio": abs(A) / a, "dm": (exchange * np.exp(1j * np.angle(A))).imag}
for fit, expected in (
    (found, in_phase),
    (once, true_rates),
    (twice, true_rates),
    (one_field, truth),
    (two_fields, truth),
):
    for name, value in fit.values.items():
        assert abs(value - expected[name]) < 4 * fit.standard_errors[name], name
assert (true_rates["ratio"] - simple.values["ratio"]) > 4 * simple.standard_errors["ratio"]
assert simple.p_value is not None
assert found.p_value is not None
assert forgotten.p_value is not None
assert simple.p_value < 0.01 < found.p_value
assert forgotten.p_value < 1e-6
assert twice.standard_errors["phase"] < 0.5 * once.standard_errors["phase"]
