"""What a fit will do, decided before any private byte is read: who is protected, which stages there are, what each may spend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privsynth.accounting import (
    Spend,
    composed,
    event_from_json,
    event_to_json,
    failure,
    gaussian,
    mu_of,
    rounded_up,
    spend_of,
)
from privsynth.derive import DeriveMechanism, undetermined, unlisted
from privsynth.errors import BudgetError, UsageError
from privsynth.generators import ASKED, Config, Focus, Mechanism, choose, focused, focused_config, remaining
from privsynth.generators.stages import focuses_of, stages_of
from privsynth.preconditions import check_actions, check_constraints, check_spend, void_of
from privsynth.preflight import Cost, costs, most_costly
from privsynth.privacy import Budget, Guarantee, Unit
from privsynth.safe_harbor import transformations
from privsynth.tableschema.constraints import source_of
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.io import schema_to_document
from privsynth.tableschema.model import Field, Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

SCHEMA_SHARE = Fraction(15, 100)
THRESHOLD_SHARE = Fraction(1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A fit that has not begun.

    Args:
        schema: What is known for free; its undetermined fields are learned first.
        unit: Who is protected.
        budget: What was asked for.
        generator: Name of the generator.
        why: Why it is this one, as a clause.
        focus: Columns whose tables with all others are measured; None for the schema's target, empty for none.
        config: Its recipe.
        derive: How the undetermined fields are learned, or None.
        generator_spend: What the generator may spend.
        void: Why there is no guarantee, or None.
        generation: Of the model: one more than that of the table; None where nobody knows that of the table.
    """

    schema: Schema
    unit: Unit
    budget: Budget
    generator: str
    why: str
    focus: Focus
    config: Config
    derive: DeriveMechanism | None
    generator_spend: Spend
    void: str | None = None
    generation: int | None = 1

    @classmethod
    def make(
        cls,
        schema: Schema,
        *,
        unit: Unit,
        budget: Budget,
        generator: str = "auto",
        focus: str | Sequence[str] | None = None,
        allow_data_dependent_schema: bool = False,
    ) -> Plan:
        """Split a budget over what a schema still lacks and the generator.

        Raises:
            SchemaError: the schema has leaves that were read from the data, or a focus is no modelled column.
            UsageError: the generator is unknown, or takes one focus only.
        """
        void = void_of(schema, allow_data_dependent_schema, then="a fit under it would leak them")
        schema, focuses = focused(schema, focus)
        generator, why = choose(schema, focuses) if generator == "auto" else (generator, ASKED)
        config = focused_config(generator, focuses)
        names, lists = undetermined(schema), len(unlisted(schema))
        check_constraints(schema, generator, names)
        check_spend(schema, unit)
        check_actions(schema)
        for field in schema.modelled:
            if field.name not in names:
                Domain.of(field)
        extra = Fraction(budget.delta) * THRESHOLD_SHARE if names or lists else Fraction(0)
        tail = Fraction(float(Fraction(budget.delta) * getattr(config, "delta_share", 0)))
        total = Fraction(mu_of(budget.epsilon, float(Fraction(budget.delta) - extra - tail) * (1 - 1e-9))) ** 2
        part = total * SCHEMA_SHARE if names or lists else Fraction(0)
        plan = cls(
            schema=schema,
            unit=unit,
            budget=budget,
            generator=generator,
            why=why,
            focus=focuses,
            config=config,
            derive=DeriveMechanism.calibrate(names, Spend(mu_squared=part, delta=extra), lists) if part else None,
            generator_spend=Spend(mu_squared=total - part, delta=tail),
            void=void,
        )
        plan.guarantee_of_schema()
        return plan

    @property
    def event(self) -> DpEvent:
        """What is reserved: all that the fit can do, whatever it learns on the way."""
        return composed([*([self.derive.event] if self.derive else []), self._generator_event])

    @property
    def _generator_event(self) -> DpEvent:
        answers = gaussian(float(self.generator_spend.mu_squared) ** -0.5 * (1 + 1e-12))
        tail = float(self.generator_spend.delta)
        return composed([answers, failure(tail)]) if tail else answers

    @property
    def total_event(self) -> DpEvent:
        """The event of this fit together with the recorded spend of the schema's own derivation."""
        before = event_from_json(self.schema.spend["event"]) if self.schema.spend else None
        return composed([before, self.event] if before is not None else [self.event])

    def mechanism(self, schema: Schema) -> Mechanism:
        """Calibrate the generator for the completed schema; it never exceeds what was reserved."""
        focus = remaining(self.focus, schema)
        without_target = replace(schema, target=None) if self.generator == "copula" and focus == () else schema
        config = self.config if focus == self.focus else focused_config(self.generator, focus)
        mechanism = config.calibrate(without_target, self.unit, self.generator_spend)
        asked, reserved = spend_of(mechanism.event), spend_of(self._generator_event)
        if asked.mu_squared > reserved.mu_squared or asked.delta > reserved.delta:
            raise BudgetError(
                f"The generator {self.generator} asks for more than its share. This is a bug; please report it."
            )
        return mechanism

    def costs(self) -> tuple[Cost, ...]:
        """Return what each column costs whose domain is known before the fit, those with the most cells first."""
        learned = set(self.derive.names) if self.derive else set()
        known = [Domain.of(field) for field in self.schema.modelled if field.name not in learned]
        return costs(known, getattr(self._foreseen, "marginals", ()), max_rows=self.unit.max_rows)

    @property
    def _foreseen(self) -> Mechanism | None:
        """The mechanism as far as it is known before the fit; None where no column is modelled."""
        learned = set(self.derive.names) if self.derive else set()
        fields = [_unlearned(field.name) if field.name in learned else field for field in self.schema.fields]
        schema = replace(self.schema, fields=tuple(fields), constraints=() if self.derive else self.schema.constraints)
        return self.mechanism(schema) if schema.modelled else None

    @property
    def focuses(self) -> tuple[str, ...]:
        """The columns whose tables with all others would be measured, as far as it is known before the fit."""
        found = self._foreseen
        return () if found is None else focuses_of(found)

    def guarantee(self, schema: Schema) -> Guarantee:
        """State what is proven about the release of a completed schema and model."""
        spend = spend_of(self.total_event)
        before = spend_of(event_from_json(self.schema.spend["event"])) if self.schema.spend else Spend()
        return Guarantee(
            epsilon=rounded_up(spend.epsilon(self.budget.delta)),
            delta=self.budget.delta,
            unit=self.unit,
            mu=spend.mu,
            declared=schema.declared(),
            learned=schema.learned(),
            void=self.void,
            transformed=transformations(schema),
            policy=schema.policy["name"] if schema.policy else None,
            spent_before=rounded_up(before.epsilon(self.budget.delta)) if self.schema.spend else 0.0,
            listed=schema.listed(),
        )

    def guarantee_of_schema(self) -> Guarantee:
        """State what will be proven, as far as it is known before the fit.

        Raises:
            BudgetError: the recorded spend of the schema leaves nothing to state at this delta.
        """
        learned = set(self.schema.learned()) | set(self.derive.names if self.derive else ())
        names = [field.name for field in self.schema.modelled]
        return replace(
            self.guarantee(self.schema),
            declared=tuple(name for name in names if name not in learned),
            learned=tuple(name for name in names if name in learned),
        )

    def completed(self, schema: Schema) -> Schema:
        """Return a learned schema that carries what all of its learning has spent, for later fits to count."""
        if self.derive is None:
            return schema
        before = [event_from_json(self.schema.spend["event"])] if self.schema.spend else []
        return replace(schema, spend=spend_record(composed([*before, self.derive.event]), self.unit, self.budget.delta))

    def digest(self) -> str:
        """Return a digest of all that is public about this fit."""
        document = {
            "schema": schema_to_document(self.schema),
            "unit": [self.unit.column, self.unit.max_rows],
            "event": event_to_json(self.event),
            "generator": self.generator,
            "config": self.config.to_json(),
            "focus": self.focus,
        }
        return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        told = self.to_json()
        rows = [[each["stage"], f"{each['epsilon_alone']:.3g}"] for each in told["stages"]]
        facts = [
            ("protected", self.unit.sentence()),
            ("generator", f"{self.generator}, because {self.why}"),
            ("learned under the budget", ", ".join(told["learned_columns"]) or "nothing"),
        ]
        table = (("stage", "epsilon alone"), rows)
        return card(
            "Plan of a fit: nothing was read or spent",
            facts,
            tone="bad" if self.void else "",
            note=told["guarantee"]["sentence"],
            table=table,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the budget plan, for `--dry-run`."""
        stages = [] if self.derive is None else [_stage("derive the schema", spend_of(self.derive.event), self.budget)]
        found = self._foreseen
        parts = [] if found is None else [each.to_json() for each in stages_of(found)]
        stages.append({**_stage(f"fit {self.generator}", self.generator_spend, self.budget), "parts": parts})
        return {
            "format": "privsynth.plan/1",
            "dp": self.void is None,
            "unit": {"column": self.unit.column, "max_rows": self.unit.max_rows},
            "epsilon": self.budget.epsilon,
            "delta": self.budget.delta,
            "generator": self.generator,
            "generator_because": self.why,
            "focus": [] if found is None else list(focuses_of(found)),
            "target": self.schema.target,
            "stages": stages,
            "learned_columns": list(self.derive.names) if self.derive else [],
            "constraints": {each.says: source_of(each) for each in self.schema.constraints},
            "modelled_columns": [field.name for field in self.schema.modelled],
            "transformed_columns": transformations(self.schema),
            "policy": dict(self.schema.policy) if self.schema.policy else None,
            "dropped_columns": [field.name for field in self.schema.fields if not field.modelled],
            "costly_columns": [cost.to_json() for cost in most_costly(self.costs())],
            "generation": self.generation,
            "guarantee": self.guarantee_of_schema().to_json(),
        }


def _unlearned(name: str) -> Field:
    """Return a field that stands for one that is still to be learned: of as many labels as change how a budget is split."""
    return Field(name=name, kind="categorical", enum=tuple(str(number) for number in range(40)))


def spend_record(event: DpEvent, unit: Unit, delta: float) -> dict[str, Any]:
    """Return what a schema says of its own spend: the event, who was protected, and epsilon at a delta."""
    return {
        "event": event_to_json(event),
        "unit": {"column": unit.column, "max_rows": unit.max_rows},
        "epsilon": rounded_up(spend_of(event).epsilon(delta)),
        "delta": delta,
    }


def _stage(name: str, spend: Spend, budget: Budget) -> dict[str, Any]:
    return {
        "stage": name,
        "mu": spend.mu,
        "delta": float(spend.delta),
        "epsilon_alone": rounded_up(spend.epsilon(budget.delta)),
    }


def unit_of(schema: Schema, column: str | None, max_rows: int | None) -> Unit:
    """Return who is protected: what was asked for, else what the schema says, else one row.

    Raises:
        UsageError: max_rows was given without a unit.
    """
    if column == "row":
        column, schema = None, replace(schema, unit_column=None, max_rows=1)
    elif column is None:
        column = schema.unit_column
    if column is None:
        if max_rows not in (None, 1):
            raise UsageError(
                "--max-rows was given, but each row is its own unit. Name the column of the unit with --unit COL."
            )
        return Unit()
    return Unit(column=column, max_rows=max_rows if max_rows is not None else schema.max_rows)
