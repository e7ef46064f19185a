"""How far a long work is, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvprotocol.runs import Progress


@contextmanager
def progress_bar(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int, str], None]]:
    """Shows on a terminal how much of a work is done; gives what is called with a number of parts and what they are."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:  # a log or a pipe would get an empty line
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda done, what: shown.update(task, advance=done, description=what)


@contextmanager
def points_bar(*, quiet: bool) -> Iterator["Callable[[Progress], object] | None"]:
    """Shows on a terminal how many points of a run are done, at which rate, and how long the others will take."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            computed = task.completed - task.fields["found"]
            rate = computed / task.elapsed if task.elapsed and computed else 0.0
            return Text(f"{rate:.3g}/s" if rate else "")

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = None

        def show(progress: "Progress") -> None:
            nonlocal task
            if task is None:
                found = progress.found
                what = f"points ({found} found)" if found else "points"
                task = bar.add_task(what, total=progress.total, completed=progress.done, found=found)
            bar.update(task, completed=progress.done)

        yield show
