"""Who pays for a fit: an entry of the ledger that was reserved before anything is read, or that of a fit that was cut off."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.baseline_plan import AnyPlan, BaselinePlan
from privsynth.checkpoint import Checkpoint, OnStep, Told, unheard
from privsynth.errors import UsageError
from privsynth.generators.fitted import Fitted
from privsynth.ledger import Entry, Ledger, default_path
from privsynth.noise import OsNoise
from privsynth.privacy import Private
from privsynth.table.coded import encode
from privsynth.table.source import Source

_KEEPING = ("ctgan",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """An entry of a ledger that counts as spent from now on.

    Args:
        ledger: Where it stands.
        entry: The line that this program wrote.
        watch: Keeps the state of the fit, or nothing.
    """

    ledger: Ledger
    entry: Entry
    watch: Told | None = None

    def committed(self, fitted: Fitted) -> Fitted:
        """Mark the spend as released in this model; return the model with the head of the ledger's chain.

        Raises:
            BudgetError: another program went on with the same fit, and the limit does not allow to pay for both.
        """
        if self.ledger.settle(self.entry, fitted.digest()).id != self.entry.id:
            warnings.warn(
                "another program went on with this fit from its checkpoint, so that there are two of it: this one was paid anew.",
                stacklevel=2,
            )
        self.forget_state()
        head, count = self.ledger.head()
        return replace(fitted, ledger={"head": head, "count": count})

    def forget_state(self) -> None:
        """Remove the checkpoint: what is left to do needs the model alone."""
        if isinstance(self.watch, Checkpoint):
            self.watch.remove()

    def owed(self) -> dict[str, Any]:
        """Return what `owing` needs to commit the model later, as JSON values."""
        return {"entry": self.entry.id, "line": self.entry.hash}

    def account(self) -> Mapping[str, Any]:
        """Return what the ledger says of the dataset."""
        return self.ledger.show(self.entry.dataset)


def reserve(plan: AnyPlan, dataset: str, ledger: Path | str | None, purpose: str) -> Reservation:
    """Write the spend of a plan to the ledger before anything is read for modelling.

    Raises:
        BudgetError: the dataset's budget does not allow it; no budget allows a baseline.
    """
    book = Ledger(Path(ledger) if ledger is not None else default_path())
    if isinstance(plan, BaselinePlan):
        purpose += " (not private)"
        entry = book.reserve_unbounded(dataset, unit=plan.unit, purpose=purpose, config_digest=plan.digest())
    else:
        entry = book.reserve(dataset, plan.event, unit=plan.unit, purpose=purpose, config_digest=plan.digest())
    return Reservation(ledger=book, entry=entry)


def check_budget(plan: AnyPlan, dataset: str, ledger: Path | str | None, watch: Told | None = None) -> None:
    """Refuse a plan that the dataset's budget does not allow before its table is read; `pay` decides, once it was.

    A fit that a checkpoint is of is let through: its entry may have paid for it.

    Raises:
        BudgetError: as for `pay`.
    """
    if not (isinstance(watch, Checkpoint) and watch.resumes):
        book = Ledger(Path(ledger) if ledger is not None else default_path())
        book.check(dataset, None if isinstance(plan, BaselinePlan) else plan.event)


def owing(note: Mapping[str, Any], ledger: Path | str | None) -> Reservation:
    """Return the reservation of a model that was kept before the ledger could record it: it is still to be committed.

    Args:
        note: What `Reservation.owed` returned.
        ledger: The ledger's file.

    Raises:
        UsageError: the ledger is another one.
    """
    book = Ledger(Path(ledger) if ledger is not None else default_path())
    return Reservation(ledger=book, entry=book.held(note["entry"], note["line"]))


def watched(
    plan: AnyPlan,
    checkpoint: Path | str | None,
    purpose: str,
    on_step: OnStep | None,
    say: Callable[[str], None],
) -> Told:
    """Return who is told of a fit's steps and keeps its state.

    Args:
        plan: What is to be done.
        checkpoint: File of the state, or None.
        purpose: As the ledger has it.
        on_step: Told every step, or None.
        say: Told every stage, in words.

    Raises:
        UsageError: the generator keeps no state, or the file belongs to another fit.
        ArtifactError: the file is damaged.
    """
    heard = unheard if on_step is None else on_step
    if checkpoint is None:
        return Told(heard, say)
    if plan.generator not in _KEEPING:
        raise UsageError(
            f"--checkpoint was given, and a fit of {plan.generator} keeps no state: it is short. Leave it out, or use --generator "
            f"{_KEEPING[0]}."
        )
    return Checkpoint(Path(checkpoint), plan=plan.digest(), purpose=purpose, on_step=heard, say=say)


def pay(
    plan: AnyPlan,
    source: Source,
    dataset: str,
    ledger: Path | str | None,
    purpose: str,
    watch: Told,
    keep: Callable[[], Private[npt.NDArray[np.bool_]]] | None = None,
) -> Reservation:
    """Reserve the spend of a plan, or take up the fit that a checkpoint is of: for the entry that paid for it, once.

    Where that entry was taken over before, was released, or is not in this ledger, the whole is paid anew: what goes on from one state
    twice may be released twice.

    Args:
        plan: What is to be done.
        source: The table; before a fit is taken up, it is compared with that of the checkpoint.
        dataset: Whose budget pays.
        ledger: The ledger's file.
        purpose: What it is for.
        watch: Keeps the state, or nothing.
        keep: Returns bool[n], rows to use; None for all.

    Raises:
        UsageError: the table is another one. Nothing was spent.
        BudgetError: the dataset's budget does not allow it.
    """
    if not isinstance(watch, Checkpoint):
        return replace(reserve(plan, dataset, ledger, purpose), watch=watch)
    book = Ledger(Path(ledger) if ledger is not None else default_path())
    claimed = None
    if watch.resumes:
        key, schema = watch.key("rows of a unit", OsNoise()), watch.learned or plan.schema
        used = None if keep is None else keep()
        watch.check_table(encode(source, schema, plan.unit, key, keep=used, owners=True).keyed_digest)
        claimed = book.claim(*watch.line, dataset)
    paid = reserve(plan, dataset, ledger, purpose) if claimed is None else Reservation(ledger=book, entry=claimed)
    if watch.resumes:
        told = "it is paid for" if claimed else "its entry in the ledger was used up or is not there: PAID ANEW"
        watch.say(f"going on with the fit that {watch.path} keeps; {told}.")
    watch.paid(paid.entry)
    return replace(paid, watch=watch)
