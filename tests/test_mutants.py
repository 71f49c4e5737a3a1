"""Bugs of the literature, planted one at a time: the checks of this test-bed must catch each of them.

A mutant is a line of the package, replaced by what others wrote. Its id begins with the number of the bug in the
survey that this project began with: B01 bounds read from the data (before DP quantiles), B02 categories from
`np.unique`, B03 labels in the metadata, B04 preprocessing fitted on raw rows, B05 the number of rows as a scale or
divisor, B08 sigma, rho and mu confused, B09 counts at another scale than their sensitivity, B10 a sensitivity of 0,
B12 the array before the clip, B13 NaN that passes a clip, B14 a query that is not accounted, B15 a budget split that
adds up to more than 1, B16 a fixed seed, B25 rows in the saved model, B27 floating-point noise, B28 an epsilon
reported below the true one, B29 less noise for less spend, B30 an exception that depends on a cell, B34 a validator
that never runs, B37 equal noise on neighbours. The K ids are ours: units of several rows, thresholds, picks, holdout,
ledger.

Elsewhere: B26 (pickle) in test_private_discipline.py, B31 (figures of real rows in a release) and B36 (a ledger keyed
by content) in the tests of the release and of the ledger, B32 (drift of floats in the ledger) in test_ledger.py, B33 (a
checkpoint of other data) in test_checkpoint.py. B06, B07, B17 to B21 and B23 are bugs of DP-SGD: their mutants are in
ctgan_mutants.py, and each has a test of its own in test_ctgan_defects.py, as have B22 (adaptive clipping) and B24 (PATE), which
are not offered. B11 (replace relation) and B35 (search on private metrics) are not offered either.
"""

from __future__ import annotations
import __future__

import functools
import importlib
import inspect
import math
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctgan_mutants
import numpy as np
import pytest
import replay_tables as tables
from replay import Recording, Violation, check, check_spend, record
from replay_tables import BASE, KEY, PATIENTS, ROWS, source_of

from privsynth import fitting, ledger, pipeline
from privsynth.accounting import Spend, composed, epsilon_of, gaussian, rounded_up, spend_of, thresholded
from privsynth.errors import BudgetError, PrivsynthError, UsageError
from privsynth.generators import make_config
from privsynth.generators.maxent import MaxentConfig
from privsynth.noise import OsNoise, threshold_of
from privsynth.privacy import Budget, Private
from privsynth.table.coded import encode
from privsynth.table.source import Source
from privsynth.table.units import split_units

SCHEMA = tables.schema_of("age", "cost", "ward", "died", target="died")
PLAIN = tables.schema_of("age", "cost", "day")
EXTREME = {"age": "79", "cost": "126.25", "day": "2020-12-28"}
CANARY = "canary-7f3a9c"


@functools.cache
def near(*names: str) -> tuple[Source, ...]:
    known = tables.neighbours_of_rows() | tables.neighbours_of_patients()
    known["extreme"] = [*BASE, {**BASE[7], **EXTREME}]
    return tuple(source_of(BASE if name == "base" else known[name]) for name in names)


# The checks: each is silent on the package as it is and raises on its mutants


def replay_fit() -> None:
    names = ("first added", "all missing", "cells nan", "cells 1e300", "cells formula")
    check(tables.fit_declared(SCHEMA, ROWS), near("base")[0], near(*names), both=False)


def replay_rules() -> None:
    names = ("first added", "all missing", "cells formula", "cells year 294247")
    schema = tables.generalised_of("age", "cost", "day", target="day")
    check(tables.fit_declared(schema, ROWS), near("base")[0], near(*names), both=False)


def replay_moments() -> None:
    check(tables.fit_declared(PLAIN, ROWS, mu_squared=2500), near("base")[0], near("extreme"))


def replay_fit_of_patients() -> None:
    names = ("patient of more rows than kept", "patient of equal rows", "hostile patient", "nobody's row added")
    check(tables.fit_declared(SCHEMA, PATIENTS), near("base")[0], near(*names))


def replay_moments_of_patients() -> None:
    rows = [*BASE, *({**BASE[7], "patient": "new", **EXTREME} for _ in range(3))]
    check(tables.fit_declared(PLAIN, PATIENTS, mu_squared=2500), near("base")[0], [source_of(rows)])


MAXENT = MaxentConfig(pairs_per_column=0.5)
MAXENT_SCHEMAS = (tables.schema_of("age", "cost", "ward", "day", "died", target="died"), PLAIN)


def replay_maxent() -> None:
    names = ("first added", "all missing", "cells nan", "new ward", "middle removed")
    for schema in MAXENT_SCHEMAS:
        check(tables.fit_declared(schema, ROWS, config=MAXENT), near("base")[0], near(*names), both=False)


def replay_maxent_moments() -> None:
    schema = MAXENT_SCHEMAS[1]
    check(tables.fit_declared(schema, ROWS, mu_squared=2500, config=MAXENT), near("base")[0], near("extreme"))


def replay_maxent_of_patients() -> None:
    names = ("patient of more rows than kept", "patient of equal rows", "hostile patient", "nobody's row added")
    mechanism = tables.fit_declared(MAXENT_SCHEMAS[0], PATIENTS, config=MAXENT)
    check(mechanism, near("base")[0], near(*names))


def replay_maxent_moments_of_patients() -> None:
    rows = [*BASE, *({**BASE[7], "patient": "new", **EXTREME} for _ in range(3))]
    mechanism = tables.fit_declared(PLAIN, PATIENTS, mu_squared=2500, config=MAXENT)
    check(mechanism, near("base")[0], [source_of(rows)])


def replay_maxent_choices() -> None:
    """Few rows and hardly any noise: one row more changes which pair is the farthest from the model."""
    schema, config = tables.schema_of("age", "cost", "ward", "day", "died"), MaxentConfig(pairs_per_column=0.2)
    for start in range(0, 60, 12):
        rows = BASE[start : start + 13]
        others = [source_of(rows[:place] + rows[place + 1 :]) for place in range(0, 13, 3)]
        check(tables.fit_declared(schema, ROWS, mu_squared=100, config=config), source_of(rows), others, both=False)


def spend_of_maxent() -> None:
    given = Spend(mu_squared=25)  # type: ignore[arg-type]
    for config in (MAXENT, MaxentConfig(focus=("age", "day")), MaxentConfig(focus=())):
        for schema in MAXENT_SCHEMAS:
            mechanism = config.calibrate(schema, ROWS, given)
            coded = encode(near("base")[0], schema, ROWS, KEY)
            tape, _ = record(lambda source, noise, m=mechanism: m.run(source, noise), coded)
            check_spend(tape, mechanism.event)
            if spend_of(mechanism.event).mu_squared > given.mu_squared:
                raise Violation("the event is above what was given")


def replay_derive() -> None:
    names = ("last removed, the only one of its ward", "new ward", "cells nan", "cells year 294247")
    check(tables.derive_of(ROWS), near("base")[0], near(*names), both=False)


def replay_votes() -> None:
    check(tables.derive_of(ROWS), near("base")[0], near("duplicate added", "first removed"), both=False)


def replay_derive_of_patients() -> None:
    names = ("patient of more rows, all first", "patient of equal rows")
    check(tables.derive_of(PATIENTS, mu_squared=900), near("base")[0], near(*names))


def replay_all() -> None:
    check(tables.execute_of(ROWS), near("base")[0], near("first added", "new ward"), both=False)


def replay_holdout() -> None:
    check(
        tables.execute_of(ROWS, holdout=True), near("base")[0], near("first added", "first removed", "middle removed")
    )


def spend_of_a_fit() -> None:
    given = Spend(mu_squared=25)  # type: ignore[arg-type]
    for schema in (SCHEMA, PLAIN):
        mechanism: Any = make_config("copula").calibrate(schema, ROWS, given)
        tape, _ = record(
            lambda source, noise, m=mechanism: m.run(source, noise), encode(near("base")[0], schema, ROWS, KEY)
        )
        check_spend(tape, mechanism.event)
        if spend_of(mechanism.event).mu_squared > given.mu_squared:
            raise Violation("the event is above what was given")


def spend_of_a_whole_fit() -> None:
    plan = tables.plan_of(ROWS)
    tape, _ = record(tables.execute_of(ROWS), near("base")[0])
    check_spend(tape, plan.event)
    if not spend_of(plan.event).fits(plan.budget):
        raise Violation("the event is above the budget")


def spread_of_the_noise() -> None:
    for multiplier, sensitivity in ((5.0, 1.0), (2.0, 3.0), (0.1, 1.0)):
        drawn = OsNoise().measure(
            Private(np.zeros(4000, dtype=np.int64)), sensitivity=sensitivity, noise_multiplier=multiplier
        )
        least = (multiplier * sensitivity) ** 2 + 2.25
        if not np.issubdtype(drawn.dtype, np.integer) or not np.equal(drawn, np.round(drawn)).all():
            raise Violation("noisy counts that are not whole")
        if not abs(float(np.mean(drawn.astype(float) ** 2)) / least - 1) < 0.15:  # six standard deviations
            raise Violation("the noise has not the variance that was claimed")


def two_draws_differ() -> None:
    noise, other = OsNoise(), OsNoise()
    ask = functools.partial(
        OsNoise.measure, values=Private(np.zeros(100, dtype=np.int64)), sensitivity=1, noise_multiplier=9
    )
    if (ask(noise) == ask(other)).all() or (ask(noise) == ask(noise)).all():
        raise Violation("equal noise twice")
    if noise.unit_key("picks") == other.unit_key("picks") or noise.unit_key("picks") == noise.unit_key("picks"):
        raise Violation("equal keys twice")


def own_keys_stay_hidden() -> None:
    delta, units, rows = 0.01, 4000, 5
    for keys, count, multiplier in ((1, rows, 0.3), (rows, 1, 10.0)):
        counts = {f"{unit} {key}": count for unit in range(units) for key in range(keys)}
        seen = OsNoise().thresholded(Private(counts), sensitivity=rows, noise_multiplier=multiplier, delta=delta)
        shown = len({key.split()[0] for key in seen})
        if shown > delta * units + 6 * math.sqrt(delta * units):
            raise Violation(f"{shown} of {units} units shown their own keys")


def the_threshold_grows_as_delta_shrinks() -> None:
    found = [threshold_of(2, 1.0, delta) for delta in (0.1, 1e-3, 1e-6, 1e-9)]
    if sorted(found) != found or len(set(found)) < 4:
        raise Violation("the threshold does not follow delta")


def useless_noise_is_refused() -> None:
    for sensitivity, multiplier in (
        (0.0, 1.0),
        (-1.0, 1.0),
        (1.0, 0.0),
        (math.nan, 1.0),
        (math.inf, 1.0),
        (1.0, math.nan),
    ):
        try:
            OsNoise().measure(
                Private(np.zeros(1, dtype=np.int64)), sensitivity=sensitivity, noise_multiplier=multiplier
            )
        except BudgetError:
            continue
        raise Violation("useless noise was drawn")


def accounting() -> None:
    for small, large in ((0.5, 1.0), (3.0, 30.0)):
        if not spend_of(gaussian(small)).mu_squared > spend_of(gaussian(large)).mu_squared:
            raise Violation("less noise spends less")
    twice = spend_of(composed([gaussian(2.0), thresholded(2.0, 1e-7), gaussian(3.0, 2)]))
    if float(twice.mu_squared) < 0.25 + 0.25 + 2 / 9 - 1e-12 or float(twice.delta) < 1e-7:
        raise Violation("a part of an event is not counted")
    for mu in (0.1, 0.27, 1.0, 3.3):
        if rounded_up(epsilon_of(mu, 1e-6)) < epsilon_of(mu, 1e-6) * (1 - 1e-8):
            raise Violation("an epsilon is reported below the true one")


def budgets_are_checked() -> None:
    for epsilon, delta in (
        (0.0, 1e-6),
        (-1.0, 1e-6),
        (math.nan, 1e-6),
        (math.inf, 1e-6),
        (1.0, 0.0),
        (1.0, 1.0),
        (1.0, math.nan),
    ):
        try:
            Budget(epsilon=epsilon, delta=delta)
        except UsageError:
            continue
        raise Violation("a budget without meaning was taken")


def coins_follow_their_unit() -> None:
    for unit in (ROWS, PATIENTS):
        held = [
            _held([*extra, *BASE], unit)[len(extra) :]
            for extra in ([], [{**BASE[3], "patient": "new"}], [dict.fromkeys(BASE[0], "x")] * 3)
        ]
        for other in held[1:]:
            moved = sum(a != b for a, b in zip(held[0], other, strict=True))
            if moved > 2:  # the twin of a duplicate changes its name with it, not the multiset
                raise Violation(f"{moved} coins moved with another row")


def _held(rows: list[tables.Row], unit: Any) -> list[bool]:
    return [bool(coin) for coin in split_units(source_of(rows), unit, 50, KEY).reveal()]


def no_canary_leaves() -> None:
    rows = [{**row, "ward": CANARY if number == 11 else row["ward"]} for number, row in enumerate(BASE)]
    result = _fitted(source_of(rows))
    with tempfile.TemporaryDirectory() as name:
        result.save(Path(name) / "model")
        found = b"".join(path.read_bytes() for path in Path(name).rglob("*") if path.is_file())
    for form in (CANARY.encode(), CANARY.encode().hex().encode(), CANARY.encode("utf-16-le")):
        if form in found or CANARY in str(result.sample(200, seed=0).to_pylist()):
            raise Violation("a cell that one row alone has is in the model")


def _fitted(source: Source) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # delta is large for so small a table
        return fitting.execute(tables.plan_of(ROWS), source, noise=Recording(3))


def reserved_before_it_is_read() -> None:
    order: list[str] = []
    patch = pytest.MonkeyPatch()
    with tempfile.TemporaryDirectory() as name:
        kept = ledger.Ledger.reserve
        patch.setattr(ledger.Ledger, "reserve", lambda *a, **k: (order.append("reserve"), kept(*a, **k))[1])
        patch.setattr(ledger.Ledger, "check", lambda *a, **k: None)  # it says the same sooner; `reserve` decides alone
        drawn = OsNoise.measure
        patch.setattr(OsNoise, "measure", lambda *a, **k: (order.append("measure"), drawn(*a, **k))[1])
        try:
            options: dict[str, Any] = {
                "epsilon": 3.0,
                "declare": _DECLARED,
                "ledger": Path(name) / "l.db",
                "dataset": "d",
            }
            pipeline.fit(near("base")[0], **options)
            ledger.Ledger(Path(name) / "l.db").open("d", Budget(epsilon=3.5))
            order.append("again")
            try:
                pipeline.fit(near("base")[0], **options)
            except BudgetError:
                order.append("refused")
        finally:
            patch.undo()
    if order[0] != "reserve" or order[order.index("again") + 1 :] != ["reserve", "refused"]:
        raise Violation("the table was asked before the spend was reserved")


_DECLARED = {"columns": {"age": {"lower": 0, "upper": 100, "integer": True}, "died": ["no", "yes"]}}


# The mutants


@dataclass(frozen=True)
class Mutant:
    """A line that others wrote: `module:function`, the text to replace, its replacement, and the check that must catch it."""

    name: str
    where: str
    old: str
    new: str
    caught_by: Callable[[], None]


MUTANTS = (
    Mutant(
        "B01 bounds of the data",
        "tableschema.domain:Domain._encode_block",
        "low, high = self.field.bounds()",
        "low, high = np.nanmin(values), np.nanmax(values)",
        replay_fit,
    ),
    Mutant(
        "B01 learned bounds are exact",
        "derive:DeriveMechanism._bounds",
        "return _with_bounds(field, low, high, paid)",
        "return _with_bounds(field, low, high if by_year else high + float(profile.magnitudes(field).reveal()[-1]), paid)",
        replay_derive,
    ),
    Mutant(
        "B02 labels of the data",
        "derive:DeriveMechanism._labels",
        "counts = noise.thresholded(",
        "counts = profile.labels(field.name).reveal() or dict(",
        replay_derive,
    ),
    Mutant(
        "B03 a label in the provenance",
        "derive:DeriveMechanism._labels",
        '"mechanism": "thresholded counts",',
        '"mechanism": min(profile.labels(field.name).reveal(), default=""),',
        replay_derive,
    ),
    Mutant(
        "B04 class margins of raw rows",
        "generators.copula:CopulaMechanism._margins",
        "counts = noise.measure(",
        "counts = source.counts([self.target, marginal.domain.name], groups).reveal() if True else noise.measure(",
        replay_fit,
    ),
    Mutant(
        "B05 the number of rows in a noise scale",
        "generators.binning:_noisy",
        "noise_multiplier=multipliers[name]",
        "noise_multiplier=multipliers[name] * source.counts([name]).reveal().sum() / 90",
        replay_fit,
    ),
    Mutant(
        "B05 the number of rows as the total",
        "generators.binning:measure_marginals",
        "total = _common_total([each.marginal for each in answers])",
        "total = float(source.counts([plans[0].name]).reveal().sum())",
        replay_fit,
    ),
    Mutant(
        "B05 the number of rows in a message",
        "fitting:execute",
        'progress("coding the table")',
        "progress(f\"coding {source.rows('SELECT count(*) FROM {table}')}\")",
        replay_all,
    ),
    Mutant(
        "B08 the root of sigma",
        "noise:scale_of",
        "(noise_multiplier * sensitivity) ** 2",
        "noise_multiplier * sensitivity",
        spread_of_the_noise,
    ),
    Mutant("B08 half the noise", "noise:scale_of", "return scale", "return scale / 2", spread_of_the_noise),
    Mutant(
        "B08 noise without the sensitivity",
        "noise:scale_of",
        "(noise_multiplier * sensitivity) ** 2",
        "noise_multiplier**2",
        spread_of_the_noise,
    ),
    Mutant(
        "B08 no rounding variance",
        "noise:scale_of",
        "+ ROUNDING_VARIANCE",
        "+ 0.0",
        spread_of_the_noise,
    ),
    Mutant(
        "B09 counts twice as large",
        "table.counting:_add",
        "np.bincount(key",
        "2 * np.bincount(key",
        replay_fit,
    ),
    Mutant(
        "B09 the moments' sensitivity of a mean",
        "table.coded:moment_sensitivity",
        "return radius**2",
        "return radius**2 / 90",
        replay_moments,
    ),
    Mutant("B10 a sensitivity of 0", "noise:scale_of", "value > 0", "value >= 0", useless_noise_is_refused),
    Mutant(
        "B10 no check of the noise",
        "noise:scale_of",
        "math.isfinite(value) and value > 0",
        "True",
        useless_noise_is_refused,
    ),
    Mutant(
        "B12 moments before the clip",
        "table.coded:CodedTable.moments",
        "long = length > radius",
        "long = length > np.inf",
        replay_moments,
    ),
    Mutant(
        "B13 NaN within the bounds",
        "tableschema.domain:Domain._encode_block",
        "inside = (values >= low) & (values <= high)",
        "inside = ~((values < low) | (values > high))",
        replay_fit,
    ),
    Mutant(
        "B14 moments not accounted",
        "generators.copula:CopulaMechanism.event",
        "if self.moment_noise is not None:",
        "if False:",
        spend_of_a_fit,
    ),
    Mutant(
        "B14 the second round not accounted",
        "generators.copula:CopulaMechanism.event",
        "if plan.second is not None",
        "if False",
        spend_of_a_fit,
    ),
    Mutant(
        "B14 one count with the target accounted for all",
        "generators.copula:CopulaMechanism.event",
        "gaussian(self.target_noise, len(self.features))",
        "gaussian(self.target_noise)",
        spend_of_a_fit,
    ),
    Mutant(
        "B14 votes not accounted",
        "derive:DeriveMechanism.event",
        "gaussian(self.form_noise), ",
        "",
        spend_of_a_whole_fit,
    ),
    Mutant(
        "B15 both rounds take the whole share",
        "generators.binning:plan_marginals",
        "math.sqrt(rounds(domain) / share)",
        "math.sqrt(1 / share)",
        spend_of_a_fit,
    ),
    Mutant(
        "B15 each column takes the whole share",
        "generators.copula:CopulaConfig.calibrate",
        'math.sqrt(len(features) / budget["target"])',
        'math.sqrt(1 / budget["target"])',
        spend_of_a_fit,
    ),
    Mutant(
        "B15 the schema's share is spent twice",
        "plan:Plan.make",
        "generator_spend=Spend(mu_squared=total - part, delta=tail)",
        "generator_spend=Spend(mu_squared=total, delta=tail)",
        spend_of_a_whole_fit,
    ),
    Mutant(
        "B16 a seed",
        "noise:_discrete_gaussian",
        "np.array(add([0] * count), dtype=np.int64)",
        "np.rint(np.random.default_rng(0).normal(0, scale, count)).astype(np.int64)",
        two_draws_differ,
    ),
    Mutant("B37 a fixed key", "noise:OsNoise.unit_key", "secrets.token_bytes(32)", "bytes(32)", two_draws_differ),
    Mutant(
        "B25 rows in the model",
        "fitting:execute",
        "config=plan.config.to_json(),",
        'config={**plan.config.to_json(), "rows": str(source.rows("SELECT * FROM {table}"))},',
        no_canary_leaves,
    ),
    Mutant(
        "B25 rare labels in the model",
        "derive:DeriveMechanism._labels",
        "enum=labels",
        "enum=tuple(sorted({*labels, *profile.labels(field.name).reveal()}))",
        no_canary_leaves,
    ),
    Mutant(
        "B27 floating-point noise",
        "noise:OsNoise.measure",
        "return exact + ",
        "return exact + np.random.default_rng().normal(0, 1e-3, exact.shape) + ",
        spread_of_the_noise,
    ),
    Mutant("B28 an epsilon rounded down", "accounting:rounded_up", "math.ceil(", "math.floor(", accounting),
    Mutant(
        "B29 less noise spends less",
        "accounting:spend_of",
        "1 / Fraction(event.noise_multiplier) ** 2",
        "Fraction(event.noise_multiplier) ** 2",
        accounting,
    ),
    Mutant(
        "B14 repeated events count once",
        "accounting:spend_of",
        "once.mu_squared * event.count",
        "once.mu_squared",
        accounting,
    ),
    Mutant("B30 a cast that raises", "table.cells:number_sql", 'return f"TRY_CAST(', 'return f"CAST(', replay_fit),
    Mutant(
        "B30 a rule that raises",
        "tableschema.generalise:Rule.sql",
        'self._multiple_sql(f"TRY_CAST(',
        'self._multiple_sql(f"CAST(',
        replay_rules,
    ),
    Mutant(
        "K a rule that looks at other rows",
        "tableschema.generalise:Rule._year_sql",
        'return f"CAST({year} AS VARCHAR)"',
        'return f"CAST({year} - count(*) OVER () % 2 AS VARCHAR)"',
        replay_rules,
    ),
    Mutant(
        "K a rule that stops where the table does",
        "tableschema.generalise:_age_sql",
        "least({years}, {OLDEST})",
        "least({years}, {OLDEST}, count(*) OVER () - 40)",
        replay_rules,
    ),
    Mutant(
        "B30 a date format that raises",
        "table.cells:number_sql",
        'f"try_strptime(',
        'f"strptime(',
        replay_derive,
    ),
    Mutant(
        "B34 a validator that never runs",
        "privacy:Budget.__post_init__",
        "if not (",
        "if False and not (",
        budgets_are_checked,
    ),
    Mutant(
        "K counts forget max_rows",
        "generators.binning:_noisy",
        "sensitivity=rows",
        "sensitivity=1",
        replay_fit_of_patients,
    ),
    Mutant(
        "K counts with the target forget max_rows",
        "generators.copula:CopulaMechanism._margins",
        "sensitivity=source.unit.max_rows",
        "sensitivity=1",
        replay_fit_of_patients,
    ),
    Mutant(
        "K moments forget max_rows",
        "generators.latent:measure_correlations",
        "sensitivity = source.unit.max_rows * ",
        "sensitivity = ",
        replay_moments_of_patients,
    ),
    Mutant(
        "K votes forget max_rows",
        "derive:DeriveMechanism._field",
        "sensitivity=rows",
        "sensitivity=1",
        replay_derive_of_patients,
    ),
    Mutant(
        "K rows of a unit unbounded",
        "table.units:_bounded",
        "< unit.max_rows",
        "< 10**9",
        replay_fit_of_patients,
    ),
    Mutant(
        "K votes of all rows",
        "table.profile:Profile._counted",
        "codes[self._mask.reveal()]",
        "codes",
        replay_derive_of_patients,
    ),
    Mutant(
        "K a cell counted in two forms",
        "table.profile:Profile.forms",
        "counts[_AGAIN] = first[_AGAIN]",
        "pass",
        replay_votes,
    ),
    Mutant(
        "K a form that depends on other rows",
        "table.profile:Profile.forms",
        "forms = forms_of(texts)",
        "forms = np.where(rows == 1, 1, forms_of(texts))",
        replay_votes,
    ),
    Mutant(
        "K a column's form decided by most of its texts",
        "table.profile:Profile.forms",
        "forms = forms_of(texts)",
        "forms = np.full(len(texts), np.bincount(forms_of(texts)).argmax() if len(texts) else 0) + (rows.sum() > 89)",
        replay_votes,
    ),
    Mutant(
        "K texts of rows that were left out",
        "table.profile:Profile._texts",
        "np.bincount(index[self._mask.reveal()]",
        "np.bincount(index",
        replay_derive_of_patients,
    ),
    Mutant(
        "K first texts of rows that were left out",
        "table.profile:Profile.forms",
        "forms[rows > 0]",
        "forms",
        replay_derive_of_patients,
    ),
    Mutant(
        "B02 labels looked at before the noise",
        "derive:DeriveMechanism._labels",
        "role, labels = _of_labels(labels, counts)",
        "role, labels = _of_labels(tuple(sorted(profile.labels(field.name).reveal())), profile.labels(field.name).reveal())",
        replay_derive,
    ),
    Mutant(
        "K labels of rows that were left out",
        "table.profile:Profile.labels",
        "if count:",
        "if True:",
        replay_derive_of_patients,
    ),
    Mutant(
        "K picks by position",
        "table.units:_bounded",
        "ordinal = _occurrence(owner)",
        "ordinal = rows[same]",
        replay_fit_of_patients,
    ),
    Mutant("K no threshold", "noise:OsNoise.thresholded", "if count >= threshold", "if True", own_keys_stay_hidden),
    Mutant(
        "K a threshold for one key",
        "noise:threshold_of",
        "ndtri(delta / sensitivity)",
        "ndtri(delta)",
        own_keys_stay_hidden,
    ),
    Mutant(
        "K a threshold without the unit's rows",
        "noise:threshold_of",
        "sensitivity + 1 + ",
        "1 + ",
        own_keys_stay_hidden,
    ),
    Mutant(
        "K a threshold without delta",
        "noise:threshold_of",
        "scale_of(sensitivity, noise_multiplier) * tail",
        "0",
        the_threshold_grows_as_delta_shrinks,
    ),
    Mutant(
        "K thresholds' delta not accounted",
        "accounting:spend_of",
        "Fraction(event.delta) if isinstance(event, ThresholdedDpEvent) else Fraction(0)",
        "Fraction(0)",
        accounting,
    ),
    Mutant(
        "K thresholds claimed as plain counts",
        "derive:DeriveMechanism.event",
        "thresholded(self.domain_noise, self.label_delta)",
        "gaussian(self.domain_noise)",
        spend_of_a_whole_fit,
    ),
    Mutant(
        "K the whole delta for each column",
        "derive:DeriveMechanism.calibrate",
        "float(spend.delta) / columns",
        "float(spend.delta)",
        spend_of_a_whole_fit,
    ),
    Mutant(
        "K delta is not taken off the generator's",
        "plan:Plan.make",
        "float(Fraction(budget.delta) - extra - tail)",
        "float(Fraction(budget.delta) - tail)",
        spend_of_a_whole_fit,
    ),
    Mutant(
        "K a holdout of a fixed fraction",
        "table.units:split_units",
        "coins.chosen(own, Fraction(share_percent, 100))",
        "np.argsort(np.argsort(own)) < len(own) * Fraction(share_percent, 100)",
        replay_holdout,
    ),
    Mutant(
        "K a holdout by position",
        "table.units:split_units",
        "own = coins.mixed(rows, _occurrence(rows.view(np.int64)))",
        "own = coins.mixed(np.arange(len(rows), dtype=np.uint64), np.zeros(len(rows)))",
        coins_follow_their_unit,
    ),
    Mutant(
        "B05 maxent: the number of rows as the total",
        "generators.maxent_survey:Survey.__init__",
        "self._total = found[0].total",
        "self._total = float(source.counts([found[0].domain.name]).reveal().sum())",
        replay_maxent,
    ),
    Mutant(
        "B02 maxent: zeros of the data",
        "generators.maxent_survey:Survey._agreed",
        "possible = self._mechanism.structure.possible(a, b, self._groups[a], self._groups[b])",
        "possible = self._source.counts([a, b], {a: self._groups[a], b: self._groups[b]}).reveal() > 0",
        replay_maxent,
    ),
    Mutant(
        "B04 maxent: what is expected, of raw rows",
        "generators.maxent_survey:Survey._expected",
        "drawn = self.model().coarse(rows, np.random.default_rng(_REFERENCE_SEED))",
        "drawn = {name: self._groups[name][codes] for name, codes in self._source.rows().reveal().items()}",
        replay_maxent,
    ),
    Mutant(
        "B04 maxent: tables without noise after the first",
        "generators.maxent_survey:Survey._measured",
        "table = self._noise.measure(",
        "table = answer.reveal() if self._tables else self._noise.measure(",
        replay_maxent,
    ),
    Mutant(
        "B16 maxent: rows of reference seeded by the data",
        "generators.maxent_survey:Survey._expected",
        "np.random.default_rng(_REFERENCE_SEED)",
        "np.random.default_rng(int(self._source.counts(self._names[:1]).reveal().sum()))",
        replay_maxent,
    ),
    Mutant(
        "B04 maxent: the number of rows of reference is that of the table",
        "generators.maxent_survey:Survey._expected",
        "rows = int(min(max(self._total, 1), _REFERENCE_ROWS))",
        "rows = int(self._source.counts(self._names[:1]).reveal().sum()) or 1",
        replay_maxent,
    ),
    Mutant(
        "B04 a grid split by raw counts",
        "generators.binning:measure_marginals",
        "first[name].counts[:-1], first[name].sigma",
        "1.0 * np.add.reduceat(source.counts([name]).reveal()[:-1], starts[name][:-1]), 0.05",
        replay_maxent,
    ),
    Mutant(
        "B14 maxent: pairs selected by raw distances",
        "generators.maxent_survey:Survey._selected",
        "distances = self._noise.measure(",
        "distances = self._source.distances(questions, tables).reveal() if True else self._noise.measure(",
        replay_maxent_choices,
    ),
    Mutant(
        "B04 maxent: candidates of raw counts",
        "generators.maxent_survey:Survey._candidates",
        "if pair not in self._tables]",
        "if pair not in self._tables and (self._source.counts(list(pair)).reveal() > 0).sum() < 13]",
        replay_maxent_choices,
    ),
    Mutant(
        "B09 maxent: distances without the root of their number",
        "generators.maxent_survey:Survey._selected",
        "sensitivity=self._rows_of_unit * math.sqrt(len(pairs)) * _ROUNDING",
        "sensitivity=self._rows_of_unit",
        replay_maxent,
    ),
    Mutant(
        "B09 maxent: squared distances",
        "table.coded:CodedTable.distances",
        "np.abs(answer.reveal() - table)",
        "np.square(answer.reveal() - table)",
        replay_maxent,
    ),
    Mutant(
        "B09 maxent: distances count a cell twice",
        "table.coded:CodedTable.distances",
        "np.abs(answer.reveal() - table).sum()",
        "np.abs(answer.reveal() - table).sum(axis=0).sum() * 2",
        replay_maxent,
    ),
    Mutant(
        "B12 maxent: moments before the clip",
        "table.coded:CodedTable.moments",
        "long = length > radius",
        "long = length > np.inf",
        replay_maxent_moments,
    ),
    Mutant(
        "B14 maxent: selections not accounted",
        "generators.maxent:MaxentMechanism.event",
        "for each in (self.select_noise, noise) if each is not None",
        "for each in (noise,) if each is not None",
        spend_of_maxent,
    ),
    Mutant(
        "B14 maxent: rounds accounted once",
        "generators.maxent:MaxentMechanism.event",
        "for noise in self.pair_noise:",
        "for noise in self.pair_noise[:1]:",
        spend_of_maxent,
    ),
    Mutant(
        "B14 maxent: one table with a focus accounted for all",
        "generators.maxent:MaxentMechanism.event",
        "gaussian(self.focus_noise, crossed)",
        "gaussian(self.focus_noise)",
        spend_of_maxent,
    ),
    Mutant(
        "B14 maxent: moments not accounted",
        "generators.maxent:MaxentMechanism.event",
        "if self.moment_noise is not None:",
        "if False:",
        spend_of_maxent,
    ),
    Mutant(
        "B15 maxent: each table of a round takes the whole share",
        "generators.maxent_survey:Survey.measure_pairs",
        "multiplier = stage * math.sqrt(len(left)) * _ROUNDING",
        "multiplier = stage",
        spend_of_maxent,
    ),
    Mutant(
        "B15 maxent: each table with a focus takes the whole share",
        "generators.maxent:MaxentConfig.calibrate",
        '_noise(budget["focus"] / max(crossed, 1))',
        '_noise(budget["focus"])',
        spend_of_maxent,
    ),
    Mutant(
        "B15 maxent: each round selects with the whole share",
        "generators.maxent:MaxentConfig.calibrate",
        '_noise(budget["select"] / self.rounds)',
        '_noise(budget["select"])',
        spend_of_maxent,
    ),
    Mutant(
        "B15 maxent: each round measures with the whole share",
        "generators.maxent:MaxentConfig.calibrate",
        '_noise(budget["pairs"] * share)',
        '_noise(budget["pairs"])',
        spend_of_maxent,
    ),
    Mutant(
        "K maxent: distances forget max_rows",
        "generators.maxent_survey:Survey._selected",
        "sensitivity=self._rows_of_unit * math.sqrt(",
        "sensitivity=math.sqrt(",
        replay_maxent_of_patients,
    ),
    Mutant(
        "K maxent: tables forget max_rows",
        "generators.maxent_survey:Survey._measured",
        "sensitivity=self._rows_of_unit",
        "sensitivity=1",
        replay_maxent_of_patients,
    ),
    Mutant(
        "K maxent: moments forget max_rows",
        "generators.latent:measure_correlations",
        "sensitivity = source.unit.max_rows * ",
        "sensitivity = ",
        replay_maxent_moments_of_patients,
    ),
    Mutant(
        "K reserve after the fit",
        "pipeline:fit",
        "paid = pay(plan, source, name, ledger, purpose, watch)\n"
        "        fitted = execute(plan, source, progress=progress, watch=watch)",
        "fitted = execute(plan, source, progress=progress, watch=watch)\n"
        "        paid = pay(plan, source, name, ledger, purpose, watch)",
        reserved_before_it_is_read,
    ),
    *(Mutant(*each) for each in ctgan_mutants.MUTANTS),
)


def planted(mutant: Mutant, patch: pytest.MonkeyPatch) -> None:
    """Replace a function by its mutant wherever the package holds it."""
    module_name, _, path = mutant.where.partition(":")
    module = importlib.import_module(f"privsynth.{module_name}")
    owner: Any = module
    *outer, last = path.split(".")
    for name in outer:
        owner = getattr(owner, name)
    original = inspect.getattr_static(owner, last)
    function = original.fget if isinstance(original, property) else getattr(original, "__func__", original)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(mutant.old) >= 1, f"the line of the mutant {mutant.name!r} is no longer there: write it anew"
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    code = compile(source.replace(mutant.old, mutant.new), f"<{mutant.name}>", "exec", flags=flags, dont_inherit=True)
    exec(code, module.__dict__, made)  # noqa: S102 - our own source
    patch.setattr(owner, last, made[last])
    if owner is module:
        for name, other in list(sys.modules.items()):
            if name.startswith(("privsynth", "replay", "test_")) and getattr(other, last, None) is original:
                patch.setattr(other, last, made[last])


_TRIES = 3  # the noise of a fit decides which tables it asks for, and few of them may show a fault
CHECKS = tuple(dict.fromkeys(mutant.caught_by for mutant in MUTANTS))


@pytest.mark.parametrize("silent", CHECKS, ids=lambda check: check.__name__)
def test_a_check_is_silent_on_the_package_as_it_is(silent: Callable[[], None]) -> None:
    silent()


def tried(mutant: Mutant) -> None:
    for _ in range(_TRIES):
        mutant.caught_by()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(mutant, monkeypatch)
    with pytest.raises((Violation, PrivsynthError)):
        tried(mutant)


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 50
