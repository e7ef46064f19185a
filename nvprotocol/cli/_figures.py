"""The figures of the paper and of what it leaves open."""

from collections.abc import Sequence
from pathlib import Path

import click


def make_figures(
    names: Sequence[str], folder: Path, formats: Sequence[str], *, shots: int, seed: int, force: bool, quiet: bool
) -> None:
    """Computes, draws and writes figures, all of them without names, and prints how emulated points agree."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from nvprotocol._checks import one_of
    from nvprotocol.paper import figures

    wanted = list(dict.fromkeys(names)) or list(figures.NAMES)
    chosen = {name: figures.load(name) for name in wanted}
    for one in formats:
        one_of(one, "--format", figures.FORMATS)
    pages = [] if names else [Path(figures.INDEX).stem]
    figures.refuse_existing([*wanted, *pages], folder, force=force)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = quiet or not console.is_terminal  # a log or a pipe would get an empty line
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task, agreed = progress.add_task("", total=len(chosen)), dict.fromkeys(wanted, "")
        for name, figure in chosen.items():
            progress.update(task, description=name)
            data = figure.compute(shots, seed)
            figures.save(name, figure, data, folder, formats or figures.FORMATS)
            agreed[name] = str(figures.agreement(data))
            click.echo(f"{name:<{max(map(len, wanted))}}  {figure.title}: {agreed[name]}.")
            progress.advance(task)
    if not names:
        _write_page(folder / figures.INDEX, figures.index_page(agreed))
    click.echo(f"Figures and data are in {folder}.")


def _write_page(path: Path, text: str) -> None:
    from nvprotocol.errors import OutputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The file {path} cannot be written: {error.strerror or error}.") from None
