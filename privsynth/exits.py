"""How a command ends: exit codes, messages without cells, warnings as one line, signals."""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from privsynth import log
from privsynth.errors import PrivsynthError, ResourceError, UsageError

INTERRUPTED, TERMINATED = 130, 143
_OURS = Path(__file__).parent
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE)
_ENDED = "No half-written output was left behind; what the ledger reserved stays spent."


_SOON_SECONDS = 0.01
_signals: list[int] = []


class Terminated(BaseException):
    """SIGTERM arrived; what is being written is removed on the way out."""


def obey_sigterm() -> None:
    """Let SIGTERM end the program as an interrupt does, so that temporary files are removed."""

    def terminate(*_: object) -> None:
        _signals.append(signal.SIGTERM)
        raise Terminated

    signal.signal(signal.SIGTERM, terminate)
    _raise_again_what_a_finaliser_swallows()


def _raise_again_what_a_finaliser_swallows() -> None:
    """Let an interrupt that arrived inside a `__del__` or a callback of a library, where it is lost, arrive once more."""
    usual = sys.unraisablehook
    lost: list[type[BaseException]] = []

    def once_more(*_: object) -> None:
        raise lost.pop()

    def swallowed(found: sys.UnraisableHookArgs) -> None:
        if not issubclass(found.exc_type, Terminated | KeyboardInterrupt):
            usual(found)
            return
        lost.append(found.exc_type)
        signal.setitimer(signal.ITIMER_REAL, _SOON_SECONDS)

    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, once_more)
        sys.unraisablehook = swallowed


def code_of(run: Callable[[], object]) -> int:
    """Run a command and return the exit code that its outcome means; say on stderr what went wrong."""
    with log.for_one_command():
        return _code_of(run)


def _code_of(run: Callable[[], object]) -> int:
    try:
        with _clean_warnings():
            run()
    except PrivsynthError as error:
        log.error(error.message)
        return error.exit_code
    except click.exceptions.Exit as request:
        return int(request.exit_code)
    except click.ClickException as error:
        _show(error)
        return UsageError.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort, Terminated):
        log.error(f"{'terminated' if _signals else 'interrupted'}. {_ENDED}")
        return TERMINATED if _signals else INTERRUPTED
    except MemoryError:
        log.error("memory ran out. Use a smaller table or a larger machine.")
        return ResourceError.exit_code
    except SystemExit:  # so click ends when the reader of a pipe went away
        return 0
    except OSError as error:
        return _refused(error)
    except Exception as error:  # a bug: say where, never what a cell holds
        return _bug(error)
    return 0


def _show(error: click.ClickException) -> None:
    """Write what click found wrong: with the usage for people, as one message elsewhere."""
    if log.current().as_json and not isinstance(error, click.exceptions.NoArgsIsHelpError):
        log.error(_with_the_way_to_help(error))
    else:
        error.show()


def _with_the_way_to_help(error: click.ClickException) -> str:
    """Return its message and the command that lists the options, which click shows to people only."""
    at = error.ctx if isinstance(error, click.UsageError) else None
    told = error.format_message()
    return told if at is None else f"{told} See `{at.command_path} --help`."


@contextmanager
def _clean_warnings() -> Iterator[None]:
    """Show our own warnings as one line each; those of other packages may quote cells and say nothing to a user."""

    def show(message: Warning | str, category: type[Warning], filename: str, *_: object, **__: object) -> None:
        if category is UserWarning and _OURS in Path(filename).parents:
            log.warning(str(message))

    if os.environ.get("PRIVSYNTH_DEBUG"):
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = show
        yield


def _bug(error: Exception) -> int:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _OURS in Path(frame.filename).parents] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
    log.error(f"a bug ({type(error).__name__} at {place}). Please report this line.")
    if os.environ.get("PRIVSYNTH_DEBUG"):
        raise error
    return 1


def _refused(error: OSError) -> int:
    if error.errno == errno.EPIPE:
        return 0
    log.error(f"the system refused a file operation ({error.strerror}). Check the disk and the rights.")
    return ResourceError.exit_code if error.errno in _FULL else UsageError.exit_code


def close_stdout() -> None:
    """Drop what a closed pipe or a full disk did not take, so that the interpreter does not complain at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
