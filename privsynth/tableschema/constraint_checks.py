"""Whether declared constraints fit the fields of a schema, as far as the schema is complete.

What a field does not state yet (its bounds or labels may be learned) is not looked at; `generators.structure` sees the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privsynth.errors import SchemaError
from privsynth.tableschema.constraints import (
    Constraint,
    FixedCombinations,
    FixedIncrements,
    Inequality,
    OneHotEncoding,
    Range,
    checked_shape,
)
from privsynth.tableschema.model import LABELLED, NUMERIC, Field, Schema, canonical_label

_MOMENTS = ("date", "datetime")
_TRUTH = ({"0", "1"}, {"false", "true"}, {"no", "yes"}, {"n", "y"}, {"f", "t"})
_ONE = ("1", "true", "yes", "y", "t")


def check_constraints(schema: Schema) -> None:
    """Refuse constraints that do not fit the schema or each other.

    Args:
        schema: Its generalised fields describe the results of their rules.

    Raises:
        SchemaError: the message names the constraint and the column.
    """
    for constraint in schema.constraints:
        checked_shape(constraint)
        for name in constraint.columns:
            if name not in schema.names:
                raise SchemaError(
                    f"The constraint {constraint.says} names `{name}`, which the schema does not list as a field. "
                    f"Its fields are: {', '.join(schema.names)}."
                )
            _check_modelled(constraint, schema[name], schema)
        _check_kinds(constraint, {name: schema[name] for name in constraint.columns if _known(schema[name])})
    _check_together(schema.constraints)
    _check_no_circle(schema.constraints)


def _known(field: Field) -> bool:
    """Say whether the kind of a field is stated, so that no fit will learn another one."""
    return field.source("kind") != "default" or field.enum is not None


def _check_modelled(constraint: Constraint, field: Field, schema: Schema) -> None:
    left_out = field.action in ("drop", "fake") or (_known(field) and not field.modelled)
    if left_out or field.name == schema.unit_column:
        why = {"drop": "dropped", "fake": "made anew"}.get(field.action, "not modelled")
        raise SchemaError(
            f"The constraint {constraint.says} binds the column `{field.name}`, which is {why}. Keep the column, or remove "
            "the constraint."
        )


def _check_kinds(constraint: Constraint, fields: Mapping[str, Field]) -> None:
    """Look at the fields whose kind is stated."""
    if isinstance(constraint, Inequality | Range):
        for low, high in constraint.pairs:
            if low in fields and high in fields:
                _check_order(constraint, fields[low], fields[high])
    elif isinstance(constraint, FixedCombinations):
        for place, name in enumerate(constraint.columns):
            if name in fields:
                _check_labels(constraint, fields[name], place)
    elif isinstance(constraint, FixedIncrements):
        _check_increment(constraint, fields)
    elif isinstance(constraint, OneHotEncoding):
        for field in fields.values():
            if (field.kind in NUMERIC and field.minimum is not None) or field.enum is not None:
                truth_values(field, constraint)
    else:
        for field in fields.values():
            if field.kind not in ("integer", "number"):
                raise _wrong_kind(constraint, field, "Only numbers can be added up")


def _wrong_kind(constraint: Constraint, field: Field, rule: str) -> SchemaError:
    return SchemaError(
        f"The constraint {constraint.says} binds `{field.name}` of kind {field.kind}. {rule}. Change the kind or the constraint."
    )


def _check_order(constraint: Inequality | Range, low: Field, high: Field) -> None:
    for field in (low, high):
        if field.kind not in NUMERIC:
            raise _wrong_kind(constraint, field, "Only numbers and dates can be compared")
    if (low.kind in _MOMENTS) != (high.kind in _MOMENTS):
        raise _wrong_kind(
            constraint, high, f"It is compared with `{low.name}` of kind {low.kind}, and numbers are no dates"
        )
    if low.minimum is None or high.maximum is None:
        return
    least, most = comparable(low, low.minimum), comparable(high, high.maximum)
    if least > most or (constraint.strict and least == most):
        raise SchemaError(
            f"The constraint {constraint.says} cannot hold: the smallest `{low.name}` is {low.minimum} and the largest "
            f"`{high.name}` is {high.maximum}. Correct the bounds or the constraint."
        )


def comparable(field: Field, bound: float | str) -> float:
    """Return a bound as a number that compares dates with moments: seconds."""
    return field.to_number(bound) * (86_400 if field.kind == "date" else 1)


def _check_labels(constraint: FixedCombinations, field: Field, place: int) -> None:
    if field.kind == "number":
        raise _wrong_kind(constraint, field, "Combinations are of labels, whole numbers or days")
    labels = field.enum if field.enum is not None else ("false", "true") if field.kind == "boolean" else None
    known = None if labels is None else {canonical_label(label) for label in labels}
    for text in dict.fromkeys(row[place] for row in constraint.combinations or ()):
        if field.kind in LABELLED:
            fits = known is None or label_of(field, text) in known
            remedy = "Add it to the `enum` of the field, or remove the combination"
        else:
            fits = _within(field, text)
            remedy = "Widen the bounds of the field, or remove the combination"
        if not fits:
            what = (
                "a value" if isinstance(constraint.source, Mapping) else repr(text)
            )  # a codebook's lines are not quoted
            raise SchemaError(
                f"The constraint {constraint.says} lists {what}, which `{field.name}` cannot be. {remedy}."
            )


def _within(field: Field, text: str) -> bool:
    try:
        number = field.to_number(text)
    except SchemaError:
        return False
    above = field.minimum is None or number >= field.to_number(field.minimum)
    return above and number == int(number) and (field.maximum is None or number <= field.to_number(field.maximum))


def label_of(field: Field, text: str) -> str:
    """Return the label that a listed text stands for; the cells of truth values have several spellings."""
    if field.truth:
        text = {"1": "true", "0": "false", "1.0": "true", "0.0": "false"}.get(text, text.lower())
    return canonical_label(text)


def truth_values(field: Field, constraint: Constraint) -> tuple[str, str]:
    """Return the texts that stand for 0 and for 1 in a column.

    Raises:
        SchemaError: the column holds something else.
    """
    if field.kind == "integer" and field.bounds() == (0.0, 1.0):
        return "0", "1"
    if field.kind in LABELLED:
        labels = field.enum if field.enum is not None else ("false", "true")
        if {canonical_label(label).lower() for label in labels} in _TRUTH and len(labels) == 2:
            first, second = labels
            return (first, second) if canonical_label(second).lower() in _ONE else (second, first)
    raise _wrong_kind(constraint, field, "Its values have to be 0 and 1, or two labels such as no and yes")


def _check_increment(constraint: FixedIncrements, fields: Mapping[str, Field]) -> None:
    for field in fields.values():
        if field.kind not in ("integer", "number"):
            raise _wrong_kind(constraint, field, "Only numbers have increments")
        if field.kind == "integer" and constraint.increment != int(constraint.increment):
            raise _wrong_kind(constraint, field, "A whole number has whole increments")
        if field.generalisation is not None and field.generalisation.step is not None:
            raise _wrong_kind(constraint, field, f"Its rule `{field.rule}` has a step of its own")
        if field.decimals is not None and round(constraint.increment, field.decimals) != constraint.increment:
            raise _wrong_kind(
                constraint, field, f"It is written with {field.decimals} decimals, which the increment passes"
            )


def _check_together(constraints: Iterable[Constraint]) -> None:
    """Refuse a column in two constraints that cannot be drawn together exactly."""
    bound: dict[str, Constraint] = {}
    stepped: dict[str, Constraint] = {}
    for constraint in constraints:
        found = stepped if isinstance(constraint, FixedIncrements) else bound
        for name in constraint.columns:
            other = found.setdefault(name, constraint)
            same = other.family == constraint.family and constraint.family in ("order", "combinations")
            if other is not constraint and not same:
                raise SchemaError(
                    f"The column `{name}` is in two constraints that cannot be combined: {other.says}, and {constraint.says}. "
                    "Remove one of them."
                )


def _check_no_circle(constraints: Iterable[Constraint]) -> None:
    above: dict[str, set[str]] = {}
    for constraint in constraints:
        if isinstance(constraint, Inequality | Range):
            for low, high in constraint.pairs:
                above.setdefault(low, set()).add(high)
    for start in above:
        reached, todo = set[str](), [start]
        while todo:
            for name in above.get(todo.pop(), ()):
                if name == start:
                    raise SchemaError(
                        f"The inequalities of the schema lead from `{start}` back to itself. Remove one of them; where two "
                        "columns are equal, keep one of them."
                    )
                if name not in reached:
                    reached.add(name)
                    todo.append(name)
