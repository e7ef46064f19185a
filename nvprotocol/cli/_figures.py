"""The figures of the paper and of what it leaves open."""

from collections.abc import Sequence
from pathlib import Path

import click

from nvprotocol.cli._progress import progress_bar


def make_figures(
    names: Sequence[str], folder: Path, formats: Sequence[str], *, shots: int, seed: int, force: bool, quiet: bool
) -> None:
    """Computes, draws and writes figures, all of them without names, and prints how emulated points agree."""
    from nvprotocol._checks import fail, one_of, show
    from nvprotocol._writing import write_file
    from nvprotocol.paper import figures

    wanted = list(dict.fromkeys(names)) or list(figures.NAMES)
    chosen = {name: figures.load(name) for name in wanted}
    for one in formats:
        one_of(one, "--format", figures.FORMATS)
        if formats.count(one) > 1:
            fail("--format", "be given once for each format", f"{show(one)} is given {formats.count(one)} times")
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
        write_file(folder / figures.INDEX, figures.index_page(agreed))
    click.echo(f"Figures and data are in {folder}.")
