"""What a schema has to be before rows are made under it: its spend recorded, its constraints and its actions such as can be kept."""

from __future__ import annotations

from privsynth.accounting import event_from_json
from privsynth.errors import SchemaError, UsageError
from privsynth.generators.fakes import PROVIDERS, is_known
from privsynth.generators.structure import check_known
from privsynth.privacy import Unit
from privsynth.tableschema.constraints import FixedIncrements, source_of
from privsynth.tableschema.generalised import generalised_field
from privsynth.tableschema.model import LEAVES, Schema


def void_of(schema: Schema, allowed: bool, *, then: str) -> str | None:
    """Return why a schema voids a guarantee: it states what was read from the data without paying; None where it does not.

    Args:
        schema: The schema.
        allowed: Whether its user gives up the guarantee.
        then: What would happen otherwise, as a clause.

    Raises:
        SchemaError: the user does not.
    """
    leaves = schema.data_leaves()
    if not leaves:
        return None
    if not allowed:
        raise SchemaError(
            f"The schema states {len(leaves)} things that were read from the data without paying (the first is `{leaves[0]}`), so {then}. "
            "Check each one and mark it `declared`, derive it with `privsynth schema --epsilon`, "
            "or give up the guarantee with --allow-data-dependent-schema."
        )
    return f"{len(leaves)} statements of the schema were read from the data (the first is `{leaves[0]}`)."


def check_spend(schema: Schema, unit: Unit) -> None:
    """Refuse a learned schema whose spend is not recorded or protected somebody else.

    Raises:
        SchemaError: with what to do.
    """
    learned = [field.name for field in schema.fields if any(field.source(leaf) == "dp" for leaf in LEAVES)]
    learned += [name for each in schema.constraints if source_of(each) == "dp" for name in each.columns]
    if learned and not schema.spend:
        raise SchemaError(
            f"The schema says that `{learned[0]}` was learned under a budget, but records no spend, so nothing can be proven "
            "about a fit under it. Use the schema file as it was written, or learn it again with `privsynth schema --epsilon`."
        )
    if not schema.spend:
        return
    try:
        protected = schema.spend["unit"]["column"]
        event_from_json(schema.spend["event"])
    except (KeyError, TypeError):
        raise SchemaError(
            "The schema's record of its spend is incomplete. Use the schema file as it was written."
        ) from None
    if protected != unit.column:
        raise SchemaError(
            f"The schema was learned protecting {_who(protected)}, and the fit would protect {_who(unit.column)}. "
            "Fit under the same unit, or learn the schema again with --unit."
        )


def check_constraints(schema: Schema, generator: str, unknown: tuple[str, ...]) -> None:
    """Refuse constraints that cannot be kept.

    Raises:
        SchemaError: they contradict each other or the columns.
        UsageError: the generator keeps none.
    """
    check_known(schema, unknown)
    binding = [each for each in schema.constraints if not isinstance(each, FixedIncrements)]
    if binding and generator != "maxent":
        raise UsageError(
            f"The generator {generator} keeps no constraint between columns, and the schema declares {len(binding)} (the first is "
            f"{binding[0].says}). Use --generator maxent, or remove them."
        )


def check_actions(schema: Schema) -> None:
    """Refuse an action that would be stated and not done.

    Raises:
        SchemaError: naming the column.
    """
    for field in schema.fields:
        if (field.action == "generalise") != (field.rule is not None) and field.action != "drop":
            said = (
                "is to be generalised, but no rule says how"
                if field.rule is None
                else "has a rule, but is not to be generalised"
            )
            raise SchemaError(
                f"Column `{field.name}` {said}. Set `action: generalise` and `rule`, such as `year`, or neither."
            )
        if generalised_field(field) != field:
            raise SchemaError(
                f"Column `{field.name}` is to be generalised by the rule `{field.rule}`, but its kind, bounds or labels are none "
                "of that rule's results. Read the schema with `privsynth.read_schema` and fit under it."
            )
        if field.action == "fake" and not is_known(field.faker):
            raise SchemaError(
                f"Column `{field.name}` is to be made anew, but its `faker` is {field.faker!r}. Set its action to `drop`, or "
                f"`faker` to one of: {', '.join(PROVIDERS)} (with a locale as `de_DE:name`), or to `pattern:AA-9999`."
            )


def _who(column: str | None) -> str:
    return "one row" if column is None else f"the unit `{column}`"
