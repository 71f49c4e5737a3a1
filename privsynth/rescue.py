"""What a run that failed keeps, so that nothing is paid for twice: its model, the key of its holdout, and what is still owed."""

from __future__ import annotations

import json
from pathlib import Path

from privsynth.baseline_plan import AnyPlan, BaselinePlan
from privsynth.errors import ArtifactError, PrivsynthError, UsageError
from privsynth.files import atomic_folder, json_text
from privsynth.generators.fitted import Fitted, load_model
from privsynth.paying import Reservation, owing

_OWED = "ledger.json"


def check_resumable(plan: AnyPlan, checkpoint: Path | str | None) -> None:
    """Refuse to go on from a paid model where there can be none, or where a checkpoint is given too.

    Raises:
        UsageError: with what to do.
    """
    if isinstance(plan, BaselinePlan):
        raise UsageError(f"A run of {plan.generator} keeps no model, so there is none to resume from. Run it again.")
    if checkpoint is not None:
        raise UsageError("A paid model and a checkpoint were given to go on from. Give one of them.")


def keep_paid(out: Path, fitted: Fitted, key: bytes, owed: Reservation | None) -> Path | None:
    """Keep a model whose run failed after it was paid for; return where, or None if even that fails.

    Args:
        out: The folder of the run.
        fitted: The model.
        key: Of the holdout.
        owed: The ledger's entry, if the model is still to be committed.
    """
    kept = out.with_name(out.name + ".paid")
    try:
        with atomic_folder(kept, private=True) as folder:
            (folder / "owner").mkdir(mode=0o700)
            fitted.save(folder / "owner" / "model")
            (folder / "owner" / "holdout.key").write_bytes(key)
            if owed is not None:
                (folder / "owner" / _OWED).write_text(json_text(owed.owed()), encoding="utf-8")
        if owed is not None:
            owed.forget_state()
    except (PrivsynthError, OSError):
        return None
    return kept


def read_paid(folder: Path, ledger: Path | str | None) -> tuple[bytes, Fitted, Reservation | None]:
    """Read what a failed run kept: the key of the holdout, the model, and the ledger's entry if it is still to be committed.

    Raises:
        ArtifactError: the folder holds no paid model.
        UsageError: the ledger is not the one that paid.
    """
    note = folder / "owner" / _OWED
    try:
        key = (folder / "owner" / "holdout.key").read_bytes()
        owed = json.loads(note.read_text(encoding="utf-8")) if note.exists() else None
        reservation = None if owed is None else owing(owed, ledger)
    except (OSError, ValueError, KeyError, TypeError):
        raise ArtifactError(
            f"{folder} holds no paid model of a run that failed. Give the folder that its message named."
        ) from None
    return key, load_model(folder / "owner" / "model"), reservation
