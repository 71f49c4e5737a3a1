"""The lines of the ledger: what one records, how it is accounted, and how it is chained to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from typing import Any

from privsynth.accounting import Spend, event_from_json, spend_of
from privsynth.errors import BudgetError, UsageError
from privsynth.privacy import RELATION, Budget, Unit

START = "0" * 64
LIMIT, RESERVED, RESUMED, COMMITTED, ABORTED = "limit", "reserved", "resumed", "committed", "aborted-counted"
MALFORMED = (ValueError, ArithmeticError, TypeError, KeyError, AttributeError, RecursionError)
_EXACT_BITS = 4096
UNBOUNDED = {"type": "non_private"}  # the event of a generator without noise
_BEYOND = Spend(mu_squared=Fraction(1 << 2048))  # what is recorded of it: more than any budget, and any float, holds
_GRID = 1 << 256


def canonical(value: Any) -> str:
    """Return the one JSON text of a value that is hashed and stored."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger, as it is stored; all fields but `hash` are under the hash.

    Args:
        line: Position in the chain, from 1.
        id: Number of the entry; a later line of the same id is its newer state. 0 on lines that set a limit.
        dataset: Name of the dataset.
        unit: Who is protected, as JSON text of `Unit`.
        relation: Between which datasets the promise holds.
        purpose: What the look was for.
        event_json: The privacy event (`accounting.event_to_json`), or the limit.
        mu_squared_num, mu_squared_den: The `Spend` of the event as a fraction of decimal integers.
        delta_num, delta_den: Likewise its additive delta.
        state: reserved, resumed (a fit that was cut off goes on, once), committed, aborted-counted or limit.
        config_digest: Digest of the public configuration that spent it.
        release_digest: Digest of what was released, or empty.
        at: Day (UTC); nothing finer is kept.
        prev_hash: Hash of the line before.
        hash: SHA-256 of all the above as canonical JSON.
    """

    line: int
    id: int
    dataset: str
    unit: str = "{}"
    relation: str = RELATION
    purpose: str = ""
    event_json: str
    mu_squared_num: str = "0"
    mu_squared_den: str = "1"
    delta_num: str = "0"
    delta_den: str = "1"
    state: str
    config_digest: str = ""
    release_digest: str = ""
    at: str
    prev_hash: str
    hash: str = ""

    @property
    def protected(self) -> Unit:
        """Who is protected."""
        written = json.loads(self.unit)
        return Unit(column=written["column"], max_rows=written["max_rows"])

    @property
    def limit(self) -> Budget | None:
        """The limit that the line sets, or None where it is a spend."""
        if self.state != LIMIT:
            return None
        written = json.loads(self.event_json)
        return Budget(epsilon=written["epsilon"], delta=written["delta"])

    @property
    def spend(self) -> Spend:
        """The recorded spend of the event."""
        return Spend(
            mu_squared=Fraction(int(self.mu_squared_num), int(self.mu_squared_den)),
            delta=Fraction(int(self.delta_num), int(self.delta_den)),
        )

    def digest(self) -> str:
        """Return the hash that the line should carry."""
        content = {name: getattr(self, name) for name in COLUMNS if name != "hash"}
        return hashlib.sha256(canonical(content).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the line as JSON values, unit and event unfolded."""
        form = asdict(self) | {"unit": json.loads(self.unit), "event": json.loads(self.event_json)}
        del form["event_json"]
        return form


COLUMNS = tuple(field.name for field in fields(Entry))
KEPT = tuple(n for n in COLUMNS if n not in {"line", "state", "release_digest", "at", "prev_hash", "hash"})


def broken_links(lines: Sequence[Entry]) -> list[str]:
    """Return what is wrong with positions, hashes and states; sentences that name the line."""
    problems, before, newest = [], START, dict[int, Entry]()
    for position, entry in enumerate(lines, 1):
        if entry.line != position:
            problems.append(f"Line {position} is missing.")
            break
        if entry.prev_hash != before:
            problems.append(f"Line {position} does not follow the line before it.")
        if entry.hash != entry.digest():
            problems.append(f"Line {position} does not match its hash.")
        if not _follows(newest.get(entry.id), entry):
            problems.append(f"Line {position} cannot follow what stands before it.")
        before, newest[entry.id] = entry.hash, entry
    return problems


def _follows(old: Entry | None, entry: Entry) -> bool:
    if entry.state == LIMIT or entry.id == 0:
        return entry.state == LIMIT and entry.id == 0
    if entry.state == RESERVED or old is None:
        return entry.state == RESERVED and old is None
    if any(getattr(old, name) != getattr(entry, name) for name in KEPT):
        return False
    before = {RESUMED: (RESERVED,), ABORTED: (RESERVED, RESUMED)}
    return entry.state == COMMITTED or old.state in before.get(entry.state, ())


def miscounted(entry: Entry, *, accounted: bool = True) -> str | None:
    """Say what is wrong with the content of a line, or return None.

    Args:
        entry: A line, its hash checked or not.
        accounted: Account its event anew too, which takes longer.
    """
    try:
        spend = entry.spend
        right = spend.mu_squared >= 0 and spend.delta >= 0
        if entry.limit is None and entry.protected and accounted:
            right = spend == recorded_spend(json.loads(entry.event_json))
    except (BudgetError, UsageError, *MALFORMED):
        return f"Line {entry.line} cannot be read: its unit, event or numbers are malformed."
    return None if right else f"Line {entry.line} records another spend than its event has."


def recorded_spend(event: Mapping[str, Any]) -> Spend:
    """Account a written event as the ledger records it: exact, or above by less than 2**-256.

    Rounding up sets in where a fraction has more than 4096 bits, as a sum of many different noise scales does.

    Raises:
        BudgetError: the event is unknown, incomplete, or would give budget back.
    """
    if event == UNBOUNDED:
        return _BEYOND
    try:
        if _gives_back(event):
            raise BudgetError("A privacy event has a negative delta or count. No event gives back; check it.")
        exact = spend_of(event_from_json(event))
        spend = Spend(mu_squared=_short(exact.mu_squared), delta=_short(exact.delta))
        if spend.mu_squared.numerator.bit_length() > 2 * _EXACT_BITS:
            raise OverflowError
    except MALFORMED as error:
        raise BudgetError(f"A privacy event cannot be accounted ({type(error).__name__}). Check its numbers.") from None
    return spend


def _gives_back(event: Mapping[str, Any]) -> bool:
    if not (event.get("delta", 0) >= 0 and event.get("count", 1) >= 1):
        return True
    return any(_gives_back(part) for part in [*event.get("events", ()), *filter(None, [event.get("event")])])


def _short(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) <= _EXACT_BITS:
        return value
    return Fraction(_ceiling(value), _GRID)


def _ceiling(value: Fraction) -> int:
    return -(-value.numerator * _GRID // value.denominator)


def total(spends: Iterable[Spend]) -> Spend:
    """Add up on a grid of 2**-256, each part rounded up: exact sums of many different fractions grow without bound."""
    mu_squared = delta = 0
    for spend in spends:
        mu_squared += _ceiling(spend.mu_squared)
        delta += _ceiling(spend.delta)
    return Spend(mu_squared=Fraction(mu_squared, _GRID), delta=Fraction(delta, _GRID))
