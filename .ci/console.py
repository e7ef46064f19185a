"""Renews what commands print in the `console` blocks of the pages: `python .ci/console.py`."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ nvprotocol (.*)$", re.MULTILINE)


def renewed(block: re.Match[str]) -> str:
    """A block with the same commands and what they print now, as wide as the tests run them."""
    sessions = []
    for arguments in COMMAND.findall(block[1]):
        command = [sys.executable, "-m", "nvprotocol", *arguments.split()]
        environment = os.environ | {"COLUMNS": "100"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        sessions.append(f"$ nvprotocol {arguments}\n{done.stdout.rstrip()}\n")
    return f"```console\n{''.join(sessions)}```"


for page in sorted((ROOT / "docs").rglob("*.md")):
    text = page.read_text(encoding="utf-8")
    if (new := BLOCK.sub(renewed, text)) != text:
        page.write_text(new, encoding="utf-8")
        print(page.relative_to(ROOT))
