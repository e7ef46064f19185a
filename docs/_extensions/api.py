"""API pages from docstrings, without importing the package.

Griffe reads sources and Google docstrings, which are written in Markdown; what it finds becomes directives of Sphinx's
Python domain. Two directives for pages: `api-module` is the text of a module, `api-members` its public names, all of
them or those listed. A public name of such a module that no page shows is a warning, and so fails the build.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import griffe
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parent.parent.parent
PACKAGE = "nvprotocol"
OPTIONS: griffe.GoogleOptions = {
    "returns_named_value": False,
    "returns_multiple_items": False,
    "warn_missing_types": False,
    "warn_unknown_params": False,
}
_STARS = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
_DIRECTIVES = {griffe.Kind.CLASS: "class", griffe.Kind.FUNCTION: "function", griffe.Kind.ATTRIBUTE: "data"}
OUTER, INNER = 6, 5  # lengths of fences, one inside the other
_log = logging.getLogger(__name__)


class Module(SphinxDirective):
    """The docstring of a module, and the place that links to the module lead to."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        """Returns the nodes of the text."""
        module = module_of(self.env, self.arguments[0])
        text = module.docstring.value if module.docstring else ""
        container = nodes.container("", *self.parse_text_to_nodes(text), classes=["api-module"])
        container["module"] = module.path  # where names in the text are looked up
        return [*self.parse_text_to_nodes("\n".join(fenced(f"py:module}} {module.path}", []))), container]


class Members(SphinxDirective):
    """Public names of a module: those listed, one a line, or without a list all that the page has not shown yet."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Returns the nodes of the descriptions."""
        module = module_of(self.env, self.arguments[0])
        public = public_names(module)
        on_page = shown(self.env).setdefault(self.env.docname, set())
        listed = [line.strip() for line in self.content if line.strip()] or [
            name for name in public if member_of(module, name).path not in on_page
        ]
        if unknown := sorted(set(listed) - set(public)):
            raise self.error(f"{module.path} has no public name {', '.join(unknown)}.")
        on_page.update(member_of(module, name).path for name in listed)
        lines: list[str] = []
        for name in listed:
            lines += described(member_of(module, name), name, module.path)
        return self.parse_text_to_nodes("\n".join(lines))


def package(env: BuildEnvironment) -> griffe.Module:
    """The package as Griffe reads it, once for each build."""
    if not hasattr(env.app, "api_package"):
        loaded = griffe.load(
            PACKAGE, search_paths=[ROOT], docstring_parser="google", docstring_options=OPTIONS, resolve_aliases=True
        )
        env.app.api_package = loaded  # type: ignore[attr-defined]
    return env.app.api_package  # type: ignore[attr-defined]


def module_of(env: BuildEnvironment, path: str) -> griffe.Module:
    """A module of the package by its dotted name; pages that show it are built anew when one of its files changes."""
    inner = path.removeprefix(PACKAGE).removeprefix(".")
    module = package(env)[inner] if inner else package(env)
    if not isinstance(module, griffe.Module):
        raise ExtensionError(f"{path} is not a module.")
    for file in Path(str(module.filepath)).parent.glob("*.py*"):
        env.note_dependency(str(file))
    return module


def public_names(module: griffe.Module) -> list[str]:
    """What `__all__` lists, or else what is defined, or imported from the package, under a public name; no modules."""
    names = [str(name) for name in module.exports or ()] or [
        name
        for name, member in module.members.items()
        if not name.startswith("_") and (module.imports.get(name, PACKAGE).startswith(PACKAGE))
    ]
    return [name for name in names if member_of(module, name).kind is not griffe.Kind.MODULE]


def member_of(module: griffe.Module, name: str) -> griffe.Object:
    """A member itself, where the module has only imported it, be it from a module of the same name."""
    source = module.imports.get(name, "")
    if source.startswith(f"{PACKAGE}.") and source != f"{module.path}.{name}":
        parent, _, name = source.rpartition(".")
        return member_of(module.modules_collection[parent], name)
    member = module[name]
    return member.final_target if isinstance(member, griffe.Alias) else member


def described(member: griffe.Object, name: str, scope: str) -> list[str]:
    """A class, function or value as a directive of the Python domain; a class holds its members."""
    kind = "exception" if name.endswith(("Error", "Warning")) else _DIRECTIVES[member.kind]
    options = [f":module: {scope}", f":canonical: {member.path}"]
    body: list[str] = list(docstring(member))
    signature = name
    if isinstance(member, griffe.Function):
        signature += f"({parameters(member)})" + (f" -> {member.returns}" if member.returns else "")
    if isinstance(member, griffe.Class):
        signature += f"({parameters(member)})"
        bases = ", ".join(f"`{base}`" for base in member.bases)
        body = [*([f"Bases: {bases}", ""] if bases else []), *body, *class_members(member)]
    if isinstance(member, griffe.Attribute) and member.value is not None and len(str(member.value)) < 60:
        options.append(f":value: {member.value}")
    return fenced(f"py:{kind}}} {signature}", [*options, "", *body])


def class_members(cls: griffe.Class) -> Iterator[str]:
    """The documented attributes of a class, then its properties and methods in the order of the source."""
    yield from attributes(cls)
    for name, member in sorted(cls.members.items(), key=lambda item: item[1].lineno or 0):
        if name.startswith("_") or not member.docstring or isinstance(member, griffe.Alias):
            continue
        if isinstance(member, griffe.Function):
            signature = f"{name}({parameters(member)})" + (f" -> {member.returns}" if member.returns else "")
            flags = [f":{flag}:" for flag in ("classmethod", "staticmethod") if flag in member.labels]
            yield from fenced(f"py:method}} {signature}", [*flags, "", *docstring(member)], INNER)
        elif isinstance(member, griffe.Attribute) and "property" in member.labels:
            type_ = [f":type: {member.annotation}"] if member.annotation else []
            yield from fenced(f"py:property}} {name}", [*type_, "", *docstring(member)], INNER)


def attributes(cls: griffe.Class) -> Iterator[str]:
    """The part `Attributes:` of a class, each with the type that the class annotates."""
    for section in cls.docstring.parsed if cls.docstring else []:
        if section.kind is griffe.DocstringSectionKind.attributes:
            for one in section.value:
                type_ = [f":type: {one.annotation}"] if one.annotation else []
                yield from fenced(f"py:attribute}} {one.name}", [*type_, "", *one.description.splitlines()], INNER)


def parameters(function: griffe.Function | griffe.Class) -> str:
    """The parameters as they stand in a signature, without the first one of a method."""
    texts, keyword_only = [], False
    for one in function.parameters:
        if one.name in ("self", "cls"):
            continue
        if one.kind is griffe.ParameterKind.keyword_only and not keyword_only:
            texts.append("*")
        keyword_only |= one.kind in (griffe.ParameterKind.keyword_only, griffe.ParameterKind.var_positional)
        annotation = f": {one.annotation}" if one.annotation else ""
        default = "" if one.default is None or one.kind in _STARS else f" = {one.default}"
        texts.append(f"{'' if one.kind is None else _STARS.get(one.kind, '')}{one.name}{annotation}{default}")
    return ", ".join(texts)


def docstring(member: griffe.Object) -> Iterator[str]:
    """The text of a docstring, with its parts as fields and its examples as code."""
    kinds = griffe.DocstringSectionKind
    for section in member.docstring.parsed if member.docstring else []:
        match section.kind:
            case kinds.text:
                yield from section.value.splitlines()
            case kinds.parameters:
                yield from fields((f"param {one.name}", one.description) for one in section.value)
            case kinds.returns:
                yield from fields(("returns", one.description) for one in section.value)
            case kinds.raises:
                yield from fields((f"raises {one.annotation}", one.description) for one in section.value)
            case kinds.examples:
                yield from examples(section.value)
            case kinds.attributes:
                pass  # shown as members of the class
            case _:
                raise ExtensionError(f"{member.path}: the part {section.kind.value!r} of a docstring has no form yet.")
        yield ""


def fields(items: Iterator[tuple[str, str]]) -> Iterator[str]:
    """A field list; the lines of a description that go on are indented."""
    for name, description in items:
        first, *rest = description.splitlines() or [""]
        yield f":{name}: {first}"
        yield from (f"    {line}" for line in rest)


def examples(parts: list[tuple[griffe.DocstringSectionKind, str]]) -> Iterator[str]:
    """Text stays text, and what begins with `>>>` is a session."""
    for kind, text in parts:
        if kind is griffe.DocstringSectionKind.examples:
            yield from fenced("code-block} pycon", text.splitlines(), 3)
        else:
            yield from text.splitlines()
        yield ""


def fenced(head: str, body: list[str], depth: int = OUTER) -> list[str]:
    """A directive, in a fence longer than those inside."""
    fence = "`" * depth
    return [f"{fence}{{{head}", *body, fence, ""]


def shown(env: BuildEnvironment) -> dict[str, set[str]]:
    """What each page shows, by the names under which it is defined."""
    if not hasattr(env, "api_shown"):
        env.api_shown = {}  # type: ignore[attr-defined]
    return env.api_shown  # type: ignore[attr-defined]


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:  # noqa: ARG001
    """Drops what a page has shown before it is read again."""
    shown(env).pop(docname, None)


def complain_of_gaps(app: Sphinx, env: BuildEnvironment) -> None:  # noqa: ARG001
    """Warns of public names that no page shows: of the package itself and of every module that it exports."""
    found: set[str] = set().union(*shown(env).values())
    stub = ast.parse((ROOT / PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    rooms = [alias.name for node in imports if node.module is None for alias in node.names]
    for module in (module_of(env, name) for name in (PACKAGE, *(f"{PACKAGE}.{room}" for room in rooms))):
        if missing := [name for name in public_names(module) if member_of(module, name).path not in found]:
            _log.warning("No page shows what %s exports: %s.", module.path, ", ".join(missing))


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the directives."""
    app.add_directive("api-module", Module)
    app.add_directive("api-members", Members)
    app.connect("env-purge-doc", forget)
    app.connect("env-check-consistency", complain_of_gaps)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
