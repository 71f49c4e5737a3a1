"""A recipe: the stages of a curation in their order, as a value, and as a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privsynth.curation.balance import AtLeast, Balance
from privsynth.curation.edges import EdgeCases
from privsynth.curation.filters import Deduplicate, Drop, Keep, Validate
from privsynth.curation.mixing import Mix
from privsynth.curation.splits import SHEET_ROWS, Holdout, SpotCheck
from privsynth.errors import UsageError
from privsynth.tableschema.io import read_document

FORMAT = "privsynth.recipe/1"
Stage = Validate | Keep | Drop | Deduplicate | Balance | AtLeast | EdgeCases | Holdout | SpotCheck | Mix
_ORDER: tuple[tuple[type[Stage], ...], ...] = (
    (Validate,), (Keep, Drop), (Deduplicate,), (Balance,), (AtLeast,), (EdgeCases,), (Holdout,), (SpotCheck,), (Mix,),
)  # fmt: skip
_RANK = {stage: rank for rank, stages in enumerate(_ORDER) for stage in stages}
_ONCE = (Validate, Deduplicate, Balance, EdgeCases, Holdout, SpotCheck, Mix)
_LISTED = "validate, keep, drop, deduplicate, balance, at_least, edge_cases, holdout, spot_check"
_SHARE = r"\s*(?P<what>.*?)\s*:\s*(?P<share>\d*\.?\d+(?:[eE][+-]?\d+)?%?)\s*(?:$|{})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Stages in their order; `validate` is always the first.

    Args:
        stages: In the order of the pipeline: validate, keep and drop, deduplicate, balance, at_least, edge_cases, holdout,
            spot_check, mix.
    """

    stages: tuple[Stage, ...] = (Validate(),)

    def __post_init__(self) -> None:
        if not self.stages or not isinstance(self.stages[0], Validate):
            object.__setattr__(self, "stages", (Validate(), *self.stages))
        for earlier, later in zip(self.stages, self.stages[1:], strict=False):
            if _RANK[type(later)] < _RANK[type(earlier)]:
                raise UsageError(
                    f"The stage `{later.name}` comes after `{earlier.name}`, which would undo it. The order is: {_LISTED}, mix."
                )
        for stage in _ONCE:
            if sum(isinstance(each, stage) for each in self.stages) > 1:
                raise UsageError(f"The stage `{stage.name}` is there twice. Give it once.")
        for each in self.stages:
            _check_numbers(each)

    @property
    def balance(self) -> Balance | None:
        """The stage that sets shares, or None."""
        return next((each for each in self.stages if isinstance(each, Balance)), None)

    def has(self, stage: type[Stage]) -> bool:
        """Whether a stage of this kind is there."""
        return any(isinstance(each, stage) for each in self.stages)

    @classmethod
    def read(cls, recipe: Any) -> Recipe:
        """Return a recipe from a path (YAML or JSON), plain values or itself.

        Raises:
            SchemaError: the file cannot be read.
            UsageError: it is no recipe; the message names the step.
        """
        if isinstance(recipe, Recipe):
            return recipe
        where = str(recipe) if isinstance(recipe, str | os.PathLike) else "the recipe"
        document = read_document(Path(recipe)) if isinstance(recipe, str | os.PathLike) else recipe
        steps = document.get("steps") if isinstance(document, Mapping) else None
        if (
            not isinstance(steps, list)
            or document.get("format", FORMAT) != FORMAT
            or set(document) - {"format", "steps"}
        ):
            raise UsageError(
                f"{where} is no recipe. Write `format: {FORMAT}` and a list `steps`, such as `- keep: age >= 18`."
            )
        return cls(stages=tuple(stage for at, step in enumerate(steps, start=1) for stage in _stages(step, at)))


def _stages(step: Any, at: int) -> list[Stage]:
    """Read one step of a recipe: a name, or a name with what it takes."""
    given = {step: None} if isinstance(step, str) else step
    if not isinstance(given, Mapping) or len(given) != 1:
        raise UsageError(
            f"Step {at} of the recipe is no stage. Write one of: {_LISTED}; each with a colon and what it takes."
        )
    ((name, options),) = given.items()
    if name == "mix":
        raise UsageError("A recipe does not mix in real rows: name them on the command line with --mix REAL.")
    found = _named(str(name), options)
    if found is None:
        raise UsageError(
            f"Step {at} of the recipe (`{name}`) cannot be read. Use one of: {_LISTED}; see docs/curate.md."
        )
    return found


def _named(name: str, options: Any) -> list[Stage] | None:
    if name == "validate":
        return [Validate()] if options is None else None
    if name in ("keep", "drop"):
        texts = [options] if isinstance(options, str) else options
        if not isinstance(texts, list) or not texts or not all(isinstance(each, str) for each in texts):
            return None
        return [Keep(condition=each) if name == "keep" else Drop(condition=each) for each in texts]
    if name == "deduplicate":
        return _deduplicate(options)
    if name == "balance":
        return _balance(options)
    if name == "at_least":
        return _at_least(options)
    if name == "spot_check":
        return [SpotCheck(rows=SHEET_ROWS if options is None else options)]
    if name == "edge_cases":
        return [EdgeCases(rows=options)]
    return [Holdout(share=options)] if name == "holdout" else None


def _deduplicate(options: Any) -> list[Stage] | None:
    if options is None or options == "all":
        return [Deduplicate()]
    if not isinstance(options, list) or not options or not all(isinstance(each, str) for each in options):
        return None
    return [Deduplicate(columns=tuple(options))]


def _balance(options: Any) -> list[Stage] | None:
    if isinstance(options, str):
        return [Balance(column=options)]
    if not isinstance(options, Mapping) or set(options) - {"column", "shares"}:
        return None
    column, shares = options.get("column"), options.get("shares") or {}
    if not isinstance(shares, Mapping) or not (column is None or isinstance(column, str)) or not (column or shares):
        return None
    if any(isinstance(label, bool) for label in shares):
        raise UsageError(
            "`balance` of the recipe has a label that YAML reads as true or false. Write labels such as 'no' in quotes."
        )
    return [Balance(column=column, shares=tuple((str(label), share) for label, share in shares.items()))]


def _at_least(options: Any) -> list[Stage] | None:
    if (
        not isinstance(options, Mapping)
        or set(options) != {"condition", "rows"}
        or not isinstance(options["condition"], str)
    ):
        return None
    return [AtLeast(condition=options["condition"], rows=options["rows"])]


def _check_numbers(stage: Stage) -> None:
    """Refuse numbers of rows that are not whole, and shares that are none."""
    rows = getattr(stage, "rows", 1)
    if isinstance(rows, bool) or not isinstance(rows, int) or not 1 <= rows <= 1_000_000_000:
        where = " Its file is named by --spot-check." if isinstance(stage, SpotCheck) else ""
        raise UsageError(f"The stage `{stage.name}` is to have {rows!r} rows. Give a whole number, 1 or more.{where}")
    share = getattr(stage, "share", 0.5)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
        raise UsageError(
            f"The stage `{stage.name}` has the share {share!r}. Give a number between 0 and 1, such as 0.2."
        )
    for what, each in getattr(stage, "shares", ()):
        if isinstance(each, bool) or not isinstance(each, int | float):
            raise UsageError(f"The stage `{stage.name}` gives `{what}` the share {each!r}. Give a number, such as 0.5.")


def balance_of(text: str, labelled: Iterable[str]) -> Balance:
    """Read a balance as the command line writes it.

    Args:
        text: A column (`sex`), a column with shares (`sex=F:0.5,M:0.5`), or conditions with shares, separated by semicolons
            (`age < 40:0.5; age >= 40:0.5`).
        labelled: The columns of labels that the table has.

    Raises:
        UsageError: it is none of these.
    """
    name, sign, rest = text.partition("=")
    column = name.strip().strip("`")
    if sign and column in set(labelled) and not rest.startswith("=") and ";" not in rest:
        return Balance(column=column, shares=_shares(rest, ",", text))
    if ":" not in text:
        return Balance(column=text.strip().strip("`"))
    return Balance(shares=_shares(text, ";", text))


def _shares(text: str, separator: str, whole: str) -> tuple[tuple[str, float], ...]:
    """Read `F:0.5,M:0.5`: what stands before the last colon of each part, and a share."""
    pattern = re.compile(_SHARE.replace("{}", separator), re.DOTALL)
    found, at = [], 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None or not match["what"]:
            raise UsageError(
                f"`--balance {whole}` cannot be read at {text[at : at + 20]!r}. Write `COL`, `COL=F:0.5,M:0.5` or "
                "`age < 40:0.5; age >= 40:0.5`."
            )
        share = match["share"]
        found.append((_bare(match["what"]), float(share[:-1]) / 100 if share.endswith("%") else float(share)))
        at = match.end()
    return tuple(found)


def _bare(text: str) -> str:
    """Return a label without the quotes around it; a condition is as it is."""
    return (
        text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" and text[0] not in text[1:-1] else text
    )


def at_least_of(text: str) -> AtLeast:
    """Read `region = isles:500`: a condition, and after its last colon how many rows are to fulfil it.

    Raises:
        UsageError: there is no such number.
    """
    condition, _, rows = text.rpartition(":")
    if not condition.strip() or not rows.strip().isdecimal():
        raise UsageError(
            f"`--at-least {text}` has no number of rows. Write a condition and a number, such as `region = isles:500`."
        )
    return AtLeast(condition=condition.strip(), rows=int(rows))
