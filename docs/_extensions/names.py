"""Code that is the name of something documented becomes a link to it: `nv.Medium`, in pages as in docstrings.

Docstrings and pages write plain Markdown, which GitHub and an editor show as it is; here the links are added.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.addnodes import desc, desc_parameter, desc_signature, pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

PACKAGE = "nvprotocol"
_NAME = re.compile(r"(nv\.|nvprotocol\.)?([A-Za-z_]\w*(?:\.\w+)*)(\(.*\))?", re.DOTALL)


class LinkNames(SphinxPostTransform):
    """Wraps literals that name an object of the package into references to it."""

    default_priority = 5  # before references are resolved

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Looks each literal up, from the innermost scope outwards."""
        domain = self.env.get_domain("py")
        assert isinstance(domain, PythonDomain)
        for literal in list(self.document.findall(nodes.literal)):
            ancestors = list(around(literal))
            if any(isinstance(one, nodes.reference | pending_xref | nodes.title) for one in ancestors):
                continue
            scopes = [scope for one in ancestors for scope in scope_of(one)]
            names = candidates(literal.astext(), ancestors, domain)
            target = next((name for name in names if name in domain.objects), None)
            if target and target not in scopes:
                found = domain.objects[target]
                literal.replace_self(link(self.env, self.env.docname, found.docname, found.node_id, literal.deepcopy()))


def link(env: BuildEnvironment, source: str, target: str, anchor: str, shown: nodes.Node) -> nodes.reference:
    """A reference from one page to a place in another."""
    uri = f"{env.app.builder.get_relative_uri(source, target)}#{anchor}"
    return nodes.reference("", "", shown, internal=True, refuri=uri)


def around(node: nodes.Node) -> Iterator[nodes.Node]:
    """What a node stands in, the innermost first."""
    while node.parent is not None:
        node = node.parent
        yield node


def scope_of(node: nodes.Node) -> list[str]:
    """The full name of what a node describes: an object, or in the text of its docstring a module."""
    if isinstance(node, desc):
        signature = next(iter(node.findall(desc_signature)))
        return [f"{signature['module']}.{signature['fullname']}"]
    return [node["module"]] if isinstance(node, nodes.container) and "module" in node else []


def candidates(code: str, ancestors: list[nodes.Node], domain: PythonDomain) -> Iterator[str]:
    """What code may name: a member of what it stands in, or of its module; `nv.name`, or a class, one of the package.

    A parameter of the function that is being described is none of these, nor is a module by its last name alone.
    """
    match = _NAME.fullmatch(code)
    if not match:
        return
    prefix, name, call = match.groups()
    descriptions = [one for one in ancestors if isinstance(one, desc)]
    own = {
        one[0].astext() for each in descriptions for one in next(each.findall(desc_signature)).findall(desc_parameter)
    }
    if prefix or call or name[0].isupper():
        yield f"{PACKAGE}.{name}"
    if prefix or (name in own and not call):
        return
    for scope in (scope for one in ancestors for scope in scope_of(one)):
        parts = scope.split(".")
        found = (".".join([*parts[:length], name]) for length in range(len(parts), 0, -1))
        yield from (one for one in found if one in domain.objects and domain.objects[one].objtype != "module")


def resolve_type(
    app: Sphinx,  # noqa: ARG001
    env: BuildEnvironment,
    node: pending_xref,
    contnode: nodes.Node,
) -> nodes.Node | None:
    """Types in signatures are written as their module imports them: finds the one class of the package so called."""
    if node.get("refdomain") != "py":
        return None
    domain = env.get_domain("py")
    assert isinstance(domain, PythonDomain)
    last = str(node.get("reftarget", "")).rpartition(".")[2]
    found = {
        (one.docname, one.node_id)
        for name, one in domain.objects.items()
        if name.rpartition(".")[2] == last and one.objtype in ("class", "exception", "data")
    }
    if len(found) != 1:
        return None
    ((docname, anchor),) = found
    return link(env, str(node.get("refdoc")), docname, anchor, contnode)


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the links."""
    app.add_post_transform(LinkNames)
    app.connect("missing-reference", resolve_type)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
