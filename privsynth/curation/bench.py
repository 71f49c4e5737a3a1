"""What the stages of a recipe work with: the schema, the form of the table, a model to draw from, the rules so far, a source of chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from privsynth.curation.lot import Bools, Lot
from privsynth.errors import UsageError
from privsynth.generators.fakes import Fakes, faked
from privsynth.generators.where import Conditions
from privsynth.table.checked import Checked, checked
from privsynth.table.spelled import Form
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from privsynth.generators.fitted import Fitted
    from privsynth.table.source import Source

_ROUNDS = 8
_IDLE_ROUNDS = 2
_MOST_ROWS = 1 << 20
_LEAST_RATE = 0.005


class Rule(Protocol):
    """What every row has to fulfil, drawn ones too."""

    def where(self) -> str | None:
        """Return the condition that a model may draw under, None where there is none."""
        ...

    def admits(self, values: Any, schema: Schema) -> Bools:
        """Return bool[rows]: which rows fulfil it."""
        ...


class Distinct(Protocol):
    """What no two rows may share."""

    def repeats(self, lots: tuple[Lot, ...]) -> Bools:
        """Return bool[rows of all lots]: the rows that an earlier one equals."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """What stages share.

    Args:
        schema: What every row satisfies; its generalised fields describe the results of their rules.
        form: How the table is written.
        model: A model to draw rows from, or None.
        rules: What every row fulfils besides.
        distinct: What no two rows share, or None.
        classes: Returns the class of each row of a balanced table, int64[rows], or None.
        real: A table of real rows to mix in, or None.
        rng: Source of chance of everything but the choice of real rows.
        stated: What has to be known about the guarantee that came with the table, or nothing.
    """

    schema: Schema
    form: Form
    rng: np.random.Generator
    model: Fitted | None = None
    rules: tuple[Rule, ...] = ()
    distinct: Distinct | None = None
    classes: Callable[[Lot], Any] | None = None
    real: Source | None = None
    stated: str = ""

    def conditions(self, text: str) -> Conditions:
        """Read a condition on the table's columns.

        Raises:
            UsageError: it cannot be read.
        """
        return Conditions.parse(text, self.schema)

    def mask(self, text: str, lot: Lot) -> Bools:
        """Return bool[rows]: which rows fulfil a condition."""
        return fulfilled(text, lot.values, self.schema)

    def admitted(self, values: Any) -> Bools:
        """Return bool[rows]: which rows fulfil all rules."""
        found = np.ones(values.num_rows, dtype=np.bool_)
        for rule in self.rules:
            found &= rule.admits(values, self.schema)
        return found

    def drawing(self, purpose: str) -> Fitted:
        """Return the model.

        Args:
            purpose: What it is needed for, in words.

        Raises:
            UsageError: there is none, or it does not make all columns of the table.
        """
        if self.model is None:
            raise UsageError(f"{purpose} needs rows that the table does not have. Name its model with --model M.")
        made = {field.name for field in (*self.model.schema.modelled, *faked(self.model.schema))}
        lacking = [name for name in self.form.layout.names if name not in made]
        if lacking:
            raise UsageError(
                f"{purpose} draws rows from the model, which does not make the column `{lacking[0]}`. Leave the column out of the table."
            )
        return self.model

    def draw(
        self, purpose: str, where: str | None, count: int, beside: tuple[Lot, ...], origin: int,
        only: Callable[[Any], Bools] | None = None,
    ) -> Lot:  # fmt: skip
        """Draw rows that satisfy the schema and all rules, and repeat no other row where none may.

        Args:
            purpose: What they are needed for, in words.
            where: A condition on them, or None.
            count: How many.
            beside: The rows that there are.
            origin: Where the new ones come from, as a place in `ORIGINS`.
            only: A further rule for their values.

        Raises:
            UsageError: the model gives too few such rows.
        """
        found: list[Lot] = []
        left = wanted = count
        tried = idle = 0
        while idle < _IDLE_ROUNDS and len(found) < _ROUNDS:
            new = self.sampled(purpose, where, wanted, origin)
            tried += wanted
            new = new if where is None else new.taken(self.mask(where, new))
            new = new if only is None or not new.count else new.taken(only(new.values))
            new = self.distinct_from(new, (*beside, *found))
            found.append(new.taken(np.arange(min(left, new.count))))
            left -= found[-1].count
            idle = 0 if found[-1].count else idle + 1
            if not left:
                return found[0] if len(found) == 1 else found[0].with_rows(*found[1:])
            rate = max((count - left) / tried, _LEAST_RATE)
            wanted = min(math.ceil(1.2 * left / rate) + 16, _MOST_ROWS)
        raise UsageError(
            f"{purpose} needs {count:,} rows, and of {tried:,} that the model drew only {count - left:,} will do: the others break the "
            "rules or repeat a row. Ask for fewer, or relax the rules."
        )

    def sampled(self, purpose: str, where: str | None, count: int, origin: int) -> Lot:
        """Draw rows in the form of the table under a condition and the rules; those that are not admitted are left out."""
        model = self.drawing(purpose)
        terms = [where, *(rule.where() for rule in self.rules)]
        under = " and ".join(each for each in terms if each is not None) or None
        sample = model.sample(count, seed=int(self.rng.integers(2**31)), where=under)
        read = checked(sample, model.schema).values
        others = {name: sample.column(name) for name in sample.column_names if name not in read.column_names}
        return self.lot_of(read, others, origin)

    def lot_of(self, values: Any, others: Any, origin: int) -> Lot:
        """Write values in the form of the table; rows that the schema or a rule does not admit are left out."""
        table = self.form.write(values, others)
        again: Checked = checked(table, self.schema)
        lot = Lot(table=table, values=again.values, origins=np.full(table.num_rows, origin, dtype=np.uint8))
        return lot.taken(again.good & self.admitted(again.values))

    def made_anew(self, rows: int) -> dict[str, Any]:
        """Return the identifier columns of the table that the schema makes anew, for new rows."""
        return Fakes(self.schema, rows, self.rng.spawn(1)[0]).next(rows)

    def distinct_from(self, lot: Lot, beside: tuple[Lot, ...]) -> Lot:
        """Return new rows without those that repeat another one, where rows may not."""
        if self.distinct is None or not lot.count:
            return lot
        repeated = self.distinct.repeats((*beside, lot))
        return lot.taken(~repeated[len(repeated) - lot.count :])


def fulfilled(text: str, values: Any, schema: Schema) -> Bools:
    """Return bool[rows]: which rows fulfil a condition."""
    if not values.num_rows:
        return np.zeros(0, dtype=np.bool_)
    return np.asarray(np.logical_and.reduce(Conditions.parse(text, schema).masks(values)))
