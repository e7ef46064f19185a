"""The pages: every block is run by something, every link leads somewhere, every picture has words."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from repository import ROOT, name_of

import nvprotocol as nv

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
RUN = {"python", "sh", "console", "toml", "csv", "json", "text", "qasm"}
"""Languages of blocks that `conftest.py` runs, reads or writes."""
DIRECTIVES = {"{toctree}", "{api-module}", "{api-members}"}
PARSER = MarkdownIt("commonmark").enable("table")


def tokens(path: Path) -> Iterator[Token]:
    """All tokens of a page, those inside of paragraphs, headings and cells included."""
    for token in PARSER.parse(path.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def anchors(path: Path) -> set[str]:
    """What the headings of a page can be linked by, made as GitHub and MyST make it."""
    parsed = PARSER.parse(path.read_text(encoding="utf-8"))
    titles = [parsed[i + 1] for i, token in enumerate(parsed) if token.type == "heading_open"]
    texts = ["".join(part.content for part in title.children or ()) for title in titles]
    return {re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-") for text in texts}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_block_is_run(path: Path) -> None:
    languages = {token.info.split()[0] if token.info else "" for token in tokens(path) if token.type == "fence"}
    assert not languages - RUN - DIRECTIVES


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for token in tokens(path):
        target = str(token.attrGet("href") or token.attrGet("src") or "")
        if token.type not in ("link_open", "image") or re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        there = path.parent / file if file else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pictures_have_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    html = re.findall(r"<img [^>]*>", text)
    assert all(token.content.strip() for token in tokens(path) if token.type == "image")
    assert all(re.search(r'alt="[^"]+"', tag) for tag in html)
    assert all((path.parent / source).exists() for tag in html for source in re.findall(r'src="([^"]+)"', tag))


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=name_of)
def test_notebooks_are_listed_with_a_picture_of_theirs(path: Path) -> None:
    picture = path.parent / "pictures" / f"{path.stem}.png"
    assert base64.b64encode(picture.read_bytes()).decode() in path.read_text(encoding="utf-8").replace("\\n", "")
    for page in (ROOT / "README.md", ROOT / "docs" / "notebooks" / "index.md"):
        text = page.read_text(encoding="utf-8")
        assert f"notebooks/{path.name}" in text
        assert f"notebooks/pictures/{picture.name}" in text


def test_make_knows_what_the_pages_ask_of_it() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {word for path in PAGES for word in re.findall(r"`make ([a-z0-9-]+)`", path.read_text(encoding="utf-8"))}
    assert asked
    assert asked <= targets


def test_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()  # what the format demands
    assert citation["version"] == nv.__version__
    (paper,) = citation["references"]
    assert f"doi.org/{paper['doi']}" in (ROOT / "docs" / "citing.md").read_text(encoding="utf-8")
