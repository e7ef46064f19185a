"""What each protocol can be given: one declaration, which circuits, references and experiment files share.

Nothing here needs Qiskit, so that a file can be checked without it.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from nvprotocol._checks import fail, numeric_array, real_number, show, whole_number
from nvprotocol.operators.states import check_label

__all__ = ["PARAMETERS", "Kind", "Parameter", "checked"]

Kind: TypeAlias = Literal["time", "rate", "coupling", "number", "whole", "label", "choice"]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a protocol.

    Attributes:
        name: Name of the argument.
        kind: "time" in µs, "rate" in rad/µs, "coupling" (complex) in rad/µs, a plain "number", a "whole" number, the
            "label" of a product state of the pair, or a "choice" out of `choices`.
        symbol: How plots and tables write it.
        default: What an experiment that leaves it out gets; also the function's default, unless it is `required`.
        required: Whether a call of the function must give it.
        minimum: Smallest allowed value, None where there is none.
        above: Whether the value must be greater than `minimum`, and not just as large.
        maximum: Largest allowed value, None where there is none.
        choices: The allowed values of a "choice".

    Examples:
        >>> from nvprotocol.protocols.parameters import PARAMETERS
        >>> [(one.name, one.kind, one.default) for one in PARAMETERS["monitored_bell"]]
        [('duration', 'time', 1.0), ('checks', 'whole', 20), ('initial', 'label', 'ud')]
    """

    name: str
    kind: Kind
    symbol: str
    default: Any
    required: bool = False
    minimum: float | None = None
    above: bool = False
    maximum: float | None = None
    choices: tuple[int | str, ...] = ()

    def check(self, value: object) -> Any:
        """Returns the value as the protocol takes it.

        Raises:
            ArgumentError: If it is of another kind or outside its bounds.
        """
        if self.kind == "label":
            return self._label(value)
        if self.kind == "choice":
            return self._choice(value)
        if self.kind == "whole":
            maximum = None if self.maximum is None else int(self.maximum)
            return whole_number(value, self.name, minimum=int(self.minimum or 0), maximum=maximum)
        if self.kind == "coupling":
            return self._coupling(value)
        if self.kind == "time" and isinstance(value, str):
            fail(self.name, "be a number of µs", f"is {show(value)}")
        bounds = {"above": self.minimum} if self.above else {"minimum": self.minimum}
        return real_number(value, self.name, maximum=self.maximum, **bounds)

    def _label(self, value: object) -> str:
        if not isinstance(value, str):
            fail(self.name, 'be a label such as "ud"', f"is of type {type(value).__name__}")
        check_label(value, 2, self.name)
        return value

    def _choice(self, value: object) -> int | str:
        same = [choice for choice in self.choices if type(value) is type(choice) and value == choice]
        if not same:
            listed = ", ".join(show(choice) for choice in self.choices)
            fail(self.name, f"be one of {listed}", f"is {show(value)}")
        return same[0]

    def _coupling(self, value: object) -> complex:
        if isinstance(value, bool | str) or value is None:
            fail(self.name, "be a number", f"is {show(value)} of type {type(value).__name__}")
        array = numeric_array(value, self.name)  # pyright: ignore[reportArgumentType]  # anything else is refused by it
        if array.ndim:
            fail(self.name, "be a number", f"has shape {array.shape}")
        return complex(array)


_MOST_STEPS = 100_000
"""Each is several instructions of a circuit; more of them no simulator here would finish."""

_DURATION = Parameter(name="duration", kind="time", symbol="t", default=1.0, required=True, minimum=0.0)
_INITIAL = Parameter(name="initial", kind="label", symbol="initial", default="ud")
_PHASE = Parameter(name="phase", kind="number", symbol="φ", default=0.0)
_QUBIT = Parameter(name="qubit", kind="choice", symbol="qubit", default=0, choices=(0, 1, "both"))


def _whole(name: str, default: int, *, required: bool = True) -> Parameter:
    return Parameter(
        name=name, kind="whole", symbol=name, default=default, required=required, minimum=1, maximum=_MOST_STEPS
    )


PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    "dissipative_entanglement": (_DURATION, _INITIAL),
    "echoed_bell": (_DURATION, _whole("checks", 20), _whole("pulses", 20), _INITIAL),
    "exchange": (_DURATION, _INITIAL),
    "final_check": (_DURATION, _INITIAL),
    "finite_rate_monitoring": (
        _DURATION,
        Parameter(name="period", kind="time", symbol="τ", default=0.1, required=True, minimum=0.0, above=True),
        _INITIAL,
    ),
    "hahn_echo": (_DURATION, _QUBIT, _PHASE),
    "monitored_bell": (_DURATION, _whole("checks", 20, required=False), _INITIAL),
    "no_emitted_magnon": (
        _DURATION,
        _whole("steps", 20),
        Parameter(name="a", kind="rate", symbol="a", default=1.0, minimum=0.0, above=True),
        Parameter(name="A", kind="coupling", symbol="A", default=1.0),
        Parameter(name="q", kind="number", symbol="q", default=0.0, minimum=0.0, maximum=1.0),
        _INITIAL,
        Parameter(name="order", kind="choice", symbol="order", default=1, choices=(1, 2)),
    ),
    "ramsey": (_DURATION, _QUBIT, _PHASE),
    "relaxometry": (_DURATION, _INITIAL),
}
"""Protocol → its parameters, in the order of the function's arguments."""


def checked(protocol: str, /, **arguments: object) -> dict[str, Any]:
    """Some or all arguments of a protocol, checked against its declaration.

    Args:
        protocol: Name of the protocol.
        **arguments: Values by name.

    Returns:
        The same values as plain Python numbers and texts.

    Raises:
        ArgumentError: If there is no such protocol or parameter, or a value is not as declared.

    Examples:
        >>> from nvprotocol.protocols.parameters import checked
        >>> checked("ramsey", duration=2, qubit="both")
        {'duration': 2.0, 'qubit': 'both'}
    """
    if protocol not in PARAMETERS:
        fail("protocol", f"be one of {', '.join(PARAMETERS)}", f"is {show(protocol)}")
    declared = {parameter.name: parameter for parameter in PARAMETERS[protocol]}
    for name in arguments:
        if name not in declared:
            fail("arguments", f"be parameters of {protocol}: {', '.join(declared)}", f"include {show(name)}")
    return {name: declared[name].check(value) for name, value in arguments.items()}
