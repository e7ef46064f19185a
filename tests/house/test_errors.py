"""Errors of arguments carry what they say."""

import pickle

import pytest

import nvprotocol as nv
from nvprotocol.errors import ArgumentError


def test_a_refused_argument_says_what_and_why_in_fields() -> None:
    with pytest.raises(ArgumentError) as caught:
        nv.Medium.pair(a=1.0, A=1.2)
    error = caught.value
    assert (error.argument, error.must, error.but) == ("A", "satisfy |A| ≤ a = 1", "|A| is 1.2")
    assert str(error) == "Argument `A` must satisfy |A| ≤ a = 1, but |A| is 1.2."


def test_errors_travel_between_processes() -> None:
    error = ArgumentError('gate_ns["sx"]', "be at least 0", "is -1")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.argument, copy.must, copy.but) == (str(error), error.argument, error.must, error.but)


@pytest.mark.parametrize(
    ("argument", "path"), [("a", ("a",)), ('gate_ns["sx"]', ("gate_ns", "sx")), ("--shots", ("--shots",))]
)
def test_the_path_of_an_argument(argument: str, path: tuple[str, ...]) -> None:
    assert ArgumentError(argument, "be", "is").path == path


def test_the_same_error_about_another_name() -> None:
    error = ArgumentError("readout", "be a matrix", "is not").about("errors")
    assert str(error) == "Argument `errors` must be a matrix, but is not."
    assert error.sentence("a circuit") == "a circuit must be a matrix, but is not."


def test_a_question_ends_the_sentence() -> None:
    message = 'Argument `base` must be a name, but is "idel"; did you mean "ideal"?'
    assert str(ArgumentError("base", "be a name", 'is "idel"; did you mean "ideal"?')) == message


@pytest.mark.parametrize(
    "error",
    [
        nv.errors.FileError("a\nb.csv: there is no such file."),
        nv.errors.OutputError("The file a\nb cannot be written."),
        nv.errors.StoreError("a\nb", "it holds c\r\nd"),
        nv.errors.ArgumentError("x", "be one", "is a\nb"),
        nv.errors.NoKeptShotsError("a\nb\x1b[2J"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_message_is_one_line(error: nv.errors.NVProtocolError) -> None:
    assert r"a\nb" in str(error)
    assert str(error).isprintable()
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
