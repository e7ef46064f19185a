"""Ten thousand geometries that share fifty settings of field, film and axis: what a survey over them costs.

Each setting is a film in its field with NV centres of their own levels, seen at 20 displacements and 10 heights; the
splitting differs from setting to setting, so that nothing is shared between them. Limited by sines and cosines of k·r
on the circles |k| = const. Times are of the processor, one thread.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/buildable_settings.py
"""

import time
import warnings

import numpy as np

import nvprotocol as nv

SETTINGS, SEPARATIONS, HEIGHTS = 50, np.linspace(20.0, 200.0, 20)[:, None], np.linspace(5.0, 50.0, 10)


def settings() -> list[tuple[nv.magnets.Film, nv.magnets.NVCentre]]:
    """Random fields in and near the plane, thicknesses and axes of a (100) diamond, with a damping."""
    rng, found = np.random.default_rng(7), []
    axes = nv.magnets.nv_axes("100")
    while len(found) < SETTINGS:
        polar, azimuth, strength = np.deg2rad(rng.uniform(50, 90)), rng.uniform(0, 2 * np.pi), rng.uniform(5, 60)
        direction = [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)]
        field = tuple(strength * one for one in direction)
        film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, rng.choice([10.0, 20.0, 40.0]), field, damping=1e-3)
        centre = nv.magnets.NVCentre(axes[rng.choice(list(axes))], field, rng.choice(["lower", "upper"]))
        if centre.frequency_ghz > 1.02 * film.gap_ghz:
            found.append((film, centre))
    return found


def seconds(film: nv.magnets.Film, centre: nv.magnets.NVCentre) -> float:
    """Processor time for all geometries of one setting."""
    start = time.process_time()
    film.medium(SEPARATIONS, azimuth_deg=35.0, height_nm=HEIGHTS, nv=centre, dephasing=False)
    return time.process_time() - start


def main() -> None:
    """Prints the times."""
    warnings.simplefilter("ignore", nv.errors.ValidityWarning)
    chosen = settings()
    seconds(*chosen[0])
    times = np.array([seconds(*one) for one in chosen])
    count = SETTINGS * SEPARATIONS.size * HEIGHTS.size
    print(f"{count} geometries of {SETTINGS} settings: {times.sum():.2f} s, {1e3 * times.sum() / count:.3f} ms each")
    print(
        f"a setting: median {1e3 * np.median(times):.0f} ms, from {1e3 * times.min():.0f} to {1e3 * times.max():.0f} ms"
    )


if __name__ == "__main__":
    main()
