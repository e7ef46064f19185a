"""The commands `claims` and `errata`: a few rows computed, pages written, errors in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nvprotocol.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line; gives exit code, output and error output."""

    def once(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([*arguments])
        captured = capsys.readouterr()
        return int(end.value.code or 0), captured.out, captured.err

    return once


def test_claims_are_printed_in_the_order_of_the_paper(run: Run) -> None:
    code, out, err = run("claims", "fig2", "eq10", "critical")
    assert (code, err) == (0, "")
    assert out.index("critical") < out.index("fig2") < out.index("eq10")
    assert "holds with correction E2" in " ".join(out.split())
    assert out.splitlines()[-1] == "3 claims: 2 hold, 1 holds with correction."
    assert "Coherent couplings" not in out  # no heading without a claim


def test_claims_leave_a_page(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    code, out, _ = run("claims", "eq10", "--output", str(page), "--quiet")
    assert code == 0
    assert out.endswith(f"The page is in {page}.\n")
    text = page.read_text(encoding="utf-8")
    assert "| **eq10**<br>Eq. 10 |" in text
    assert r"At \|A\| = a" in text  # a bar of its own would end the cell


def test_errata_are_printed_and_leave_a_page(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    code, out, err = run("errata", "E10", "E3", "-o", str(page))
    assert (code, err) == (0, "")
    assert out.index("E3 ") < out.index("E10 ")
    assert "found 0.31920, expected 0.39223 (as printed, does not agree)" in out
    text = page.read_text(encoding="utf-8")
    assert "## E10" in text
    assert r"λ₁λ₂\*" in text  # no emphasis between two stars


@pytest.mark.parametrize(("arguments", "message"), [
    (("claims", "eq11x"), 'Argument `KEY` must be the key of a claim, but is "eq11x"; did you mean "eq11"?'),
    (("errata", "E99"), 'Argument `KEY` must be the key of an erratum, but is "E99"; did you mean "E9"?'),
])  # fmt: skip
def test_a_wrong_key_is_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    assert run(*arguments) == (2, "", f"nvprotocol: {message}\n")


@pytest.mark.parametrize("arguments", [("claims", "eq10"), ("errata", "E3")])
def test_a_page_that_cannot_be_written_is_one_line(run: Run, arguments: tuple[str, ...], tmp_path: Path) -> None:
    code, out, err = run(*arguments, "--output", str(tmp_path / "missing" / "page.md"))
    assert (code, out) == (2, "")
    assert err.endswith("page.md cannot be written: No such file or directory.\n")
    assert err.count("\n") == 1
