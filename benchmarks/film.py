"""Media over a film: how long 10⁴ points along the normal and 10³ in the plane take, and what scalar quadratures take.

Along the normal: 100 separations × 10 heights × 10 temperatures, T1 to J⊥ and dephasing, one call of `Film.medium`. The
loop works out J⊥ by one adaptive principal value (`scipy.integrate.quad` with the weight "cauchy") for each point, on a
sample of points spread over all of them; a₀ and A are free for it. Ten temperatures share an integral, which the loop
does not know. Both must agree to 1e-6 of the height's scale, or there is no table. In the plane: 10 separations in 10
directions × 10 heights, both amplitudes of every pair. Times are of the processor, one thread.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/film.py
"""

import statistics
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import j0

import nvprotocol as nv
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.film import forward_volume

ROUNDS, SAMPLE = 5, 60
GOAL_SECONDS, GOAL_RATIO, GOAL_AGREEMENT = 2.0, 50.0, 1e-6

FILM = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
PLANAR = nv.magnets.Film.in_field(nv.magnets.YIG, thickness_nm=20, field_mt=20, orientation="in-plane")
SEPARATIONS, HEIGHTS = np.linspace(10, 1000, 100), np.linspace(10, 100, 10)
TEMPERATURES = np.geomspace(0.01, 300, 10)
DELTA = 2.87e9 * 2 * np.pi


def seconds(work: Callable[[], object]) -> float:
    """Median processor time of a work, the first round not counted."""
    times = []
    for _ in range(ROUNDS + 1):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return statistics.median(times[1:])


def normal(*, dephasing: bool = True) -> nv.Medium:
    return FILM.medium(
        SEPARATIONS[:, None, None],
        height_nm=HEIGHTS[:, None],
        frequency_ghz=2.87,
        temperature_k=TEMPERATURES,
        dipole=False,
        dephasing=dephasing,
    )


def planar() -> nv.Medium:
    return PLANAR.medium(
        SEPARATIONS[::10, None, None] / 2,
        azimuth_deg=np.arange(0, 360, 36)[:, None],
        height_nm=HEIGHTS,
        frequency_ghz=2.31,
        temperature_k=0.01,
        dephasing=False,
    )


def scalar_exchange(separation: float, height: float) -> float:
    """J⊥ in rad/s of one pair by one principal value and one tail."""
    waves = FILM.geometry.waves
    wave = forward_volume.wave_at(waves, DELTA)
    assert wave is not None
    k0 = wave[0]

    def whole(k: float) -> float:
        transverse = float(waves.exchange(k))
        share = transverse / (DELTA**2 - transverse * (transverse + waves.magnetisation * float(waves.volume_share(k))))
        return (
            waves.noise_strength * k / (2 * np.pi) * float(waves.height_filter(k, height) * j0(k * separation)) * share
        )

    near = quad(lambda k: whole(k) * (k - k0), 0, 2 * k0, weight="cauchy", wvar=k0, epsrel=1e-9, limit=500)[0]
    far = quad(whole, 2 * k0, 2 * k0 + 20 / height, epsrel=1e-9, limit=500)[0]
    return (near + far) / 2


def sampled() -> NDArray[np.float64]:
    """J⊥ of a sample of separations and heights by scalar quadratures, in rad/s."""
    chosen = np.random.default_rng(1).choice(SEPARATIONS.size * HEIGHTS.size, SAMPLE, replace=False)
    pairs = zip(*np.unravel_index(chosen, (SEPARATIONS.size, HEIGHTS.size)), strict=True)
    return np.array([[i, j, scalar_exchange(float(SEPARATIONS[i]) * 1e-9, float(HEIGHTS[j]) * 1e-9)] for i, j in pairs])


def disagreement(medium: nv.Medium, sample: NDArray[np.float64]) -> float:
    """Largest difference in J⊥, relative to the scale of the height."""
    rows, columns = sample[:, 0].astype(int), sample[:, 1].astype(int)
    flip_flop = np.broadcast_to(medium.flip_flop[..., 0, 1].real, medium.batch_shape)
    found = flip_flop[rows, columns, 0] * 1e6
    return float(
        np.max(np.abs(found - sample[:, 2]) / forward_volume.scale(FILM.geometry.waves, DELTA, HEIGHTS[columns] * 1e-9))
    )


def main() -> int:
    warnings.simplefilter("ignore", ValidityWarning)
    points = normal().relaxation[..., 0, 0].size
    whole, without = seconds(normal), seconds(lambda: normal(dephasing=False))
    begun = time.process_time()
    sample = sampled()
    loop = (time.process_time() - begun) / SAMPLE * points
    off = disagreement(normal(), sample)
    if off > GOAL_AGREEMENT:
        print(f"No table: J⊥ of the two ways differs by {off:.1e} of its scale.")
        return 1
    plane = seconds(planar)
    print(f"along the normal, {points} points, with dephasing        {whole:8.3f} s   (goal {GOAL_SECONDS:g} s)")
    print(f"along the normal, {points} points, without               {without:8.3f} s")
    print(f"loop of scalar quadratures for J⊥, {SAMPLE} points scaled up {loop:8.1f} s")
    print(f"ratio, without dephasing on either side               {loop / without:8.0f}     (goal {GOAL_RATIO:g})")
    print(f"disagreement in J⊥, of its scale                      {off:8.1e}")
    print(f"in the plane, {planar().relaxation[..., 0, 0].size} points                               {plane:8.3f} s")
    return 0 if whole < GOAL_SECONDS and loop / without > GOAL_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
