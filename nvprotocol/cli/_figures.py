"""The figures of the paper and of what it leaves open."""

from collections.abc import Sequence
from pathlib import Path

import click

from nvprotocol.cli._progress import progress_bar


def make_figures(
    names: Sequence[str], folder: Path, formats: Sequence[str], *, shots: int, seed: int, force: bool, quiet: bool
) -> None:
    """Computes, draws and writes figures, all of them without names, and prints how emulated points agree."""
    from nvprotocol._checks import one_of
    from nvprotocol.paper import figures

    wanted = list(dict.fromkeys(names)) or list(figures.NAMES)
    chosen = {name: figures.load(name) for name in wanted}
    for one in formats:
        one_of(one, "--format", figures.FORMATS)
    pages = [] if names else [Path(figures.INDEX).stem]
    figures.refuse_existing([*wanted, *pages], folder, force=force)
    agreed = dict.fromkeys(wanted, "")
    with progress_bar("", len(chosen), quiet=quiet) as advance:
        for name, figure in chosen.items():
            advance(0, name)
            data = figure.compute(shots, seed)
            figures.save(name, figure, data, folder, formats or figures.FORMATS)
            agreed[name] = str(figures.agreement(data))
            click.echo(f"{name:<{max(map(len, wanted))}}  {figure.title}: {agreed[name]}.")
            advance(1, name)
    if not names:
        _write_page(folder / figures.INDEX, figures.index_page(agreed))
    click.echo(f"Figures and data are in {folder}.")


def _write_page(path: Path, text: str) -> None:
    from nvprotocol.errors import OutputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The file {path} cannot be written: {error.strerror or error}.") from None
