"""Files as people and disks spoil them: valid examples with bytes, tokens, lines and values changed at random."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

NUMBER = re.compile(r"(?<![\w.])-?\d+(\.\d+)?([eE][-+]?\d+)?")
VALUE = re.compile(r"(?<==)[^=\n]+")
HOSTILE_NUMBERS = (
    *("nan", "inf", "-inf", "-1", "0", "-0.0", "1e308", "-1e308", "1e400", "1e-320", "0.1e-400", "1.5", "2.0"),
    *("1000000000", "1000000000000000000", "9223372036854775807", "9223372036854775808", "4294967296", "65536"),
    *(
        "9" * 400,
        "9" * 5000,
        "-" + "9" * 5000,
        "0x10",
        "1_000",
        "1__0",
        "०",
        "٣",
        "½",
        "1,5",
        "1 000",
        "+5",
        ".5",
        "5.",
    ),
)
HOSTILE_VALUES = (
    *(
        "true",
        "false",
        "null",
        "None",
        '""',
        '"x"',
        '" "',
        "[]",
        "{}",
        "[[]]",
        "[1, 2]",
        "[1, [2, 3]]",
        '["a"]',
        "[nan]",
    ),
    *(
        '"1 s"',
        '"1e300 s"',
        '"50 GHz"',
        '"-1 us"',
        '"nan us"',
        '"inf"',
        '"none"',
        '"1e400 us"',
        '"9e999 ns"',
        '"1  us"',
    ),
    *('"a\\u0000b"', '"\\u202eabc"', '"\\uffff"', '"\\ud800"', "'''\n\n'''", '"""\n"""', '"' + "a" * 5000 + '"'),
    *("1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "{ a = 1 }", '{"a": 1}', "[{}]", '"../../etc/passwd"', '"/"'),
    *(
        "[" * 5000,
        "[" * 200 + "]" * 200,
        "{a=" * 200 + "1" + "}" * 200,
        "[" + "1," * 3000 + "1]",
        '"' + "/a" * 3000 + '"',
    ),
    *('"' + "ä" * 300 + '"', '"."', '""""""', '"\x1b[31m"', "[[0.9, 0.1], [0.1]]", "[[1e308, 1e308], [0, 0]]"),
)
HOSTILE_BYTES = (
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\r\n",
    b"\n",
    b"\x1b[2J",
    b"\xc3",
    b"\xed\xa0\x80",
)
HOSTILE_TEXT = (
    "\u2028",
    "\u202e",
    "\x85",
    "\x0b",
    "\x0c",
    "\u00a0",
    "\ufeff",
    "𝟙",
    "µ",
    "ß",
    "\u0301",
    "🙂",
    "\u200b",
    "\ud7ff",
)
Mutator = Callable[[bytes, np.random.Generator], bytes]


def pick(rng: np.random.Generator, choices: Sequence[Any]) -> Any:
    return choices[int(rng.integers(len(choices)))]


def _flip(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        changed[int(rng.integers(len(changed)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data)))]


def _insert_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    at, what = int(rng.integers(len(data) + 1)), pick(rng, [*HOSTILE_BYTES, rng.bytes(int(rng.integers(1, 20)))])
    return data[:at] + what + data[at:]


def _overwrite(data: bytes, rng: np.random.Generator) -> bytes:
    at, size = int(rng.integers(len(data))), int(rng.integers(1, 40))
    return data[:at] + rng.bytes(size) + data[at + size :]


def _repeat_part(data: bytes, rng: np.random.Generator) -> bytes:
    first, last = sorted(int(one) for one in rng.integers(len(data) + 1, size=2))
    return data[:last] + data[first:last] * int(pick(rng, [1, 2, 50])) + data[last:]


def _delete_part(data: bytes, rng: np.random.Generator) -> bytes:
    first = int(rng.integers(len(data)))
    return data[:first] + data[first + int(rng.integers(1, 30)) :]


def _as_text(change: Callable[[str, np.random.Generator], str]) -> Mutator:
    def changed(data: bytes, rng: np.random.Generator) -> bytes:
        text = data.decode("utf-8", errors="surrogateescape")
        return change(text, rng).encode("utf-8", errors="surrogateescape")

    return changed


def _lines(change: Callable[[list[str], int, np.random.Generator], None]) -> Mutator:
    def changed(text: str, rng: np.random.Generator) -> str:
        lines = text.split("\n")
        change(lines, int(rng.integers(len(lines))), rng)
        return "\n".join(lines)

    return _as_text(changed)


def _delete_line(lines: list[str], at: int, _rng: np.random.Generator) -> None:
    del lines[at]


def _double_line(lines: list[str], at: int, rng: np.random.Generator) -> None:
    lines.insert(int(rng.integers(len(lines) + 1)), lines[at])


def _swap_lines(lines: list[str], at: int, rng: np.random.Generator) -> None:
    other = int(rng.integers(len(lines)))
    lines[at], lines[other] = lines[other], lines[at]


def _join_lines(lines: list[str], at: int, _rng: np.random.Generator) -> None:
    lines[at : at + 2] = ["".join(lines[at : at + 2])]


def _replace(found: re.Pattern[str], by: Sequence[str]) -> Mutator:
    def changed(text: str, rng: np.random.Generator) -> str:
        places = list(found.finditer(text))
        if not places:
            return text + str(pick(rng, by))
        match = places[int(rng.integers(len(places)))]
        return text[: match.start()] + str(pick(rng, by)) + text[match.end() :]

    return _as_text(changed)


def _hostile_text(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + str(pick(rng, HOSTILE_TEXT)) + text[at:]


def _misspell(text: str, rng: np.random.Generator) -> str:
    words = list(re.finditer(r"[A-Za-z_]{2,}", text))
    if not words:
        return text
    word, other = (words[int(k)] for k in rng.integers(len(words), size=2))
    new = pick(rng, [word[0][1:], word[0] + "x", word[0].upper(), other[0], "", word[0][::-1]])
    return text[: word.start()] + str(new) + text[word.end() :]


def _other_encoding(text: str, rng: np.random.Generator) -> bytes:
    return text.encode(str(pick(rng, ["utf-16", "latin-1", "utf-32", "cp1252"])), errors="replace")


def _encoded(data: bytes, rng: np.random.Generator) -> bytes:
    return _other_encoding(data.decode("utf-8", errors="replace"), rng)


BINARY: tuple[Mutator, ...] = (_flip, _truncate, _insert_bytes, _overwrite, _repeat_part, _delete_part)
TEXT: tuple[Mutator, ...] = (
    *BINARY,
    *(_lines(change) for change in (_delete_line, _double_line, _swap_lines, _join_lines)),
    *[_replace(NUMBER, HOSTILE_NUMBERS)] * 6,
    *[_replace(NUMBER, HOSTILE_VALUES)] * 2,
    *[_as_text(_misspell)] * 3,
    _as_text(_hostile_text),
    _as_text(lambda text, _: text.replace("\n", "\r\n")),
    _encoded,
)
TOML: tuple[Mutator, ...] = (*TEXT, *[_replace(VALUE, (*HOSTILE_VALUES, *HOSTILE_NUMBERS))] * 8)


def spoilt(data: bytes, mutators: Sequence[Mutator], rng: np.random.Generator) -> bytes:
    """The data after one to three mutations."""
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        if data:
            data = pick(rng, mutators)(data, rng)
    return data
