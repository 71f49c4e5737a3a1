"""Floor 3: generators. Each is one file with a recipe, a claim and a deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privsynth.errors import UsageError
from privsynth.generators.base import Config, Mechanism, Model, Rows
from privsynth.generators.copula import CopulaConfig
from privsynth.generators.ctgan import CtganConfig
from privsynth.generators.focus import Focus, focused, remaining
from privsynth.generators.maxent import MaxentConfig
from privsynth.tableschema.constraints import FixedIncrements
from privsynth.tableschema.model import Schema

GENERATORS: dict[str, type[CopulaConfig] | type[MaxentConfig] | type[CtganConfig]] = {
    "copula": CopulaConfig,
    "maxent": MaxentConfig,
    "ctgan": CtganConfig,
}
MANY_COLUMNS = 400
ASKED = "it was asked for"


def choose(schema: Schema, focus: Sequence[str] | None = None) -> tuple[str, str]:
    """Choose a generator by public facts: what the schema says, and what was asked for.

    Args:
        schema: Known before the fit; a column that is still to be learned counts as one that is modelled.
        focus: As it was asked for.

    Returns:
        The name of the generator, and why, as a clause.
    """
    columns, needs = len(schema.modelled), []
    if any(not isinstance(each, FixedIncrements) for each in schema.constraints):
        needs.append("only it keeps constraints between columns")
    if focus is not None and len(focus) != 1:
        needs.append("only it takes several focuses" if focus else "only it does without a focus")
    if needs:
        return "maxent", " and ".join(needs)
    if columns > MANY_COLUMNS:
        return "copula", f"{columns:,} columns are more than {MANY_COLUMNS}, where maxent can take minutes"
    return "maxent", f"it measures the pairs that matter most, and {columns:,} columns are no more than {MANY_COLUMNS}"


def make_config(name: str, options: Mapping[str, Any] | None = None) -> Config:
    """Return the recipe of a generator by name.

    Raises:
        UsageError: there is no such generator.
    """
    if name not in GENERATORS:
        raise UsageError(f"There is no generator {name!r}. Use one of: auto, {', '.join(GENERATORS)}.")
    return GENERATORS[name](**(options or {}))


def focused_config(name: str, focus: Focus) -> Config:
    """Return the recipe of a generator with a focus.

    Raises:
        UsageError: there is no such generator, or it takes one focus only.
    """
    if name == "copula" and focus is not None and len(focus) > 1:
        raise UsageError(
            f"The generator copula is conditional on one column, and {len(focus)} focuses were named. Use --generator maxent, "
            "or name one."
        )
    return make_config(name, None if name == "copula" else {"focus": focus})


__all__ = [
    "ASKED",
    "GENERATORS",
    "Config",
    "Focus",
    "Mechanism",
    "Model",
    "Rows",
    "choose",
    "focused",
    "focused_config",
    "make_config",
    "remaining",
]
