"""Makes each notebook anew from its source: executed, with outputs, and without anything that changes by itself."""

import sys
from pathlib import Path

import jupytext
import nbformat
import pictures
from nbclient import NotebookClient

TIMEOUT_S = 120
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def main() -> None:
    """Writes the notebooks of the sources named on the command line, all of them by default."""
    folder = Path(__file__).parent.parent / "notebooks"
    for source in [Path(name) for name in sys.argv[1:]] or sorted(folder.glob("*.py")):
        notebook = jupytext.read(source)
        notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"  # random ones would make every run a change
            cell.metadata = nbformat.from_dict({})
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT_S,
            record_timing=False,
            coalesce_streams=True,  # how often a stream is flushed depends on the machine
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute()
        notebook.metadata.language_info = {"name": "python"}
        nbformat.write(notebook, source.with_suffix(".ipynb"))
        print(f"wrote {source.with_suffix('.ipynb')}")
    pictures.main()


if __name__ == "__main__":
    main()
