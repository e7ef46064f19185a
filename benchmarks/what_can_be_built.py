"""What is the best that can be built: a survey over field, diamond, film and place, at three temperatures.

Two NV centres of one kind over a film of cold YIG, at the splitting that the field gives them. Varied: strength and
direction of the field, the cut of the diamond and how it is turned, the transition, thickness, height, separation and
direction of the pair; both starts. The direct dipole coupling is in it, one-way waves are what they are, and pairs of
which a spin has gone over into its third level are lost. Monitoring is continuous and perfect, 20 µs of preparation an
attempt: an upper bound of what checks can do. For comparison: the dipole coupling alone, without a film.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/what_can_be_built.py [--jobs 2] [--output …] [--picture …] [--data …]
"""

import csv
import itertools
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from _report import Report, made_with, parser

import nvprotocol as nv
from nvprotocol import plotting

KELVIN = np.array([0.01, 0.1, 4.0])
SEPARATIONS = np.array([20.0, 30.0, 50.0, 75.0, 100.0, 150.0, 200.0])
AZIMUTHS = np.arange(0.0, 180.0, 30.0)
HEIGHTS = np.array([5.0, 10.0, 20.0])
STRENGTHS = (5.0, 10.0, 20.0, 40.0, 60.0)
FROM_NORMAL = (90.0, 75.0, 54.7)
"""Directions of the field in degrees from the film's normal."""
THICKNESSES = (10.0, 20.0, 40.0)
TURNS = {"100": (0.0, 45.0, 90.0, 135.0), "111": (0.0, 60.0, 120.0)}
"""Angles in degrees from the field's direction in the plane to the part of the NV axis there."""
AXES = {"100": (54.7356,), "111": (0.0, 70.5288)}
"""Tilts in degrees of the axes of each cut from the normal."""
DAMPING = 1e-3
TARGET = 0.95
LEAST_ABOVE = 1.02
"""Splitting over the gap from which a setting is looked at: closer, the theory fails."""


@dataclass(frozen=True)
class Setting:
    """What stays the same while the pair is moved about."""

    strength_mt: float
    from_normal_deg: float
    cut: str
    tilt_deg: float
    turn_deg: float
    transition: str
    thickness_nm: float


def settings() -> list[Setting]:
    """All of them, with an upright axis turned one way only."""
    found = []
    for strength, polar, thickness, transition in itertools.product(
        STRENGTHS, FROM_NORMAL, THICKNESSES, ("lower", "upper")
    ):
        for cut in TURNS:
            for tilt in AXES[cut]:
                turns = TURNS[cut] if tilt else (0.0,)
                found += [Setting(strength, polar, cut, tilt, turn, transition, thickness) for turn in turns]
    return found


def direction(polar: float, azimuth: float) -> tuple[float, float, float]:
    theta, phi = np.deg2rad(polar), np.deg2rad(azimuth)
    return float(np.sin(theta) * np.cos(phi)), float(np.sin(theta) * np.sin(phi)), float(np.cos(theta))


def best_of(setting: Setting) -> list[dict[str, Any]]:
    """Of one setting, the best place for each temperature and separation; nothing below the band."""
    x, y, z = (setting.strength_mt * one for one in direction(setting.from_normal_deg, 0.0))
    centre = nv.magnets.NVCentre(direction(setting.tilt_deg, setting.turn_deg), (x, y, z), setting.transition)  # pyright: ignore[reportArgumentType]
    film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, setting.thickness_nm, (x, y, z), damping=DAMPING)
    if centre.frequency_ghz < LEAST_ABOVE * film.band_bottom_ghz:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nv.errors.ValidityWarning)
        medium = film.medium(
            SEPARATIONS[:, None, None],
            azimuth_deg=AZIMUTHS[:, None],
            height_nm=HEIGHTS,
            nv=centre,
            temperature_k=KELVIN[:, None, None, None],
            dephasing=False,
        )
    assert medium.provenance is not None
    numbers = medium.provenance.numbers
    leaked = np.broadcast_to(numbers["leakage"].value if "leakage" in numbers else 0.0, medium.batch_shape)
    found = nv.design.bell_yield(medium, TARGET, cycle=nv.design.Cycle(period=0.0), tolerances=False)
    attempt = found.attempt()
    kept = np.where(found.reached, np.exp(-leaked * np.nan_to_num(attempt.time)), 0.0)
    rate = found.rate * kept
    coupling = np.broadcast_to(numbers["direct J⊥"].value, medium.batch_shape)
    with np.errstate(divide="ignore"):
        alone = 1e6 / (np.arcsin(2 * TARGET - 1) / (4 * coupling) + found.cycle.preparation)  # |h| = 2|J⊥|
    thick = any("thick" in note.text for note in medium.provenance.notes if note.serious)
    rows = []
    for t, r in np.ndindex(KELVIN.size, SEPARATIONS.size):
        at = np.unravel_index(int(np.argmax(rate[t, r])), rate.shape[2:])
        here = (t, r, *at)
        rows.append(
            {
                "temperature_k": KELVIN[t],
                "separation_nm": SEPARATIONS[r],
                "cut": setting.cut,
                "rate_per_s": float(rate[here]),
                "dipole_alone_per_s": float(alone[t, r].max()),
                "dipole_there_per_s": float(alone[here]),
                "time_us": float(attempt.time[here]),
                "kept": float(attempt.probability[here] * kept[here]),
                "start": str(found.start()[here]),
                "azimuth_deg": float(AZIMUTHS[at[0]]),
                "height_nm": float(HEIGHTS[at[1]]),
                "strength_mt": setting.strength_mt,
                "from_normal_deg": setting.from_normal_deg,
                "tilt_deg": setting.tilt_deg,
                "turn_deg": setting.turn_deg,
                "transition": setting.transition,
                "thickness_nm": setting.thickness_nm,
                "frequency_ghz": round(centre.frequency_ghz, 4),
                "gap_ghz": round(film.gap_ghz, 4),
                "a_per_s": float(medium.relaxation[(*here, 0, 0)].real * 1e6),
                "A_over_a": float(np.abs(medium.relaxation[(*here, 0, 1)]) / medium.relaxation[(*here, 0, 0)].real),
                "steady_concurrence": float(nv.magnets.chirality(medium[here]).steady_concurrence),
                "leakage_per_s": float(leaked[here] * 1e6),
                "thick_film": thick,
            }
        )
    return rows


def best_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best setting of each temperature, cut and separation, films that are thin for their waves only."""
    found = []
    for kelvin, cut, r in itertools.product(KELVIN, TURNS, SEPARATIONS):
        same = [row for row in rows if (row["temperature_k"], row["cut"], row["separation_nm"]) == (kelvin, cut, r)]
        best = max((row for row in same if not row["thick_film"]), key=lambda row: row["rate_per_s"])
        alone = max(row["dipole_alone_per_s"] for row in same)
        found.append({**best, "dipole_alone_per_s": alone})
    return found


def draw(rows: list[dict[str, Any]], picture: Path) -> None:
    """Rates against the separation: film at each temperature, and no film."""
    figure, axes = plotting.panels(1, 2, width=plotting.PAGE_WIDTH, height=2.9)
    for ax, cut in zip(axes[0], TURNS, strict=True):
        for number, kelvin in enumerate(KELVIN):
            chosen = [row for row in rows if row["cut"] == cut and row["temperature_k"] == kelvin]
            label = f"film, {1e3 * kelvin:g} mK" if kelvin < 1 else f"film, {kelvin:g} K"
            marker = "os^"[number]
            ax.loglog(
                SEPARATIONS, [row["rate_per_s"] for row in chosen], color=plotting.COLOURS[number], label=label,
                marker=marker, markersize=4,
            )  # fmt: skip
        alone = [row["dipole_alone_per_s"] for row in rows if row["cut"] == cut and row["temperature_k"] == KELVIN[0]]
        ax.loglog(SEPARATIONS, alone, "k--", label="dipole coupling alone")
        ax.set(xlabel="separation $r$ (nm)", title=f"({cut}) diamond", xticks=[20, 50, 100, 200], ylim=(20, 2e5))
        ax.set_xticks([], minor=True)
        ax.set_xticklabels(["20", "50", "100", "200"])
    axes[0, 0].set(ylabel="Bell pairs of $F = 0.95$ per second")
    axes[0, 1].legend(loc="upper right")
    figure.savefig(picture, dpi=300)


def table(rows: list[dict[str, Any]], say: Report) -> None:
    """One line for each temperature, diamond and separation."""
    say(
        "    T (K)  cut  r (nm)  pairs/s  no film  t_F (ms)  kept  start  B (mT)  from z  tilt  turn  transition"
        "  t (nm)  h (nm)  azimuth  f (GHz)  gap  |A|/a     C"
    )
    for row in rows:
        say(
            f"{row['temperature_k']:9.3g}{row['cut']:>5}{row['separation_nm']:8.0f}{row['rate_per_s']:9.0f}"
            f"{row['dipole_alone_per_s']:9.0f}{row['time_us'] / 1e3:10.3g}{row['kept']:6.2f}{row['start']:>7}"
            f"{row['strength_mt']:8.0f}{row['from_normal_deg']:8.1f}{row['tilt_deg']:6.1f}{row['turn_deg']:6.0f}"
            f"{row['transition']:>12}{row['thickness_nm']:8.0f}{row['height_nm']:8.0f}{row['azimuth_deg']:9.0f}"
            f"{row['frequency_ghz']:9.3f}{row['gap_ghz']:5.2f}{row['A_over_a']:7.3f}{row['steady_concurrence']:6.2f}"
        )


def main() -> None:
    """Surveys, tells and draws."""
    made = parser(__doc__, jobs=2)
    made.add_argument("--picture", type=Path, default=Path("docs/figures/what_can_be_built.png"), help="file to draw")
    made.add_argument("--data", type=Path, help="CSV file for the best place of every setting")
    options = made.parse_args()
    say = Report(options.output)
    say(made_with("numpy", "scipy"))
    every = settings()
    began = time.perf_counter()
    with ProcessPoolExecutor(options.jobs) as pool:
        rows = list(itertools.chain.from_iterable(pool.map(best_of, every, chunksize=8)))
    looked_at = len(rows) // (KELVIN.size * SEPARATIONS.size)
    places = SEPARATIONS.size * AZIMUTHS.size * HEIGHTS.size
    say(
        f"{len(every)} settings of field, film and axis, {looked_at} of them above the band; {places} places, two "
        f"starts and {KELVIN.size} temperatures each: {time.perf_counter() - began:.0f} s with {options.jobs} processes"
    )
    best = best_rows(rows)
    table(best, say)
    if options.data:
        with options.data.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    draw(best, options.picture)


if __name__ == "__main__":
    plt.switch_backend("agg")
    with plt.rc_context(plotting.STYLE):
        main()
