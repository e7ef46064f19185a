"""What each protocol is: one declaration, which circuits, references and experiment files share.

Nothing here needs Qiskit, so that a file can be checked without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, TypeAlias

from nvprotocol._checks import fail, numeric_array, real_number, show, whole_number
from nvprotocol._read_only import holds_read_only
from nvprotocol.device.parameters import Quantity
from nvprotocol.medium import Medium
from nvprotocol.operators.states import check_label
from nvprotocol.units import Dimension

__all__ = ["DECLARED", "PARAMETERS", "Declaration", "Kind", "Parameter", "checked"]

Kind: TypeAlias = Literal["time", "rate", "coupling", "number", "whole", "label", "choice"]

_DIMENSIONS: dict[Kind, Dimension] = {
    "time": "time",
    "rate": "rate",
    "coupling": "rate",
    "number": "number",
    "whole": "number",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a protocol.

    Attributes:
        name: Name of the argument.
        kind: "time" in µs, "rate" in rad/µs, "coupling" (complex) in rad/µs, a plain "number", a "whole" number, the
            "label" of a product state of the pair, or a "choice" out of `choices`.
        symbol: How tables and legends write it.
        default: What an experiment that leaves it out gets; also the function's default, unless it is `required`.
        label: What an axis is called, with formulas as Matplotlib takes them; "" for what is no number.
        required: Whether a call of the function must give it.
        minimum: Smallest allowed value, None where there is none.
        above: Whether the value must be greater than `minimum`, and not just as large.
        maximum: Largest allowed value, None where there is none.
        choices: The allowed values of a "choice".

    Examples:
        >>> from nvprotocol.protocols.parameters import PARAMETERS
        >>> [(known.name, known.kind, known.default) for known in PARAMETERS["monitored_bell"]]
        [('duration', 'time', 1.0), ('checks', 'whole', 20), ('initial', 'label', 'ud')]
    """

    name: str
    kind: Kind
    symbol: str
    default: Any
    _: KW_ONLY
    label: str = ""
    required: bool = False
    minimum: float | None = None
    above: bool = False
    maximum: float | None = None
    choices: tuple[int | str, ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """What can be varied; None for a label or a choice."""
        if self.kind not in _DIMENSIONS:
            return None
        return Quantity(self.symbol, self.label, _DIMENSIONS[self.kind], is_whole=self.kind == "whole")

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
        bounds: dict[str, Any] = {"above": self.minimum} if self.above else {"minimum": self.minimum}
        return real_number(value, self.name, maximum=self.maximum, **bounds)

    def _label(self, value: object) -> str:
        if not isinstance(value, str):
            fail(self.name, 'be a label such as "ud"', f"is of type {type(value).__name__}")
        check_label(value, 2, self.name)
        return value

    def _choice(self, value: object) -> int | str:
        same = [choice for choice in self.choices if type(value) is type(choice) and value == choice]
        if not same:
            listed = ", ".join(map(show, self.choices))
            fail(self.name, f"be one of {listed}", f"is {show(value)}")
        return same[0]

    def _coupling(self, value: object) -> complex:
        if isinstance(value, bool | str) or value is None:
            fail(self.name, "be a number", f"is {show(value)} of type {type(value).__name__}")
        array = numeric_array(value, self.name)  # pyright: ignore[reportArgumentType]  # anything else is refused by it
        if array.ndim:
            fail(self.name, "be a number", f"has shape {array.shape}")
        return complex(array)


@dataclass(frozen=True, kw_only=True)
@holds_read_only
class Declaration:
    """Everything about a protocol that can be said without a circuit.

    Attributes:
        parameters: Its parameters, in the order of the function's arguments.
        postselect: Register → value that the protocol keeps, None where it keeps everything.
        outcomes: The strings of the register `readout` whose probability it is about; None where it ends without a
            readout, and is about the concurrence of the state at the end.
        symbol: How that probability, or the concurrence, is written.
        condition: Raises an `ArgumentError` for parameters that are right alone and wrong together.
        reference_is_limit: Whether the master equation gives the limit of many steps, which a circuit of few misses.
        device: A device that shows what it is for, by name or file.
        device_note: What that file has to say, for the comment on top of an exported circuit.

    Examples:
        >>> from nvprotocol.protocols.parameters import DECLARED
        >>> DECLARED["monitored_bell"].postselect, DECLARED["relaxometry"].outcomes
        ({'parity': 1}, ('01', '10'))
    """

    parameters: tuple[Parameter, ...]
    postselect: Mapping[str, int] | None = None
    outcomes: tuple[str, ...] | None = None
    symbol: str = "C"
    condition: Callable[[Mapping[str, Any]], object] | None = None
    reference_is_limit: bool = False
    device: str = "ideal"
    device_note: str = ""


_MOST_STEPS = 100_000
"""Each is several instructions of a circuit; more of them no simulator here would finish."""

_DURATION = Parameter("duration", "time", "t", 1.0, label="time $t$", required=True, minimum=0.0)
_PERIOD = Parameter(
    "period", "time", "τ", 0.1, label=r"time between checks $\tau$", required=True, minimum=0.0, above=True
)
_INITIAL = Parameter("initial", "label", "initial", "ud")
_PHASE = Parameter("phase", "number", "φ", 0.0, label=r"phase $\varphi$ (rad)")
_QUBIT = Parameter("qubit", "choice", "qubit", 0, choices=(0, 1, "both"))
_PLAYED = (
    Parameter("a", "rate", "a", 1.0, label="played relaxation $a$", minimum=0.0, above=True),
    Parameter("A", "coupling", "A", 1.0, label="played coupling $A$"),
    Parameter("q", "number", "q", 0.0, label="played Boltzmann factor $q$", minimum=0.0, maximum=1.0),
)
_ORDER = Parameter("order", "choice", "order", 1, choices=(1, 2))
_PARITY, _EVEN = {"parity": 1}, ("0", "00", "11")


def _whole(name: str, *, required: bool = True) -> Parameter:
    label = f"number of {name}"
    return Parameter(name, "whole", name, 20, label=label, required=required, minimum=1, maximum=_MOST_STEPS)


def _few_checks(given: Mapping[str, Any]) -> None:
    duration, period = given["duration"], given["period"]
    if duration / _MOST_STEPS > period:
        fail("period", f"be at least duration/{_MOST_STEPS} = {show(duration / _MOST_STEPS)}", f"is {show(period)}")


DECLARED: dict[str, Declaration] = {
    "dissipative_entanglement": Declaration(parameters=(_DURATION, _INITIAL)),
    "echoed_bell": Declaration(
        parameters=(_DURATION, _whole("checks"), _whole("pulses"), _INITIAL), postselect=_PARITY
    ),
    "exchange": Declaration(parameters=(_DURATION, _INITIAL)),
    "final_check": Declaration(parameters=(_DURATION, _INITIAL), postselect=_PARITY),
    "finite_rate_monitoring": Declaration(
        parameters=(_DURATION, _PERIOD, _INITIAL), postselect=_PARITY, condition=_few_checks
    ),
    "hahn_echo": Declaration(parameters=(_DURATION, _QUBIT, _PHASE), outcomes=_EVEN, symbol="P_even"),
    "monitored_bell": Declaration(
        parameters=(_DURATION, _whole("checks", required=False), _INITIAL), postselect=_PARITY
    ),
    "no_emitted_magnon": Declaration(
        parameters=(_DURATION, _whole("steps"), *_PLAYED, _INITIAL, _ORDER),
        postselect={"quiet": 1},
        condition=lambda given: Medium.pair(given["a"], given["A"], given["q"]),  # |A| ≤ a
        reference_is_limit=True,
        device="resting.toml",
        device_note=' and "medium.a = 0.0" in resting.toml, a medium that does not relax',
    ),
    "ramsey": Declaration(parameters=(_DURATION, _QUBIT, _PHASE), outcomes=_EVEN, symbol="P_even"),
    "relaxometry": Declaration(parameters=(_DURATION, _INITIAL), outcomes=("01", "10"), symbol="P_H"),
}
"""Protocol → what it is."""

PARAMETERS: dict[str, tuple[Parameter, ...]] = {name: declared.parameters for name, declared in DECLARED.items()}
"""Protocol → its parameters, in the order of the function's arguments."""


def checked(protocol: str, /, **arguments: object) -> dict[str, Any]:
    """Some or all arguments of a protocol, checked against its declaration.

    Args:
        protocol: Name of the protocol.
        **arguments: Values by name.

    Returns:
        The same values as plain Python numbers and texts.

    Raises:
        ArgumentError: If there is no such protocol or parameter, a value is not as declared, or, where all of them are
            given, one does not fit another.

    Examples:
        >>> from nvprotocol.protocols.parameters import checked
        >>> checked("ramsey", duration=2, qubit="both")
        {'duration': 2.0, 'qubit': 'both'}
    """
    if not isinstance(protocol, str) or protocol not in PARAMETERS:
        fail("protocol", f"be one of {', '.join(PARAMETERS)}", f"is {show(protocol)}")
    declared = {parameter.name: parameter for parameter in PARAMETERS[protocol]}
    for name in arguments:
        if name not in declared:
            fail("arguments", f"be parameters of {protocol}: {', '.join(declared)}", f"include {show(name)}")
    given = {name: declared[name].check(value) for name, value in arguments.items()}
    condition = DECLARED[protocol].condition
    if condition is not None and given.keys() == declared.keys():
        condition(given)
    return given
