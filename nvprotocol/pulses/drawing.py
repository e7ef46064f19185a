"""A schedule as a drawing: a row for each spin that is addressed, for the gradient, for the magnet and for checks."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.pulses.events import Act, Check, Event, GradientRamp, MediumRamp, Pulse, of_kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 3.4
"""A column in inches."""
_FONT = 7.0
_CROWDED = 0.35
"""Share of the time in pulses and ramps below which the axis of time is stretched there, up to twice this share."""
_MOST_LABELS = 6
_NEAR = 0.07
"""Share of the width in which there is no room for two labels."""
_DARK, _LINE, _CHECK, _ACT = "0.15", "#0072B2", "#D55E00", "#009E73"


def draw(events: Sequence[Event], duration: float, ax: "Axes | None" = None) -> "Axes":
    """Draws the events of a schedule; see `Schedule.draw`."""
    rows = _rows(events, duration)
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(_WIDTH, 0.55 + 0.42 * max(len(rows), 1)), layout="constrained", dpi=300).subplots()
    magnified = _stretch(ax, events, duration)
    for number, draw_row in enumerate(rows.values()):
        base = float(len(rows) - 1 - number)
        ax.axhline(base, color="0.8", lw=0.5, zorder=1)
        draw_row(ax, base)
    for check in of_kind(events, Check):
        ax.axvline(check.begin, color=_CHECK, lw=0.4, ls=":", zorder=0)
    ax.set_yticks([len(rows) - 1 - k + 0.35 for k in range(len(rows))], labels=list(rows), fontsize=_FONT)
    ax.set_ylim(-0.35, max(len(rows), 1))
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=_FONT, width=0.5, length=2.5)
    stretched = f", pulses drawn {magnified:.0f} times as long" if magnified > 1 else ""
    ax.set_xlabel(f"time (µs){stretched}", fontsize=_FONT)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_linewidth(0.5)
    return ax


def _rows(events: Sequence[Event], duration: float) -> dict[str, Callable[["Axes", float], None]]:
    """What each row is called, and what draws it at a height."""
    pulses = of_kind(events, Pulse)
    peak = max((pulse.peak for pulse in pulses), default=1.0) or 1.0
    names = sorted({_tone(pulse) for pulse in pulses})
    labelled = len(pulses) <= _MOST_LABELS
    rows: dict[str, Callable[[Axes, float], None]] = {}
    for name in names:
        own = [pulse for pulse in pulses if _tone(pulse) == name]
        rows[name] = lambda ax, base, own=own: _pulses(ax, base, own, peak, labelled)
    if ramps := of_kind(events, GradientRamp):
        values = [np.atleast_1d(ramp.detuning) for ramp in ramps]
        rows["δ"] = lambda ax, base: _ramps(ax, base, ramps, values, duration, " rad/µs")
    if tunings := of_kind(events, MediumRamp):
        scales = [np.atleast_1d(ramp.scale) for ramp in tunings]
        rows["medium"] = lambda ax, base: _ramps(ax, base, tunings, scales, duration, " ×")
    if maps := [event for event in events if isinstance(event, Check | Act)]:
        name = "checks" if any(isinstance(event, Check) for event in maps) else "maps"
        rows[name] = lambda ax, base: _maps(ax, base, maps, duration)
    return rows


def _tone(pulse: Pulse) -> str:
    if pulse.tone_ghz is not None:
        return f"{pulse.tone_ghz:.6g} GHz"
    return "all NV" if pulse.qubit is None else f"NV {pulse.qubit}"


def _pulses(ax: "Axes", base: float, pulses: Sequence[Pulse], peak: float, labelled: bool) -> None:
    """Envelopes as high as their Rabi rates, in the colours of their phases; an imaginary part is dashed."""
    from matplotlib import colormaps

    largest = max(pulse.peak for pulse in pulses)
    _scale(ax, base + 0.7 * largest / peak, f"{largest:.3g} rad/µs", _DARK)
    for pulse in pulses:
        start, end = pulse.on
        times = np.linspace(0.0, pulse.envelope.duration_ns, 101)
        wave = 0.7 * pulse.rabi / peak * np.asarray(pulse.envelope.shape(times), dtype=complex)
        at = np.linspace(start, end, times.size)
        turns = pulse.phase / (2 * np.pi) % 1.0
        ax.fill_between(at, base, base + wave.real, color=colormaps["twilight"]((turns + 0.25) % 1.0), lw=0, zorder=2)
        outline = np.concatenate([[base], base + wave.real, [base]])
        ax.plot([at[0], *at, at[-1]], outline, color=_DARK, lw=0.5, zorder=3)
        if np.abs(wave.imag).max() > 1e-9:
            ax.plot(at, base + wave.imag, color=_DARK, lw=0.5, ls="--", zorder=3)
        if labelled:
            text = _angle(pulse.phase)
            ax.annotate(text, ((start + end) / 2, base + 0.72), ha="center", va="bottom", fontsize=_FONT - 1.5)


def _angle(phase: float) -> str:
    """A phase in units of π."""
    share = round(float(np.angle(np.exp(1j * phase))) / np.pi, 2)
    named = {0.0: "0", 1.0: "π", -1.0: "π", 0.5: "π/2", -0.5: "−π/2"}
    return named.get(share, f"{share:.2g}π".replace("-", "−"))


def _ramps(ax: "Axes", base: float, ramps: Sequence[Any], values: Sequence[NDArray], end: float, unit: str) -> None:
    """A value from its first ramp on, which before is the device's; its extremes are labelled."""
    times, heights = [], []
    for number, (ramp, after) in enumerate(zip(ramps, values, strict=True)):
        part = np.linspace(0.0, 1.0, 41) if ramp.duration else np.array([0.0, 1.0])
        shape = (1 - np.cos(np.pi * part)) / 2 if ramp.shape == "cosine" else part
        before = values[number - 1] if number else after
        times.append(ramp.begin + ramp.duration * part)
        heights.append(before + (after - before) * shape[:, None])
    at = np.concatenate([*times, [end]])
    levels = np.concatenate([*heights, heights[-1][-1:]])
    low, high = min(float(levels.min()), 0.0), max(float(levels.max()), 0.0)
    ax.plot(at, base + 0.7 * (levels - low) / ((high - low) or 1.0), color=_LINE, lw=0.9, zorder=3)
    for level in (low, high):
        if level:
            place = base + 0.7 * (level - low) / (high - low)
            _scale(ax, place, f"{level:.3g}{unit}".replace("-", "−"), _LINE)


def _scale(ax: "Axes", height: float, text: str, colour: str) -> None:
    """What a height stands for, at the right."""
    where = {"transform": ax.get_yaxis_transform(), "ha": "left", "va": "center"}
    ax.text(1.015, height, text, fontsize=_FONT - 1.5, color=colour, **where)


def _maps(ax: "Axes", base: float, events: Sequence[Check | Act], end: float) -> None:
    """Checks as diamonds, filled where a reading is kept; other maps as ticks, named where there is room."""
    acts, checks = of_kind(events, Act), of_kind(events, Check)
    size = 3.2 if len(checks) <= 40 else 2.0
    for kept in (True, False):
        at = [check.begin for check in checks if (check.keep is not None) == kept]
        face = _CHECK if kept else "white"
        ax.plot(at, np.full(len(at), base + 0.3), "D", ms=size, mfc=face, mec=_CHECK, mew=0.6, zorder=4, clip_on=False)
    at = [act.begin for act in acts]
    ax.plot(at, np.full(len(at), base + 0.3), "|", ms=6, color=_ACT, mew=1.0, zorder=4, clip_on=False)
    names: dict[float, list[str]] = {}
    for act in acts:
        names.setdefault(round(act.begin, 9), []).append(act.name.split(":")[0])
    for time, at_once in names.items() if len(names) <= _MOST_LABELS else ():
        late = time > 0.5 * end
        where = {"xytext": (-2 if late else 2, 0), "textcoords": "offset points", "ha": "right" if late else "left"}
        ax.annotate(", ".join(at_once), (time, base + 0.5), fontsize=_FONT - 1.5, color=_ACT, **where)


def _stretch(ax: "Axes", events: Sequence[Event], duration: float) -> float:
    """Stretches the axis of time where pulses and ramps are short against the rest; returns by how much."""
    end = duration or 1.0
    spans = _merged([(event.begin, event.end) for event in _lasting(events)])
    busy = sum(stop - start for start, stop in spans)
    factor = 1.0
    if 0 < busy < _CROWDED * end:
        share = min(2 * _CROWDED, 0.3 + 0.04 * len(spans))
        factor = share * (end - busy) / ((1 - share) * busy)
        times = np.array(sorted({0.0, end, *(time for span in spans for time in span)}))
        inside = [any(start <= middle <= stop for start, stop in spans) for middle in (times[1:] + times[:-1]) / 2]
        places = np.concatenate([[0.0], np.cumsum(np.diff(times) * np.where(inside, factor, 1.0))])
        ax.set_xscale("function", functions=_both_ways(times, places / places[-1]))
        for start, stop in spans:
            ax.axvspan(start, stop, color="0.94", lw=0, zorder=-1)
    ax.set_xlim(0.0, end)
    _ticks(ax, end)
    return factor


def _both_ways(times: NDArray, places: NDArray) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Piecewise linear maps from time to place and back, continued beyond the ends, where matplotlib asks as well."""
    from scipy.interpolate import make_interp_spline

    there, back = make_interp_spline(times, places, k=1), make_interp_spline(places, times, k=1)
    return lambda t: np.asarray(there(t)), lambda x: np.asarray(back(x))


def _ticks(ax: "Axes", end: float) -> None:
    """Round times, where there is room for them."""
    from matplotlib.ticker import MaxNLocator

    scale = ax.get_xaxis().get_transform()
    low, high = scale.transform(np.array([0.0, end]))
    kept: list[float] = []
    for time in MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, end):
        if 0 <= time <= end * (1 + 1e-9):
            place = [float(scale.transform(np.array([one]))[0]) for one in (*kept[-1:], time)]
            if len(place) < 2 or place[1] - place[0] > _NEAR * (high - low):
                kept.append(float(time))
    ax.set_xticks(kept, labels=[f"{time:.6g}" for time in kept])
    ax.minorticks_off()


def _lasting(events: Sequence[Event]) -> list[Event]:
    """What is drawn with a length."""
    kinds = (Pulse, GradientRamp, MediumRamp)
    return [event for event in events if isinstance(event, kinds) and event.length > 0]


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches of time that overlap or touch, as one."""
    found: list[tuple[float, float]] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1] + 1e-9:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return found
