"""Takes from each committed notebook the picture that stands for it in lists: `python .ci/pictures.py`."""

import base64
from pathlib import Path

import nbformat

FOLDER = Path(__file__).parent.parent / "notebooks"
CHOSEN = {"01": 3, "02": 2, "03": 3, "04": 2, "07": 3, "09": 2}
"""Number of a notebook → which of its pictures; the first where nothing is said."""


def picture(notebook: Path) -> bytes:
    """The PNG of the chosen picture."""
    cells = nbformat.read(notebook, as_version=4).cells
    shown = [
        output.data["image/png"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    return base64.b64decode(shown[CHOSEN.get(notebook.name[:2], 1) - 1])


def main() -> None:
    """Writes notebooks/pictures anew."""
    (FOLDER / "pictures").mkdir(exist_ok=True)
    for notebook in sorted(FOLDER.glob("*.ipynb")):
        (FOLDER / "pictures" / f"{notebook.stem}.png").write_bytes(picture(notebook))


if __name__ == "__main__":
    main()
