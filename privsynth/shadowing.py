"""Shadow fits of a model's own recipe on random halves of the owner's real rows, or on synthetic rows and a few real ones.

They read private rows, charge no ledger, and nothing of them is released or written: what comes back is figures for the owner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.accounting import Spend, epsilon_of, event_from_json, spend_of
from privsynth.audits.shadows.fits import Promise, audit_shadows
from privsynth.audits.shadows.likelihood import LEAST_SHADOWS
from privsynth.audits.shadows.pool import ShadowPool, Toss, assemble_pool
from privsynth.audits.shadows.queries import LEAST_FITS
from privsynth.audits.shadows.targets import REAL, SYNTHETIC, choose_targets
from privsynth.errors import ArtifactError, UsageError
from privsynth.fitting import Progress, quiet
from privsynth.generators import Mechanism, make_config, remaining
from privsynth.generators.baselines import BASELINES
from privsynth.generators.copula_model import CopulaModel
from privsynth.generators.fitted import Fitted, load_model
from privsynth.noise import Noise, OsNoise
from privsynth.table.coded import check_columns, encode
from privsynth.table.source import Source, open_table
from privsynth.table.stacked import stacked
from privsynth.table.typed import column_of, public_frame, typed_frame
from privsynth.threads import muted

if TYPE_CHECKING:
    import pandas as pd

    from privsynth.audits.shadows.result import ShadowAudit

USUAL_SHADOWS = 16
FAST = ("copula", "maxent")
_MOST = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model was fitted, so that others can be fitted alike.

    Args:
        fitted: The model.
        mechanism: All numbers of its fit.
        spend: What its fit was allowed to spend, its schema's learning apart; None where it is not private.
    """

    fitted: Fitted
    mechanism: Mechanism
    spend: Spend | None

    @classmethod
    def of(cls, fitted: Fitted) -> Recipe:
        """Read the recipe off a model: its configuration, schema, unit and event.

        Raises:
            ArtifactError: the record of what the fit spent is incomplete.
        """
        unit = fitted.guarantee.unit
        if fitted.generator in BASELINES:
            config = BASELINES[fitted.generator](**fitted.config)
            return cls(fitted=fitted, mechanism=config.calibrate(fitted.schema, unit), spend=None)
        spend, schema, options = _generator_spend(fitted), fitted.schema, dict(fitted.config)
        if "focus" in options:
            focus = options["focus"]
            options["focus"] = remaining(None if focus is None else tuple(focus), schema)
        if isinstance(fitted.model, CopulaModel):
            schema = replace(schema, target=fitted.model.target)
        mechanism = make_config(fitted.generator, options).calibrate(schema, unit, spend)
        return cls(fitted=fitted, mechanism=mechanism, spend=spend)

    def promise(self) -> Promise | None:
        """Return what is proven about one fit under the schema as it is, or None where nothing is."""
        if self.spend is None or self.fitted.guarantee.void is not None:
            return None
        mu, own, delta = self.spend.mu, float(self.spend.delta), self.fitted.guarantee.delta
        replaced = epsilon_of(2 * mu, delta)
        return Promise(
            mu=mu,
            delta=own,
            replaced=replaced,
            replaced_delta=min(1.0, delta + own * (1 + math.exp(min(replaced, 50.0)))),
        )

    def made(self, source: Source, toss: Toss, noise: Noise) -> Fitted:
        """Fit the recipe to the rows that a toss keeps."""
        schema, unit = self.fitted.schema, self.fitted.guarantee.unit
        key = noise.unit_key("rows of a unit")
        schema = replace(schema, fields=schema.modelled)  # a synthetic table has no others
        coded = encode(source, schema, unit, key, keep=toss.keep, owners=self.fitted.generator == "ctgan")
        return replace(self.fitted, model=self.mechanism.run(coded, noise))

    def table(self, source: Source, toss: Toss, seed: int, noise: Noise) -> pd.DataFrame:
        """Fit the recipe to the rows that a toss keeps and draw as many typed rows."""
        with muted():
            made = self.made(source, toss, noise)
            rows = toss.rows if made.guarantee.unit.column is None else max(made.default_rows, 1)
            return _typed(made.sample(rows, seed=seed), made)


def _generator_spend(fitted: Fitted) -> Spend:
    """Return what was reserved for the generator: the last part of the last part of a model's event (`Plan.total_event`)."""
    try:
        return spend_of(event_from_json(fitted.event["events"][-1]["events"][-1]))
    except (KeyError, IndexError, TypeError):
        raise ArtifactError(
            "The model does not record what its fit spent, so its recipe cannot be repeated. Fit it again with this version."
        ) from None


def _typed(table: Any, fitted: Fitted) -> pd.DataFrame:
    return public_frame(typed_frame(open_table(table), fitted.schema, made=True))


def shadow_audit(
    model: Fitted | Path | str,
    train: Any,
    holdout: Any = None,
    *,
    synthetic: Any = None,
    shadows: int | None = None,
    shadows_from: str = REAL,
    queries_fits: int = 0,
    time_budget: float | None = None,
    seed: int = 0,
    encoding: str = "utf-8",
    progress: Progress = quiet,
    noise: Noise | None = None,
) -> ShadowAudit:
    """Fit a model's recipe again and again with and without real rows, and measure what the tables give away.

    The fits read the real rows and charge no ledger: what comes back is for the owner alone, and nothing else is kept.

    Args:
        model: A fitted model or the path of a saved one.
        train: The rows that it was fitted on, as a path or a frame.
        holdout: Rows of the same population that it never saw; without them its own table cannot be tested.
        synthetic: The table that was drawn from it, as a path or a frame; by default one is drawn.
        shadows: How many fits, 4 to 256; 16 by default.
        shadows_from: `real`: fits on random halves of the real rows. `synthetic`: on rows of the synthetic table, with and without
            each of a few real rows that are attacked.
        queries_fits: Further fits (40 or more) for the query attack on the five most outlying train rows; 0 for none.
        time_budget: Seconds after which no further fit begins.
        seed: Of everything public: coins, samples. The noise of fits has none.
        encoding: Of CSV files.
        progress: Told what happens.
        noise: Where the noise of the fits comes from; the operating system by default.

    Raises:
        UsageError: the numbers are out of range, or a baseline or a slow generator was not asked for in so many words.
        SchemaError: the tables do not fit the model's schema.
    """
    fitted = model if isinstance(model, Fitted) else load_model(model)
    wanted = _check(fitted, shadows, queries_fits, time_budget)
    _check_source(fitted, shadows_from, queries_fits)
    recipe = Recipe.of(fitted)
    progress("reading the tables")
    inside = _real(fitted, train, encoding)
    outside = None if holdout is None else _real(fitted, holdout, encoding)
    pool = _pool(fitted, inside, outside, seed)
    every, drawn = stacked(inside, outside), OsNoise() if noise is None else noise
    released = open_table(fitted.sample(seed=seed) if synthetic is None else synthetic, encoding=encoding)
    target = _typed(released, fitted)
    if shadows_from == SYNTHETIC:
        check_columns(released, replace(fitted.schema, fields=fitted.schema.modelled), fitted.guarantee.unit)
        pool = choose_targets(pool, total=fitted.default_rows, released=len(target))
        every = stacked(every, released)
    return audit_shadows(
        pool,
        lambda toss, number: recipe.table(every, toss, number, drawn),
        generator=fitted.generator,
        shadows=wanted,
        target=target,
        promise=recipe.promise(),
        queries_fits=queries_fits,
        time_budget=time_budget,
        progress=progress,
    )


def _real(fitted: Fitted, table: Any, encoding: str) -> Source:
    """Read a table of real rows into memory."""
    source = open_table(table, encoding=encoding).loaded()
    check_columns(source, fitted.schema, fitted.guarantee.unit)
    return source


def _pool(fitted: Fitted, inside: Source, outside: Source | None, seed: int) -> ShadowPool:
    """Return the real rows that fits are made with and without."""
    return assemble_pool(
        typed_frame(inside, fitted.schema),
        None if outside is None else typed_frame(outside, fitted.schema),
        train_units=_units(inside, fitted),
        holdout_units=_units(outside, fitted),
        seed=seed,
    )


def _check_source(fitted: Fitted, source: str, queries_fits: int) -> None:
    """Refuse an unknown source of shadow rows, and what synthetic rows cannot be used for."""
    if source not in (REAL, SYNTHETIC):
        raise UsageError(f"Shadow fits cannot be made from {source!r}. Give {REAL!r} or {SYNTHETIC!r}.")
    if source == REAL:
        return
    if queries_fits:
        raise UsageError("The query attack needs real rows. Leave --queries-fits out, or use --shadows-from real.")
    if fitted.guarantee.unit.column is not None or fitted.schema.generalised:
        raise UsageError(
            "Synthetic rows do not say whose they are and are coarse already, so a model with a unit column or with rules that make "
            "cells coarser cannot be fitted to them again. Use --shadows-from real."
        )


def _units(source: Source | None, fitted: Fitted) -> Any:
    column = fitted.guarantee.unit.column
    return None if source is None or column is None else column_of(source, column)


def _check(fitted: Fitted, shadows: int | None, queries_fits: int, time_budget: float | None) -> int:
    """Return how many shadow fits to make."""
    if shadows is None and fitted.generator in BASELINES:
        raise UsageError(
            f"Each shadow fit of {fitted.generator} trains it anew, which can take minutes. If you want that, say how many fits "
            f"(--shadows {USUAL_SHADOWS})."
        )
    wanted = USUAL_SHADOWS if shadows is None else shadows
    if not LEAST_SHADOWS <= wanted <= _MOST:
        raise UsageError(
            f"{wanted} shadow fits were asked for. Give {LEAST_SHADOWS} to {_MOST}; {USUAL_SHADOWS} is usual."
        )
    if queries_fits and queries_fits < LEAST_FITS:
        raise UsageError(f"{queries_fits} fits are too few for the query attack. Give {LEAST_FITS} or more, or 0.")
    if queries_fits and fitted.generator not in FAST:
        raise UsageError(
            f"The query attack takes hundreds of fits, and {fitted.generator} is too slow for it. Leave --queries-fits out; it is "
            f"there for: {', '.join(FAST)}."
        )
    if time_budget is not None and not time_budget > 0:
        raise UsageError(f"The time budget is {time_budget:g} seconds. Give a positive number, or leave it out.")
    return wanted
