"""What was spent on which dataset: a record of every noisy look, in one SQLite file.

A look is reserved before the first private byte is read, and neither an abort nor a crash gives anything back. Looks
compose as the sum of mu**2 of Gaussian differential privacy, also where a later look was chosen in the light of earlier
answers (Smith and Thakurta, "Fully adaptive composition for Gaussian differential privacy", 2022).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth._account import Account, account_of, forbidden, refused
from privsynth._chain import (
    ABORTED,
    COMMITTED,
    KEPT,
    LIMIT,
    RESERVED,
    RESUMED,
    START,
    UNBOUNDED,
    Entry,
    broken_links,
    canonical,
    miscounted,
    recorded_spend,
)
from privsynth._chain_file import ChainFile
from privsynth.accounting import event_to_json
from privsynth.errors import ArtifactError, UsageError
from privsynth.privacy import Budget, Unit

if TYPE_CHECKING:
    from dp_accounting import DpEvent

__all__ = ["UNBOUNDED", "Account", "Entry", "Ledger", "default_path"]
FORMAT = "privsynth.ledger/1"


def default_path() -> Path:
    """Return where the ledger lies: $PRIVSYNTH_LEDGER, else `privsynth/ledger.db` in the user's data folder."""
    if named := os.environ.get("PRIVSYNTH_LEDGER"):
        return Path(named).expanduser()
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "privsynth" / "ledger.db"


class Ledger:
    """The ledger in one SQLite file, made by the first `open` or `reserve`.

    Nothing is cached: each call opens the file, checks the whole chain, acts in one transaction and closes it, so that
    any number of threads and processes of one machine may share it.

    Args:
        path: The file; `default_path()` is the usual one.
        allow_network: Make it on a network disk too, where SQLite cannot keep two writers apart.
    """

    def __init__(self, path: Path, *, allow_network: bool = False) -> None:
        self.path = Path(path)
        self._file = ChainFile(self.path, allow_network=allow_network)

    def open(self, dataset: str, budget: Budget, *, replace: bool = False) -> None:
        """Set what may be spent on a dataset over all time.

        Args:
            dataset: Its name.
            budget: The limit. One below what was spent is kept, and nothing more is granted.
            replace: Replace another limit.

        Raises:
            UsageError: the dataset has another limit already and `replace` is not set.
        """
        limit = Budget(epsilon=float(budget.epsilon), delta=float(budget.delta))
        with self._file.appending() as chain:
            known = account_of(_named(dataset), chain.lines).limit
            if known == limit:
                return
            if known and not replace:
                raise UsageError(
                    f"Dataset `{dataset}` has the limit epsilon {known.epsilon:g}, delta {known.delta:g} already. A "
                    "limit is a promise; to change it on purpose, ask for it to be replaced (--replace)."
                )
            written = {"type": LIMIT, "epsilon": limit.epsilon, "delta": limit.delta}
            chain.append(id=0, dataset=dataset, state=LIMIT, event_json=canonical(written))

    def reserve(self, dataset: str, event: DpEvent, *, unit: Unit, purpose: str, config_digest: str) -> Entry:
        """Record a spend before the private data is read, if the limit of the dataset grants it.

        **Guarantee**: whatever the order and the state of the entries, those that were granted under a limit fit it
        together (`Spend.fits`), under `RELATION` for the unit that they all name.

        Args:
            dataset: Its name; without a limit every spend is recorded and granted.
            event: What will be done.
            unit: Who is protected.
            purpose: What it is for, in words.
            config_digest: Digest of the public configuration.

        Returns:
            The entry, reserved and on disk.

        Raises:
            BudgetError: the limit does not allow it, or the event is not known.
        """
        return self._reserved(dataset, event_to_json(event), unit, purpose, config_digest)

    def check(self, dataset: str, event: DpEvent | None) -> None:
        """Refuse what `reserve` would refuse by now; nothing is written and nothing granted.

        Args:
            dataset: Its name.
            event: What is to be done; None for a generator that is not private.

        Raises:
            BudgetError: the limit does not allow it, or the event is not known.
        """
        written = UNBOUNDED if event is None else event_to_json(event)
        _check_granted(account_of(_named(dataset), self._file.lines()), written)

    def reserve_unbounded(self, dataset: str, *, unit: Unit, purpose: str, config_digest: str) -> Entry:
        """Record that a generator that is not private is about to read a dataset: from then on no epsilon holds for it.

        Args:
            dataset: Its name.
            unit: Whose rows they are.
            purpose: What it is for, in words.
            config_digest: Digest of the public configuration.

        Raises:
            BudgetError: the dataset has a limit; no limit allows it.
        """
        return self._reserved(dataset, UNBOUNDED, unit, purpose, config_digest)

    def _reserved(self, dataset: str, written: dict[str, Any], unit: Unit, purpose: str, config_digest: str) -> Entry:
        spend = recorded_spend(written)
        content = {
            "dataset": _named(dataset),
            "unit": canonical({"column": unit.column, "max_rows": unit.max_rows}),
            "purpose": _text(purpose, "purpose"),
            "event_json": canonical(written),
            "mu_squared_num": str(spend.mu_squared.numerator),
            "mu_squared_den": str(spend.mu_squared.denominator),
            "delta_num": str(spend.delta.numerator),
            "delta_den": str(spend.delta.denominator),
            "config_digest": _text(config_digest, "config_digest"),
        }
        with self._file.appending() as chain:
            _check_granted(account_of(dataset, chain.lines), written)
            return chain.append(id=_next_id(chain.lines), state=RESERVED, **content)

    def commit(self, entry_id: int, release_digest: str) -> Entry:
        """Record what was released under an entry; another release of the same paid model is recorded as well.

        Raises:
            UsageError: there is no such entry.
        """
        return self._move(entry_id, COMMITTED, _text(release_digest, "release_digest"))

    def claim(self, entry_id: int, line_hash: str, dataset: str) -> Entry | None:
        """Take over a reserved entry for a fit that was cut off: once, by whoever comes first, without a new spend.

        Args:
            entry_id: Its number.
            line_hash: Hash of the line that the fit wrote, which tells this ledger from all others.
            dataset: On which it was spent.

        Returns:
            The entry, now `resumed`; None where this ledger lacks that line, or something came after it.
        """
        with self._file.appending() as chain:
            newest = _newest(chain.lines, entry_id)
            if newest is None or (newest.state, newest.hash, newest.dataset) != (RESERVED, line_hash, dataset):
                return None
            return chain.move(newest, state=RESUMED, release_digest="")

    def held(self, entry_id: int, line_hash: str) -> Entry:
        """Return the line of an entry under which a model was fitted that is still to be settled.

        Raises:
            UsageError: this ledger has no such line.
        """
        for entry in self._file.lines():
            if (entry.id, entry.hash) == (entry_id, line_hash) and entry.state in (RESERVED, RESUMED):
                return entry
        raise UsageError(
            f"The ledger `{self.path}` lacks the entry that paid for the model. Name the one of the run that failed (--ledger)."
        )

    def settle(self, held: Entry, release_digest: str) -> Entry:
        """Record what was released by whoever wrote the line `held`; if another program took the entry over since, pay anew.

        What was recorded right after `held` is the holder's own: that model again needs no new spend. (An equal model of another holder
        does, since that it is equal would tell of both.)

        **Guarantee**: programs that go on from one state release no more models than were paid for.

        Returns:
            The entry, or a new one that was paid for.

        Raises:
            BudgetError: another program took the entry over, and the limit does not allow to pay anew.
        """
        with self._file.appending() as chain:
            *before, newest = [None, *(entry for entry in chain.lines if entry.id == held.id and entry.state != LIMIT)]
            if newest is None:
                raise _unknown_entry(held.id)
            followed = before[-1] is not None and before[-1].hash == held.hash
            if followed and (newest.state, newest.release_digest) == (COMMITTED, release_digest):
                return newest
            if newest.hash != held.hash and newest.state in (RESUMED, COMMITTED):
                account = account_of(held.dataset, chain.lines)
                if not account.grants(held.spend):
                    raise refused(account, held.spend)
                kept = {name: getattr(held, name) for name in KEPT}
                newest = chain.append(**kept | {"id": _next_id(chain.lines)}, state=RESERVED)
            return chain.move(newest, state=COMMITTED, release_digest=_text(release_digest, "release_digest"))

    def abort(self, entry_id: int) -> Entry:
        """Record that nothing was released under an entry. It counts as spent all the same: the data was read.

        Raises:
            UsageError: there is no such entry, or something was released under it.
        """
        return self._move(entry_id, ABORTED, "")

    def _move(self, entry_id: int, state: str, release_digest: str) -> Entry:
        with self._file.appending() as chain:
            old = _newest(chain.lines, entry_id)
            if old is None:
                raise _unknown_entry(entry_id)
            if (old.state, old.release_digest) == (state, release_digest):
                return old
            if (old.state, state) == (COMMITTED, ABORTED):
                raise UsageError(f"Entry {entry_id} was released, so it cannot be aborted. Leave it as it is.")
            return chain.move(old, state=state, release_digest=release_digest)

    def show(self, dataset: str | None = None) -> dict[str, Any]:
        """Return all accounts, or one, as JSON values of the format `privsynth.ledger/1`.

        Raises:
            UsageError: this dataset is not in the ledger.
        """
        lines = self._file.lines()
        names = sorted({entry.dataset for entry in lines})
        if dataset is not None and dataset not in names:
            raise UsageError(f"Dataset `{dataset}` is not in the ledger `{self.path}`. Leave the name out to see all.")
        head, count = _head(lines)
        accounts = [account_of(name, lines).to_json() for name in names if dataset in (None, name)]
        return {"format": FORMAT, "head": {"hash": head, "count": count}, "datasets": accounts}

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        rows = [
            [
                each["dataset"],
                _plain(each["epsilon"]),
                _plain(each["limit"]["epsilon"]) if each["limit"] else "none set",
            ]
            for each in self.show()["datasets"]
        ]
        return card(f"Ledger: {self.path.name}", table=(("dataset", "epsilon spent", "limit"), rows))

    def head(self) -> tuple[str, int]:
        """Return the hash of the last line and the number of lines, for the manifest of a release."""
        return _head(self._file.lines())

    def verify(self, manifests: Sequence[Mapping[str, Any]] = ()) -> list[str]:
        """Return every problem of the file, the chain, the fractions against their events, and the known releases.

        Args:
            manifests: Manifests of releases, each with `"ledger": {"head": hash, "count": n}` as `head` gave them.

        Returns:
            Sentences; none where all is well.
        """
        if not self._file.exists():
            return [f"There is no ledger at `{self.path}`: deleted, or elsewhere. Restore it, or name the right file."]
        try:
            lines = self._file.inspect()
        except ArtifactError as error:
            return [error.message]
        problems = broken_links(lines)
        problems += [told for entry in lines if (told := miscounted(entry))]
        return problems + [told for n, known in enumerate(manifests, 1) if (told := _unknown(lines, known, n))]


def _plain(epsilon: float | None) -> str:
    return "without bound" if epsilon is None else f"{epsilon:g}"


def _check_granted(account: Account, written: dict[str, Any]) -> None:
    if not account.grants(spend := recorded_spend(written)):
        raise forbidden(account) if written == UNBOUNDED else refused(account, spend)


def _newest(lines: Sequence[Entry], entry_id: int) -> Entry | None:
    return next((entry for entry in reversed(lines) if entry.id == entry_id and entry.state != LIMIT), None)


def _next_id(lines: Sequence[Entry]) -> int:
    return max((entry.id for entry in lines), default=0) + 1


def _unknown_entry(entry_id: int) -> UsageError:
    return UsageError(f"The ledger has no entry {entry_id!r}. See `privsynth ledger show`.")


def _head(lines: Sequence[Entry]) -> tuple[str, int]:
    return (lines[-1].hash, len(lines)) if lines else (START, 0)


def _unknown(lines: Sequence[Entry], manifest: Mapping[str, Any], number: int) -> str | None:
    """Say why the ledger cannot be the one that a release was made with, or return None."""
    digest = ascii(str(manifest.get("digest", "")))[1:-1]
    which = f"Release {number} ({digest[:12]})" if digest else f"Release {number}"
    known = manifest.get("ledger")
    if not isinstance(known, Mapping) or not isinstance(known.get("count"), int):
        return f"{which} carries no ledger head, so that nothing can be said about it."
    count, head = known["count"], known.get("head")
    if count > len(lines):
        return f"{which} was made when the ledger had {count} lines; it has {len(lines)}. It was rolled back."
    if head != (lines[count - 1].hash if count > 0 else START):
        return f"{which} was made with another ledger, or line {count} was replaced."
    return None


def _named(dataset: str) -> str:
    if not isinstance(dataset, str) or not dataset.strip() or not dataset.isprintable():
        raise UsageError("The name of a dataset must be printable and not empty. Give one (--dataset NAME).")
    return _text(dataset, "dataset")


def _text(value: str, name: str) -> str:
    try:
        value.encode()
    except (UnicodeEncodeError, AttributeError):
        raise UsageError(f"`{name}` is no text that can be written to the ledger. Give plain text.") from None
    return value
