"""What a long fit tells on its way, and how it survives: its state in one file of the owner, written anew again and again.

The state holds noisy answers and what follows from them: no row, and no state of a generator of noise. Beside it stand secrets of
the owner: the keys of the units' coins, so that a fit that goes on uses the same rows, and a keyed digest of the coded table, so that
it goes on with no other one. The file has mode 0600 and is not for others.

What a caller sees of the loss is that of the last state that was kept. So nothing that a later run would do anew was ever shown,
and a fit that was cut off and went on is one fit: its proof is in `docs/proofs/dpsgd.md`.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from privsynth._chain import Entry
from privsynth.accounting import Spend
from privsynth.artifact import read_checkpoint, write_checkpoint
from privsynth.errors import ArtifactError, PrivsynthError, ResourceError, UsageError
from privsynth.files import TEMPORARY
from privsynth.generators.base import Arrays, Step
from privsynth.noise import Noise
from privsynth.tableschema.io import schema_from_document, schema_to_document
from privsynth.tableschema.model import Schema

OnStep = Callable[[Step], None]
SECONDS = 30.0
_KEY_BYTES = 32
_ANEW = "To begin anew, which pays anew, name another file."


def unheard(_: Step) -> None:
    """Take note of no step."""


class Told:
    """Tells a caller of a fit's steps, and keeps nothing.

    Args:
        on_step: Told every step.
        say: Told every stage, in words.
    """

    def __init__(self, on_step: OnStep = unheard, say: Callable[[str], None] = lambda _: None) -> None:
        self._on_step = on_step
        self.say = say
        self._spent = Spend()

    def __enter__(self) -> Told:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is held."""

    @property
    def learned(self) -> Schema | None:
        """The schema that an earlier run has learned and paid for, or None."""
        return None

    def key(self, purpose: str, noise: Noise) -> bytes:
        """Return a secret key of the units' coins."""
        return noise.unit_key(purpose)

    def begin(self, spent: Spend, learned: Schema | None, digest: Callable[[bytes], str]) -> None:  # noqa: ARG002
        """Take note of what is fixed before the generator is fitted.

        Args:
            spent: What was spent before.
            learned: The schema, if it was learned.
            digest: Returns a digest of the coded table under a key.
        """
        self._spent = spent

    def phase(self, name: str) -> None:
        """Say that a stage begins."""
        self.say(name)

    def stepped(self, step: Step) -> None:
        """Tell of a step, with all that was spent so far."""
        self._on_step(replace(step, spend=self._spent + step.spend))

    def due(self, done: int) -> bool:  # noqa: ARG002
        """Keep nothing."""
        return False

    def keep(self, state: Arrays) -> None:
        """Keep nothing."""

    def kept(self) -> Arrays | None:
        """Begin at the beginning."""
        return None


class Checkpoint(Told):
    """Keeps the state of a fit in a file, and goes on from it where the file exists.

    Args:
        path: The file.
        plan: Digest of the plan: recipe, schema, event.
        purpose: What the fit is for, as the ledger has it.
        on_step: Told every step.
        say: Told every stage, in words.
        every: Keep the state after every so many steps too, whatever the clock says.
        clock: Seconds.

    Raises:
        UsageError: the file belongs to another plan or to a fit that still runs, or cannot be written.
        ArtifactError: it is damaged, no checkpoint, or of another version.
    """

    def __init__(
        self,
        path: Path,
        *,
        plan: str,
        purpose: str,
        on_step: OnStep = unheard,
        say: Callable[[str], None] = lambda _: None,
        every: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(on_step, say)
        self.path = path
        self._every = every
        self._clock = clock
        self._last = clock()
        self._held: IO[bytes] | None = None
        self._refused = False
        self._step: Step | None = None
        self._loss = math.nan
        self._state: Arrays | None = None
        self._learned: Schema | None = None
        self._keys: dict[str, bytes] = {}
        self._manifest: dict[str, Any] = {"plan": plan, "purpose": purpose, "table": "", "schema": None, "ledger": {}}
        if path.exists() or path.is_symlink():
            self._take_up()
        else:
            _check_place(path)

    def close(self) -> None:
        """Let go of the file."""
        if self._held is not None:
            self._held.close()
            self._held = None

    @property
    def resumes(self) -> bool:
        """Whether there is a state to go on from."""
        return self._state is not None

    @property
    def line(self) -> tuple[int, str]:
        """Number of the ledger's entry that paid, and hash of its line."""
        return self._manifest["ledger"]["entry"], self._manifest["ledger"]["line"]

    @property
    def learned(self) -> Schema | None:
        """The schema that an earlier run has learned and paid for, or None."""
        return self._learned

    def key(self, purpose: str, noise: Noise) -> bytes:
        """Return a secret key of the units' coins: that of the earlier run, so that its units keep their rows."""
        if purpose not in self._keys:
            self._keys[purpose] = noise.unit_key(purpose)
        return self._keys[purpose]

    def paid(self, entry: Entry) -> None:
        """Take note of the entry that pays from now on, in the file too."""
        self._manifest["ledger"] = {"entry": entry.id, "line": entry.hash}
        if self._state is not None:
            self.keep(self._state)

    def begin(self, spent: Spend, learned: Schema | None, digest: Callable[[bytes], str]) -> None:
        """Take note of what is fixed before the generator is fitted; see `Told.begin`.

        Raises:
            ResourceError: the table changed since it was checked.
        """
        super().begin(spent, learned, digest)
        table = digest(self._keys["rows of a unit"])
        if self._manifest["table"] not in ("", table):
            raise ResourceError("The table changed while it was read. Let nothing write to it, and run it again.")
        self._manifest["table"] = table
        self._learned = learned

    def check_table(self, digest: Callable[[bytes], str]) -> None:
        """Refuse another table than that of the earlier run.

        Raises:
            UsageError: it is another one.
        """
        if digest(self._keys["rows of a unit"]) != self._manifest["table"]:
            raise UsageError(
                f"The table is not the one that the checkpoint `{self.path}` was made from. Nothing was spent. Give the table as it "
                f"was. {_ANEW}"
            )

    def stepped(self, step: Step) -> None:
        """Tell of a step, with the loss of the last state that was kept: what a later run would do anew is never shown."""
        self._step = step
        super().stepped(replace(step, loss=self._loss))

    def due(self, done: int) -> bool:
        """Say whether the state is to be kept, by the number of the step and the clock alone."""
        if self._every is not None and done % self._every == 0:
            return True
        return self._clock() - self._last >= SECONDS

    def keep(self, state: Arrays) -> None:
        """Keep a state, instead of the one before; where that fails, the fit goes on without."""
        self._last = self._clock()
        loss = self._loss if self._step is None else self._step.loss
        written = {
            **self._manifest,
            "loss": loss if math.isfinite(loss) else None,
            "keys": {purpose: key.hex() for purpose, key in self._keys.items()},
            "schema": None if self._learned is None else schema_to_document(self._learned),
        }
        try:
            write_checkpoint(self.path, written, state)
            self._loss = loss
            self._hold()
        except (PrivsynthError, OSError) as error:
            if not self._refused:
                why = error.message if isinstance(error, PrivsynthError) else "the file cannot be opened."
                self.say(f"the state of the fit cannot be kept, and it goes on without: {why}")
            self._refused = True

    def kept(self) -> Arrays | None:
        """Return the state to go on from, or None to begin."""
        return self._state

    def remove(self) -> None:
        """Remove the file: the fit is done."""
        self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
            self._sweep()

    def _take_up(self) -> None:
        try:
            manifest, arrays = read_checkpoint(self.path)
            keys = {str(purpose): bytes.fromhex(key) for purpose, key in manifest["keys"].items()}
            if not all(len(key) == _KEY_BYTES for key in keys.values()) or "rows of a unit" not in keys:
                raise ValueError
            self._check_plan(manifest)
            entry, line = manifest["ledger"]["entry"], manifest["ledger"]["line"]
            self._manifest |= {"table": str(manifest["table"]), "ledger": {"entry": int(entry), "line": str(line)}}
            if manifest["schema"] is not None:
                self._learned = schema_from_document(manifest["schema"], where=f"the schema in {self.path}")
            self._loss = math.nan if manifest.get("loss") is None else float(manifest["loss"])
        except UsageError:
            raise
        except ArtifactError as error:
            raise ArtifactError(f"{error.message} {_ANEW}") from None
        except (KeyError, TypeError, ValueError, AttributeError, PrivsynthError):
            raise ArtifactError(
                f"The checkpoint `{self.path}` is incomplete. Nothing of it was used. {_ANEW}"
            ) from None
        self._keys, self._state = keys, arrays
        self._hold()
        self._sweep()

    def _check_plan(self, manifest: Mapping[str, Any]) -> None:
        for name, what in (("purpose", "another command"), ("plan", "another budget, schema or recipe")):
            if manifest[name] != self._manifest[name]:
                raise UsageError(
                    f"The checkpoint `{self.path}` belongs to {what}. Nothing was spent. Go on with the arguments that it was made "
                    f"with. {_ANEW}"
                )

    def _hold(self) -> None:
        """Hold the file as long as the fit runs; the system lets go of it when the program ends, however it ends."""
        try:
            import fcntl
        except ImportError:
            return
        file = self.path.open("rb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UsageError(f"The checkpoint `{self.path}` is that of a fit that still runs. Wait for it.") from None
        except OSError:  # a disk without locks: the ledger keeps two fits apart all the same
            pass
        self.close()
        self._held = file

    def _sweep(self) -> None:
        """Remove what a program that was killed while it wrote has left beside."""
        ours = re.compile(rf"{re.escape(TEMPORARY)}\d+-\d+-[0-9a-f]+-{re.escape(self.path.name[-60:])}")
        for path in self.path.absolute().parent.glob(f"{TEMPORARY}*"):
            if ours.fullmatch(path.name):
                with suppress(OSError):
                    path.unlink()


def _check_place(path: Path) -> None:
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"The folder of the checkpoint `{path}` does not exist. Make it first, or name another file.")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"The checkpoint `{path}` cannot be written there. Name a file in a folder of yours.")
