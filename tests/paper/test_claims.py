"""Every claim of the paper is computed and gets the verdict declared; the committed pages are what the rows give."""

import ast
import math
from functools import cache
from typing import Any

import pytest
from repository import ROOT

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.paper import claims, errata, printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import Comparison, at_least, at_most, equal, vanishes
from nvprotocol.paper.errata_page import errata_page
from nvprotocol.paper.tables import Computed, claims_page

pytestmark = pytest.mark.xdist_group("claims")  # each is computed once
DOCS = ROOT / "docs"
EVERY = [claim for part in claims.PARTS.values() for claim in part]


@pytest.fixture(scope="module")
def findings() -> dict[str, Finding]:
    """What has been computed so far, so that the page need not compute it again."""
    return {}


def finding_of(claim: Claim, findings: dict[str, Finding]) -> Finding:
    if claim.key not in findings:
        findings[claim.key] = claim.compute()
    return findings[claim.key]


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.key)
def test_claim(claim: Claim, findings: dict[str, Finding]) -> None:
    finding = finding_of(claim, findings)
    assert finding.as_stated, "no verdict without a computation"
    numbers = [value for one in (*finding.as_stated, *finding.corrected) for value in (*one.found, *one.expected)]
    assert all(math.isfinite(value) for value in numbers)
    listed = "\n".join(map(str, (*finding.as_stated, *finding.corrected)))
    assert finding.verdict is claim.verdict, listed


def test_the_committed_page_of_claims_is_what_they_give(findings: dict[str, Finding]) -> None:
    computed: Computed = {
        part: [(claim, finding_of(claim, findings)) for claim in rows] for part, rows in claims.PARTS.items()
    }
    text = (DOCS / "claims.md").read_text(encoding="utf-8")
    assert text == claims_page(computed), "make pages has not been run"


def test_the_committed_page_of_errata_is_what_they_give(findings: dict[str, Finding]) -> None:
    used = {key for one in errata.ERRATA.values() for key in one.claims}
    computed = {key: finding_of(claims.find(key), findings) for key in used}
    text = (DOCS / "errata.md").read_text(encoding="utf-8")
    assert text == errata_page(errata.ERRATA.values(), computed), "make pages has not been run"


@pytest.mark.parametrize("erratum", errata.ERRATA.values(), ids=lambda one: one.key)
def test_an_erratum_rests_on_claims_that_name_it(erratum: errata.Erratum) -> None:
    first = claims.find(erratum.claims[0])
    assert erratum.key in first.errata
    corrects = any(claims.find(key).verdict is Verdict.CORRECTED for key in erratum.claims)
    assert corrects or erratum.kind == "remark"


def test_every_erratum_of_a_claim_exists_and_none_is_missing() -> None:
    named = {key for claim in EVERY for key in claim.errata}
    assert named == set(errata.ERRATA)
    assert [*errata.ERRATA] == [f"E{number}" for number in range(1, len(errata.ERRATA) + 1)]
    with pytest.raises(ArgumentError, match=r'Argument `key` must be one of E1 … E\d+, but is "E99"\.'):
        errata.find("E99")


def test_keys_are_unique_and_found() -> None:
    assert len({claim.key for claim in EVERY}) == len(EVERY)
    assert [claims.find(claim.key) for claim in EVERY] == EVERY
    with pytest.raises(ArgumentError, match=r'Argument `key` must be the key of a claim .*, but is "eq99"\.'):
        claims.find("eq99")


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.key)
def test_a_correction_names_its_erratum(claim: Claim) -> None:
    assert claim.errata or claim.verdict is Verdict.HOLDS


@cache
def functions_of(name: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / name).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.key)
def test_the_test_that_proves_it_exists(claim: Claim) -> None:
    name, _, function = claim.proof.partition("::")
    assert function in functions_of(name)


GOOD, BAD = equal("x", 1.0, 1.0, digits=3), equal("x", 1.0, 2.0, digits=3)


@pytest.mark.parametrize(("as_stated", "corrected", "verdict"), [
    ((GOOD,), (), Verdict.HOLDS),
    ((GOOD, BAD), (), Verdict.FAILS),
    ((GOOD, BAD), (GOOD,), Verdict.CORRECTED),
    ((BAD,), (GOOD, BAD), Verdict.FAILS),
    ((GOOD,), (BAD,), Verdict.FAILS),
    ((), (), Verdict.FAILS),
])  # fmt: skip
def test_the_verdict_follows_from_the_numbers(
    as_stated: tuple[Comparison, ...], corrected: tuple[Comparison, ...], verdict: Verdict
) -> None:
    assert Finding(as_stated, corrected).verdict is verdict


@pytest.mark.parametrize(("one", "agrees", "found", "expected"), [
    (equal("x", 0.36486486, 0.364865, digits=6), True, "0.364865", "0.364865"),
    (equal("x", 0.3648654, 0.364865, digits=6), True, "0.364865", "0.364865"),
    (equal("x", 0.364866, 0.364865, digits=6), False, "0.364866", "0.364865"),
    (equal("x", -1e-9, 0.0, digits=3), True, "0.000", "0.000"),
    (equal("x", [1.0, 2.0], [1.0, 2.1], tolerance=0.05), False, "1.0, 2.0", "1.0, 2.1"),
    (equal("x", float("nan"), 0.0, digits=3), False, "nan", "0.000"),
    (vanishes("x", [1e-15, -2e-14], 1e-13), True, "< 1e-13", "0"),
    (vanishes("x", [1e-15, -2e-12], 1e-13), False, "2.0e-12", "0"),
    (at_most("x", [0.5, 1.0], 1.0), True, "0.5, 1", "≤ 1"),
    (at_most("x", [0.5, 1e-17], [1.0, 2.0]), True, "0.5, 0", "≤ 1, ≤ 2"),
    (at_most("x", 1.1, 1.0), False, "1.1", "≤ 1"),
    (at_least("x", 1.1, 1.0), True, "1.1", "≥ 1"),
    (at_least("x", float("nan"), 1.0), False, "nan", "≥ 1"),
])  # fmt: skip
def test_a_comparison_agrees_and_reads_as_it_should(one: Comparison, agrees: bool, found: str, expected: str) -> None:
    assert (one.agrees, one.found_text, one.expected_text) == (agrees, found, expected)


def test_a_comparison_needs_digits_or_a_tolerance() -> None:
    for more in ({}, {"digits": 2, "tolerance": 0.1}):
        with pytest.raises(ArgumentError, match="Argument `digits`"):
            equal("x", 1.0, 1.0, **more)


@pytest.mark.parametrize(("changed", "keys"), [
    ({"a": 1.0005}, ("eq7-9", "fig2", "lifetime", "eq10", "figS4a", "S53-S54", "finite-rate")),
    ({"delta": 1.001}, ("critical", "eq14", "exceptional-point", "fig3", "figS4b", "S61-S62")),
    ({"q": 1.002}, ("steady-hot", "tanh", "growth-leak", "figS5", "chemical-potential", "sensing")),
])  # fmt: skip
def test_a_slightly_wrong_equation_is_noticed(
    changed: dict[str, float], keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No verdict is a formality: a rate that is a little off turns it."""
    right = printed.equation

    def wrong(a: float = 1.0, A: complex = 1.0, q: float = 0.0, delta: float = 0.0, **more: float) -> nv.MasterEquation:
        factors = {"a": 1.0, "q": 1.0, "delta": 1.0} | changed
        return right(a * factors["a"], A, min(q * factors["q"], 1.0), delta * factors["delta"], **more)

    monkeypatch.setattr(printed, "equation", wrong)
    for key in keys:
        assert claims.find(key).compute().verdict is not claims.find(key).verdict, key


@pytest.mark.parametrize("given", [{}, {"digits": 3, "tolerance": 1e-3}])
def test_a_comparison_has_one_accuracy(given: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=r"`digits` must be given, or `tolerance` instead, but both or neither are"):
        equal("τ", 1.0, 1.0, **given)
