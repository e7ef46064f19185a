"""The site: `make docs` builds it, every warning an error."""

import re
import shutil
import sys
import tomllib
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "nvprotocol"
author = "The nvprotocol authors"
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_nb", "sphinx_copybutton", "api", "mathml", "names"]
exclude_patterns = ["_extensions"]
language = "en"

# Markdown that GitHub shows too: formulas between dollars, and headings that links can lead to.
myst_enable_extensions = ["dollarmath", "fieldlist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
# Notebooks are committed with their output, and run by a stage of their own.
nb_execution_mode = "off"
nb_merge_streams = True

add_module_names = False
maximum_signature_line_length = 90
toc_object_entries_show_parents = "hide"
python_use_unqualified_type_names = True
highlight_language = "python"
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = f"nvprotocol {version}"
html_static_path = ["_static"]
html_css_files = ["nvprotocol.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}


def setup(app: Sphinx) -> None:
    """Lets blocks of files without a lexer of their own stand as text, and links to notebooks lead to their pages."""
    for language in ("csv", "qasm"):
        app.add_lexer(language, TextLexer)
    app.connect("source-read", link_notebooks)
    app.connect("source-read", name_files)


def link_notebooks(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001
    """Pages link to notebooks where they lie, so that the links hold outside of the site, too; the site has copies."""
    source[0] = re.sub(r"\.\./(notebooks/[\w-]+\.ipynb)", r"\1", source[0])


def name_files(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001
    """The name of a file, which stands after the language of its block, becomes a caption."""
    source[0] = re.sub(r"^```(\w+) ([\w.-]+)$", r"```{code-block} \1\n:caption: \2\n", source[0], flags=re.MULTILINE)


# The notebooks live beside the package; Sphinx wants what it reads in one folder.
(HERE / "notebooks").mkdir(exist_ok=True)
for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
    copy = HERE / "notebooks" / notebook.name
    if not copy.exists() or copy.read_bytes() != notebook.read_bytes():
        shutil.copyfile(notebook, copy)
