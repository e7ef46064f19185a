"""Formulas as MathML, made when the site is built: pages need neither a script nor a network to show them."""

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

_converter = LatexToMathML(fancy_error=False)
_log = logging.getLogger(__name__)


def mathml(node: nodes.math | nodes.math_block, *, display: bool) -> str:
    """A formula as MathML; what is not known of it is a warning, and so fails the build."""
    try:
        return _converter.convert_with_local_state(node.astext().strip(), displaystyle=display)
    except LatexError as error:
        _log.warning("The formula %s cannot be shown: %s", node.astext(), error, location=node)
        return ""


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Writes a formula that stands in a line of text."""
    translator.body.append(mathml(node, display=False))
    raise nodes.SkipNode


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Writes a formula that stands by itself."""
    translator.body.append(f'<div class="formula">{mathml(node, display=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the renderer as `html_math_renderer = "mathml"`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
