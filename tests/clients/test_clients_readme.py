"""The README's example of a client does what it says."""

import re
from pathlib import Path
from typing import Any

from client_runs import US, done, known_warnings, off, value

pytestmark = known_warnings
README = Path(__file__).parents[2] / "README.md"


def test_the_example_of_the_readme() -> None:
    (code,) = re.findall(r"^```py\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(code, names)
    # No seed: |z| < 5 fails once in a million runs, were error bars normal; measured, they are 20 % too wide.
    assert abs(off(value(done(names["data"]), "T1"), 1.0 * US)) < 5
