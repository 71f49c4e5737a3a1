"""How the command line shows a long fit on stderr: a bar on a terminal, elsewhere a line for every tenth of it.

When a command is cut off, what may be done then is said here too.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from privsynth import log
from privsynth.errors import BudgetError, PrivsynthError, ResourceError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from privsynth.generators.base import Step

_SECONDS = 0.25


class Bar:
    """Shows stages and steps.

    Args:
        delta: At which the epsilon that was spent so far is shown.
        console: Where to draw a bar, or None for stderr if that is a terminal, else for lines.
    """

    def __init__(self, delta: float, console: Console | None = None) -> None:
        self._delta = delta
        self._console = console
        self._drawn: Progress | None = None
        self._task: TaskID | None = None
        self._tenth = -1
        self._shown = 0.0

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def say(self, text: str) -> None:
        """Show a stage; a bar that is drawn ends."""
        self._stop()
        log.stage(text)

    def step(self, step: Step) -> None:
        """Show a step."""
        told = log.current()
        if self._console is None and (told.quiet or told.as_json or not sys.stderr.isatty()):
            self._line(step)
            return
        now = time.monotonic()
        if self._drawn is None:
            self._start(step)
        elif now - self._shown < _SECONDS and step.done < step.steps:
            return
        self._shown = now
        if self._drawn is not None and self._task is not None:
            self._drawn.update(self._task, completed=step.done, told=self._told(step))
        if step.done == step.steps:
            self._stop()

    def _line(self, step: Step) -> None:
        if self._tenth < 0:
            self._tenth = (step.done - 1) * 10 // step.steps
        if step.done * 10 // step.steps > self._tenth:
            self._tenth = step.done * 10 // step.steps
            log.step(f"step {step.done:,} of {step.steps:,}: {self._told(step)}")

    def _told(self, step: Step) -> str:
        try:
            told = f"epsilon {step.spend.epsilon(self._delta):.3g} so far"
        except (BudgetError, OverflowError):
            told = ""
        loss = "" if math.isnan(step.loss) else f"loss on synthetic rows {step.loss:.3f}"
        return ", ".join(filter(None, [told, loss]))

    def _start(self, step: Step) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn(" "),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[told]}"),
        )
        self._drawn = Progress(*columns, console=self._console or Console(stderr=True))
        self._drawn.start()
        self._task = self._drawn.add_task("", total=step.steps, completed=step.done - 1, told="")

    def _stop(self) -> None:
        if self._drawn is not None:
            self._drawn.stop()
            self._drawn = None


@contextmanager
def tell_how_to_go_on(checkpoint: str | None) -> Iterator[None]:
    """When a fit is cut off and its state is kept, say that the same command goes on."""
    try:
        yield
    except BaseException as error:
        ours = isinstance(error, PrivsynthError) and not isinstance(error, ResourceError)
        if not ours and checkpoint is not None and Path(checkpoint).exists():
            log.error(f"the state of the fit is kept: the same command goes on from {checkpoint}")
        raise


@contextmanager
def tell_what_is_kept(out: Path) -> Iterator[None]:
    """When a run is cut off after its model was paid for, say where the model is."""
    kept = out.with_name(out.name + ".paid")
    before = kept.exists()
    try:
        yield
    except PrivsynthError:
        raise  # its message says so
    except BaseException:
        if kept.exists() and not before:
            log.error(f"the model is paid for and kept: run again with --resume-from {kept}")
        raise
