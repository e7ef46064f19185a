"""What the numbers of a magnet may be: far wider than those of any, so that all that follows is finite."""

from nvprotocol._checks import fail, real_number, show

_BOUNDS: dict[str, tuple[float, float]] = {
    "gap_ghz": (1e-12, 1e6),
    "field_mt": (1e-9, 1e9),
    "thickness_nm": (1e-6, 1e9),
    "lattice_nm": (1e-6, 1e9),
    "spin": (1e-12, 1e12),
    "stiffness_m2_per_s": (1e-30, 1e6),
    "magnetisation_a_per_m": (1e-6, 1e12),
    "exchange_t_m2": (1e-40, 1e-4),
    "gyromagnetic_ghz_per_t": (1e-6, 1e6),
}
_LARGEST = {"coupling_mhz": 1e12, "anisotropy_mt": 1e9}
"""Of what may be negative."""


def number_of_magnet(value: object, name: str) -> float:
    """One of the numbers that make a magnet, by its name.

    Examples:
        >>> from nvprotocol.magnets.limits import number_of_magnet
        >>> number_of_magnet(20, "thickness_nm")
        20.0
    """
    if name in _LARGEST:
        return real_number(value, name, minimum=-_LARGEST[name], maximum=_LARGEST[name])
    number, (low, high) = real_number(value, name, above=0.0), _BOUNDS[name]
    if not low <= number <= high:
        fail(name, f"be between {show(low)} and {show(high)}", f"is {show(number)}")
    return number
