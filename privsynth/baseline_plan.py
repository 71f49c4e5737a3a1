"""The plan of a fit that protects nobody: what `Plan` is to a private generator, for the baselines."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from privsynth.derive import undetermined
from privsynth.errors import UsageError
from privsynth.generators import ASKED
from privsynth.generators.baselines import BASELINES, BaselineConfig, BaselineMechanism, in_words
from privsynth.generators.structure import check_known
from privsynth.plan import Plan
from privsynth.preconditions import check_actions
from privsynth.preflight import Cost
from privsynth.privacy import Guarantee, Unit
from privsynth.safe_harbor import transformations
from privsynth.tableschema.constraints import FixedIncrements
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.io import schema_to_document
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

_USUAL_DELTA = 1e-6


def check_privacy(
    generator: str, *, not_private: bool, epsilon: float | None, delta: float, epochs: int | None = None
) -> None:
    """Refuse a baseline that was not asked for in so many words, a budget with one, and neither of the two.

    Raises:
        UsageError: saying what it means.
    """
    if generator in BASELINES and not not_private:
        raise UsageError(
            f"The generator {generator} is NOT PRIVATE: it reads the table without noise, so that nothing bounds what its rows tell "
            "about anybody. It shows what privacy costs. If you want that, add --not-private (not_private=True) and leave --epsilon "
            "out; else use --generator auto."
        )
    if not not_private:
        if epochs is not None:
            raise UsageError("--epochs was given, and only the baseline sdv-ctgan takes it. Leave it out.")
        if epsilon is None:
            raise UsageError("There is no privacy budget. Give one with --epsilon E; 1 is strong, 10 weak.")
        return
    if generator not in BASELINES:
        raise UsageError(
            f"--not-private was given, and the generator {generator} is none of the baselines. Leave it out, or name one with "
            f"--generator: {', '.join(BASELINES)}."
        )
    if epsilon is not None or delta != _USUAL_DELTA:
        raise UsageError(
            f"A budget was given, and {generator} is not private: it keeps to none. Leave --epsilon and --delta out."
        )
    if epochs is not None and generator != "sdv-ctgan":
        raise UsageError(f"--epochs was given, and {generator} is not trained in passes. Leave it out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselinePlan:
    """A fit of a baseline that has not begun.

    Args:
        schema: What is known; what it lacks is read from the data.
        unit: Whose rows are split together; nobody is protected.
        generator: Name of the baseline.
        config: Its recipe.
        why: Why it is this one.
        generation: As for `Plan`.
    """

    schema: Schema
    unit: Unit
    generator: str
    config: BaselineConfig
    why: str = ASKED
    generation: int | None = 1

    @classmethod
    def make(
        cls,
        schema: Schema,
        *,
        unit: Unit,
        generator: str,
        focus: str | Sequence[str] | None = None,
        epochs: int | None = None,
    ) -> BaselinePlan:
        """Plan a fit of a baseline.

        Raises:
            SchemaError: an action is stated that cannot be done.
            UsageError: a focus or constraints were given, which SDV does not know.
        """
        if focus:
            raise UsageError(f"A focus was named, and {generator} has none. Leave --focus out.")
        binding = [each for each in schema.constraints if not isinstance(each, FixedIncrements)]
        if binding:
            raise UsageError(
                f"The baseline {generator} keeps no constraint between columns, and the schema declares {len(binding)} (the first is "
                f"{binding[0].says}). Compare under a schema without them."
            )
        unknown = undetermined(schema)
        check_known(schema, unknown)
        check_actions(schema)
        for field in schema.modelled:
            if field.name not in unknown:
                Domain.of(field)
        options = {} if epochs is None else {"epochs": epochs}
        return cls(schema=schema, unit=unit, generator=generator, config=BASELINES[generator](**options))

    @property
    def void(self) -> str:
        """Why there is no guarantee."""
        return in_words(self.generator)

    @property
    def event(self) -> DpEvent:
        """An event of infinite loss, which every accountant refuses."""
        return self.mechanism(self.schema).event

    @property
    def focuses(self) -> tuple[str, ...]:
        """None: SDV has no focus."""
        return ()

    @property
    def focus(self) -> None:
        """None: SDV has no focus."""
        return

    def costs(self) -> tuple[Cost, ...]:
        """Return nothing: without noise no column costs anything."""
        return ()

    def mechanism(self, schema: Schema) -> BaselineMechanism:
        """Return the baseline that is to be trained."""
        return self.config.calibrate(schema, self.unit)

    def guarantee(self, schema: Schema) -> Guarantee:
        """State that there is none."""
        return Guarantee(
            epsilon=math.inf,
            delta=1.0,
            unit=self.unit,
            mu=math.inf,
            declared=schema.declared(),
            learned=schema.learned(),
            void=self.void,
            transformed=transformations(schema),
            policy=schema.policy["name"] if schema.policy else None,
            listed=schema.listed(),
        )

    def digest(self) -> str:
        """Return a digest of all that is public about this fit."""
        document = {
            "schema": schema_to_document(self.schema),
            "unit": [self.unit.column, self.unit.max_rows],
            "generator": self.generator,
            "config": self.config.to_json(),
        }
        return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the plan, for `--dry-run`."""
        unknown = undetermined(self.schema)
        return {
            "format": "privsynth.plan/1",
            "dp": False,
            "unit": {"column": self.unit.column, "max_rows": self.unit.max_rows},
            "epsilon": None,
            "delta": None,
            "generator": self.generator,
            "generator_because": self.why,
            "focus": [],
            "target": self.schema.target,
            "stages": [],
            "learned_columns": [],
            "unpaid_columns": list(unknown),
            "constraints": {},
            "modelled_columns": [field.name for field in self.schema.modelled],
            "transformed_columns": transformations(self.schema),
            "policy": dict(self.schema.policy) if self.schema.policy else None,
            "dropped_columns": [field.name for field in self.schema.fields if not field.modelled],
            "costly_columns": [],
            "generation": self.generation,
            "guarantee": self.guarantee(self.schema).to_json(),
        }


AnyPlan: TypeAlias = Plan | BaselinePlan
