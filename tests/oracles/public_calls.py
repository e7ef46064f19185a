"""Every public function, constructor and method, with valid calls of it: those that the documentation shows.

What is public is found by walking `__all__` from the package down, so that nothing has to be listed; calls are taken
from the examples in the docstrings while these run.
"""

import ast
import contextlib
import dataclasses
import doctest
import inspect
import io
import types
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import nvprotocol as nv

ROOT = Path(__file__).parents[2]
OPERATORS = ("__call__", "__getitem__", "__add__", "__matmul__")
"""Methods that an example calls by what Python writes for them."""


@dataclasses.dataclass(frozen=True)
class Call:
    """A call of something public.

    Attributes:
        function: What is called: a function, a class, or a bound method.
        arguments: By position.
        named: By name.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: dict[str, Any]

    def parameters(self) -> dict[str, Any]:
        """What each parameter is given, by its name, None where it is left to its default."""
        found: dict[str, Any] = {}
        bound = self._bound().arguments
        for name, parameter in inspect.signature(self.function).parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                found.update({f"**{key}": value for key, value in bound.get(name, {}).items()})
            else:
                found["*" * (parameter.kind is parameter.VAR_POSITIONAL) + name] = bound.get(name)
        return found

    def again(self, parameter: str, value: Any) -> Any:
        """The same call with another value of one parameter."""
        bound = self._bound()
        name = parameter.lstrip("*")
        if parameter.startswith("**"):
            others = next(p.name for p in bound.signature.parameters.values() if p.kind is p.VAR_KEYWORD)
            bound.arguments[others] = {**bound.arguments[others], name: value}
        elif parameter.startswith("*"):
            bound.arguments[name] = (*bound.arguments.get(name, ())[:-1], value)
        else:
            bound.arguments[name] = value
        return self.function(*bound.args, **bound.kwargs)

    def _bound(self) -> inspect.BoundArguments:
        return inspect.signature(self.function).bind(*self.arguments, **self.named)


def modules(start: types.ModuleType = nv) -> Iterator[types.ModuleType]:
    """The public modules, from the package down."""
    found: dict[str, types.ModuleType] = {}

    def walk(module: types.ModuleType) -> None:
        if module.__name__ not in found:
            found[module.__name__] = module
            for name in names(module):
                one = getattr(module, name)
                if inspect.ismodule(one) and one.__name__.startswith("nvprotocol."):
                    walk(one)

    walk(start)
    yield from found.values()


def names(module: types.ModuleType) -> list[str]:
    """The public names of a module."""
    public = getattr(module, "__all__", None)
    return sorted(public if public else (name for name in vars(module) if not name.startswith("_")))


def ours(thing: object) -> bool:
    """Whether something is defined in this package, and is no type alias."""
    return (getattr(thing, "__module__", None) or "").startswith("nvprotocol") and (
        inspect.isclass(thing) or inspect.isroutine(thing) or hasattr(thing, "__wrapped__")
    )


def public() -> dict[str, Any]:
    """Everything public that can be called, by the names under which it is defined."""
    found: dict[str, Any] = {}
    for module in modules():
        for name in names(module):
            thing = getattr(module, name)
            if callable(thing) and ours(thing) and not _error(thing):
                if not inspect.isabstract(thing):
                    found[key(thing)] = thing
                if inspect.isclass(thing):
                    found.update((key(method), method) for method in methods(thing))
    return dict(sorted(found.items()))


def _error(thing: object) -> bool:
    """Errors are made by this package; what they take is what Python's take."""
    return inspect.isclass(thing) and issubclass(thing, BaseException)


def key(thing: Any) -> str:
    """The name under which something is defined."""
    return f"{getattr(thing, '__module__', None)}.{getattr(thing, '__qualname__', None)}"


def methods(cls: type) -> Iterator[Any]:
    """The public methods of a class that are defined in this package, and the operators that take an argument.

    A method that is inherited is that of the class that defines it. One without arguments cannot be given wrong ones.
    """
    for name in dir(cls):
        if not name.startswith("_") or name in OPERATORS:
            method = inspect.getattr_static(cls, name)
            function = method.__func__ if isinstance(method, classmethod | staticmethod) else method
            plain = inspect.isfunction(function) and not getattr(function, "__isabstractmethod__", False)
            if (
                plain
                and function.__module__.startswith("nvprotocol")
                and len(inspect.signature(function).parameters) > 1
            ):
                yield function


class _Recorded(ast.NodeTransformer):
    """Lets every call, subscript and sum of an example pass by a recorder."""

    def _by(self, name: str, *arguments: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.Call:
        return ast.Call(ast.Name(name, ast.Load()), list(arguments), keywords or [])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(self._by("_called", node.func, *node.args, keywords=node.keywords), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice | ast.Tuple):
            return ast.copy_location(self._by("_operated", ast.Constant("__getitem__"), node.value, node.slice), node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = {ast.Add: "__add__", ast.MatMult: "__matmul__"}.get(type(node.op))
        return (
            node
            if name is None
            else ast.copy_location(self._by("_operated", ast.Constant(name), node.left, node.right), node)
        )


class Recorder:
    """Runs examples, and keeps the calls of public things in them.

    Attributes:
        calls: The calls, by what is called.
        made: One object of each public class, by its name.
        public: Everything public.
    """

    def __init__(self) -> None:
        self.calls: dict[str, list[Call]] = {}
        self.made: dict[str, Any] = {}
        self.public = public()

    def run(self, docstring: str, namespace: dict[str, Any] | None = None) -> None:
        """Runs the examples of a docstring."""
        space = {"nv": nv, "np": np, **(namespace or {}), "_called": self._called, "_operated": self._operated}
        for example in doctest.DocTestParser().get_examples(inspect.cleandoc(docstring)):
            tree = ast.fix_missing_locations(_Recorded().visit(ast.parse(example.source)))
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.suppress(*([Exception, SystemExit] if example.exc_msg else [])),
            ):
                exec(compile(tree, "<example>", "exec"), space)

    def _called(self, function: Any, /, *arguments: Any, **named: Any) -> Any:
        made = function(*arguments, **named)
        self._keep(function, arguments, named)
        for one in made if type(made) is list else [made]:
            self._keep_constructor(one)
            if key(type(one)) in self.public:
                self.made.setdefault(key(type(one)), one)
        return made

    def _operated(self, name: str, left: Any, right: Any) -> Any:
        if type(left).__module__.startswith("nvprotocol") and hasattr(left, name):
            self._keep(getattr(left, name), (right,), {})
        return {
            "__getitem__": lambda: left[right],
            "__add__": lambda: left + right,
            "__matmul__": lambda: left @ right,
        }[name]()

    def _keep(self, function: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        if not inspect.isroutine(function) and not inspect.isclass(function) and callable(function):
            function = function.__call__
        inner = getattr(function, "__func__", function)
        if key(inner) in self.public:
            self.calls.setdefault(key(inner), []).append(Call(function, arguments, named))

    def _keep_constructor(self, made: Any) -> None:
        """Of what bears its fields, how it could have been made."""
        cls = type(made)
        if dataclasses.is_dataclass(made):
            fields = [field.name for field in dataclasses.fields(made) if field.init]
        else:
            fields = list(getattr(cls, "_fields", ()))
        if fields and key(cls) in self.public:
            self._keep(cls, (), {name: getattr(made, name) for name in fields})


SHOWN = r"""
>>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()))
>>> backend = nv.NVBackend(device)
>>> backend.set_option("shots", 10)
>>> from qiskit import QuantumCircuit
>>> from qiskit.converters import circuit_to_dag
>>> flip = QuantumCircuit(2, 1)
>>> _ = flip.x(0), flip.measure(0, 0)
>>> _ = nv.backend.TimeAsMedium(device).run(circuit_to_dag(flip))
>>> _ = nv.backend.FollowKept({0: 1}, device).run(circuit_to_dag(flip))
>>> _ = nv.channels.preparation(0.1) @ nv.channels.preparation(0.2)
>>> _ = nv.emulate(nv.protocols.exchange(1.0), device, engine="exact", shots=None).fidelity("ud")
>>> media = nv.Medium.pair(a=[1.0, 2.0])
>>> _ = media[0], media + media
>>> experiment = nv.experiment.load("circuits/monitored_bell.toml")
>>> values = experiment.scan.values[:2]
>>> _ = experiment.along(values), experiment.device(0, 1.0), experiment.equations(values)
>>> _ = experiment.part(0, values)
>>> _ = experiment.scan.put(experiment.settings(0, 1), 1.0), experiment.scan.number(1.0)
>>> small = nv.magnets.SmallMagnet.random(1, 0.5)
>>> spin = small.spin("z", 0)
>>> _ = small.average(spin), small.coherent_coupling(0.3 + 0.1j), small.later(spin, 0.5)
>>> _ = small.spectral_matrix(True, np.array([0.1, 0.2]), 0.1)
>>> parameter = nv.protocols.parameters.Parameter("phase", "number", "φ", 0.0, label="phase")
>>> _ = parameter.check(1.0), nv.protocols.parameters.Declaration(parameters=(parameter,))
>>> t = np.linspace(0, 10, 5)
>>> _ = nv.pulses.Drag(10.0, 0.2, 4.0).shape(t), nv.pulses.Gaussian(10.0).shape(t)
>>> _ = nv.pulses.RaisedCosine(10.0).shape(t), nv.pulses.Samples([1.0, 0.5], 1.0).shape(t)
>>> _ = nv.pulses.Square(10.0).shape(t)
>>> _ = nv.pulses.Event()
>>> schedule = nv.pulses.Schedule([nv.pulses.Pulse(nv.pulses.Square(20.0), 100.0), nv.pulses.Wait(0.1)])
>>> _ = nv.pulses.Propagation(schedule, device).driven(np.array([0.01]))
>>> from pathlib import Path
>>> _ = Path("device.toml").write_text("[medium]\na = 1.0\n")
>>> _ = nv.Device.from_toml("device.toml")
>>> film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
>>> setting = nv.magnets.Setting.read(2, separation_nm=80.0, height_nm=10.0, frequency_ghz=2.87)
>>> _ = film.check(setting)
>>> from types import MethodType
>>> _ = MethodType(nv.magnets.Magnet.remarks, film)(setting, film.response(setting))
>>> _ = MethodType(nv.magnets.Magnet.spins, film)(setting), MethodType(nv.magnets.Magnet.check, film)(setting)
>>> _ = MethodType(nv.magnets.Magnet.with_numbers, film)(gap_ghz=2.5)
>>> _ = film.spins(setting), film.check(setting), film.response(setting).own_rate(2)
>>> _ = nv.magnets.Leak("up", 3.43, False, np.array([0.7, 0.7j, 0.0]))
>>> chain = nv.magnets.Exchange(
...     dimension=1, gap_ghz=2.0, stiffness_m2_per_s=8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=136)
>>> _ = chain.check(nv.magnets.Setting.read(1, separation_nm=30.0, frequency_ghz=2.87))
>>> medium = nv.Medium.pair(a=1.0, A=0.9)
>>> clicks = nv.MasterEquation(medium).trajectories("dd", 5.0, {}, number=2, seed=1).records[0]
>>> _ = type(clicks)(clicks.jumps, clicks.times)
>>> _ = type(medium.dark_state)(*medium.dark_state), type(medium.dark_subspace)(medium.dark_subspace.parts)
>>> protocol = nv.protocols.GALLERY["exchange"]
>>> _ = nv.protocols.Protocol(protocol.circuit, protocol.reference)
>>> _ = nv.paper.claims.Verdict("holds")
>>> table = nv.magnets.Tabulated([2.87], 10.0 * np.arange(6), green=-1j * np.exp(-np.arange(6) / 5)[None])
>>> _ = table.check(nv.magnets.Setting.read(2, separation_nm=20.0, frequency_ghz=2.87))
>>> text = "protocol.name = 'exchange'\nscan.parameter = 'medium.dm'\nscan.values = [0.1, 0.2]\nmedium.a = 0.0"
>>> curve = nv.experiment.run(nv.experiment.parse(text + "\nrun.shots = 100")).curves[0]
>>> exact = curve.exact
>>> _ = type(exact)(exact.values, exact.probability, exact.states, exact.outcomes)
>>> _ = type(curve)(**vars(curve))
>>> observable = nv.experiment.Observable("C", "concurrence", ("ZZ",), None, ("00", "01", "10", "11"))
>>> _ = observable.of_states(protocol, {}, exact.states), observable.distribution(protocol, {}, exact.states)
"""
"""Calls of what no docstring shows with arguments of its own, written as an example."""


BY_OTHERS = {
    "nvprotocol.backend.passes.FollowKept",
    "nvprotocol.backend.passes.TimeAsMedium",
    "nvprotocol.paper.claim.Verdict",
}
"""Qiskit hashes the arguments of a transpiler pass before the pass sees them, and Python makes an enumeration."""
REFUSED = {
    "nvprotocol.backend.backend.NVBackend.from_backend",
    "nvprotocol.runs.worker_pool.WorkerPool.shutdown",
    "nvprotocol.runs.worker_pool.WorkerPool.submit",
}
"""What refuses every call, and what the examples do not call."""


def recorded(names: Collection[str] | None = None) -> Recorder:
    """The recorder of the examples.

    Args:
        names: Of these alone; all by default, in half a minute.
    """
    recorder = Recorder()
    for name, thing in recorder.public.items():
        if names is None or name in names:
            recorder.run(thing.__doc__ or "")
    if names is None:
        recorder.run(SHOWN)
    return recorder


def known_calls(names: Collection[str] | None = None) -> dict[str, Call]:
    """Of everything public one call, with as many arguments as any example gives it.

    Args:
        names: Of these alone, as far as their own docstrings show a call.
    """
    fullest = {
        name: max(calls, key=lambda call: len(call.arguments) + len(call.named))
        for name, calls in recorded(names).calls.items()
        if names is None or name in names
    }
    return dict(sorted(fullest.items()))
