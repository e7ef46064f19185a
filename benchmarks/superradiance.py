"""Ten spins over a film: burst, subradiant tail, and what one-way magnons do; disorder, and three temperatures.

All spins are excited at the start. Means over draws of the positions, a few quantum-jump trajectories each; below, one
excitation in the chain over a film that carries magnons one way.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/superradiance.py [--draws 200] [--picture docs/figures/superradiance.png]
"""

import time
import warnings
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from _report import Report, made_with, parser

import nvprotocol as nv
from nvprotocol import plotting

N, SPACING, HEIGHT = 10, 60.0, 30.0
"""Number of spins, and nm."""
JITTER = 5.0
"""Standard deviation of the disorder of every coordinate in nm."""
KELVIN = (0.01, 0.1, 0.5)
FREQUENCY = 2.87
TRAJECTORIES = 2
"""For each draw."""
SPAN = 6.0
"""Time that is followed, in units of 1/(2a)."""


def positions(draws: int, seed: int) -> Any:
    """Chains with disorder, shape (draws, N, 2), in nm."""
    rng = np.random.default_rng(seed)
    chain = np.stack([SPACING * np.arange(N), np.zeros(N)], axis=-1)
    return chain + JITTER * rng.normal(size=(draws, N, 2))


def excitations() -> Any:
    """The number of excited spins, on the diagonal."""
    return np.array([index.bit_count() for index in range(2**N)], dtype=float)


def followed(medium: nv.Medium, ticks: Any, seed: int) -> tuple[Any, Any]:
    """Mean number of excitations over all draws, and its standard error."""
    count = excitations()

    def number(kets: Any) -> Any:
        return (np.abs(kets) ** 2) @ count

    means = []
    for k in range(medium.batch_shape[0]):
        equation = nv.MasterEquation(medium[k])
        found = equation.trajectories("d" * N, ticks, {"n": number}, number=TRAJECTORIES, seed=seed + k)
        means.append(found.mean["n"])
    return np.mean(means, axis=0), np.std(means, axis=0) / np.sqrt(len(means))


def main() -> None:
    """Follows, and draws."""
    made = parser(__doc__, draws=200, seed=1)
    made.add_argument("--picture", default="docs/figures/superradiance.png", help="file to draw")
    options = made.parse_args()
    say = Report(options.output)
    say(made_with("numpy", "scipy"))
    film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=35, gap_ghz=2.7)
    began = time.process_time()
    places = positions(options.draws, options.seed)
    where = {"height_nm": HEIGHT, "frequency_ghz": FREQUENCY, "dipole": False}
    with warnings.catch_warnings():  # the third level of the spin is left out, which at 500 mK it should not be
        warnings.simplefilter("ignore", nv.errors.ValidityWarning)
        media = [film.medium(positions_nm=places, temperature_k=kelvin, **where) for kelvin in KELVIN]
    say(f"{options.draws} draws × {len(KELVIN)} temperatures: media in {time.process_time() - began:.1f} s")
    a = float(media[0].relaxation[0, 0, 0].real)
    say(f"a = {a:.4g} rad/µs; spin waves of {film.wavelength_nm(FREQUENCY):.0f} nm")
    ticks = np.linspace(0.0, SPAN, 121) / (2 * a)
    figure, axes = plotting.panels(1, 3, width=plotting.PAGE_WIDTH, height=2.5)
    burst, tail, profile = axes[0]
    alone = N * np.exp(-2 * a * ticks)
    for number, (kelvin, medium) in enumerate(zip(KELVIN, media, strict=True)):
        began = time.process_time()
        mean, error = followed(medium, ticks, 1000 * number)
        rate = -np.gradient(mean, ticks) / (2 * a * N)
        colour, label = plotting.COLOURS[number], f"{1000 * kelvin:g} mK"
        burst.plot(2 * a * ticks, rate, color=colour, label=label)
        tail.semilogy(2 * a * ticks, mean / N, color=colour, label=label)
        tail.fill_between(
            2 * a * ticks, (mean - 2 * error) / N, (mean + 2 * error) / N, color=colour, alpha=0.25, linewidth=0
        )
        taken = time.process_time() - began
        peak = int(np.argmax(rate))
        say(
            f"{label}: emission at most {rate[peak]:.2f} of that of independent spins at the start, at "
            f"2at = {2 * a * ticks[peak]:.2f}; {mean[-1]:.3f} ± {error[-1]:.3f} excitations left at the end "
            f"(independent: {alone[-1]:.3f}); {taken:.0f} s for {options.draws * TRAJECTORIES} trajectories"
        )
    burst.plot(2 * a * ticks, alone / N, "k:", label="independent")
    tail.semilogy(2 * a * ticks, alone / N, "k:", label="independent")
    burst.set(xlabel="time $2at$", ylabel="emission rate / $2aN$", xlim=(0, SPAN / 4), ylim=(-0.4, 4.2))
    tail.set(xlabel="time $2at$", ylabel="excited share", xlim=(0, SPAN), ylim=(2e-3, 1.3))
    burst.legend(loc="upper right")
    one_way(profile, say)
    figure.savefig(options.picture, dpi=300)


def one_way(ax: Any, say: Report) -> None:
    """The middle spin excited: where the excitation goes over a film whose magnons run one way."""
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20, 1.77, "in-plane")
    chain = SPACING * np.arange(N + 1)
    for number, (azimuth, label) in enumerate(((0.0, "along $M$"), (90.0, "across $M$"))):
        angle = np.deg2rad(azimuth)
        places = np.stack([chain * np.cos(angle), chain * np.sin(angle)], axis=-1)
        medium = film.medium(positions_nm=places, height_nm=HEIGHT, frequency_ghz=2.31, dipole=False)
        a = float(medium.relaxation[0, 0].real)
        kept = nv.MasterEquation(medium).no_jump_kets("u" * (N // 2) + "d" + "u" * (N // 2), [1.0 / a])
        amplitudes = kept.kets[0][[1 << k for k in range(N + 1)]]
        share = np.abs(amplitudes) ** 2
        left, right = share[: N // 2].sum(), share[N // 2 + 1 :].sum()
        ax.plot(np.arange(N + 1) - N // 2, share, "o-", color=plotting.COLOURS[number], label=label, markersize=4)
        say(f"one excitation, {azimuth:g}° to M: {left:.4f} on one side and {right:.4f} on the other at t = 1/a")
    ax.set(xlabel="spin", ylabel="excited share, if still there", yscale="log", ylim=(1e-3, 1))
    ax.legend(loc="lower left")


if __name__ == "__main__":
    plt.switch_backend("agg")
    with plt.rc_context(plotting.STYLE):
        main()
