"""A progress bar for work that goes place by place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress

from api.cli.output import words


@contextmanager
def steps(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr; call it with how many are done, of how many, and the name of the next."""
    with Progress(console=words, transient=True, disable=not words.is_terminal) as bar:
        task = bar.add_task(what)

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{what} {name}")

        yield step
