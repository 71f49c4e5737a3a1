"""What shadow fits tell: how well each row's presence shows in tables that were made with and without it.

Arrays of scores are float64[kinds, rows, tables]: some kinds of score (higher means closer to the row) of every pooled real
row against every shadow table. `coins` is bool[rows, tables]: which rows each table was made from. Nothing here knows
which rows were train rows of the model under audit, but for `judge_table`, which looks at them last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.audits.attacks import Attack, measure_attack
from privsynth.audits.statistics import bonferroni, share_interval

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

LEAST_SHADOWS = 4
PRIOR_TABLES = 8.0
MOST_SHRUNK = 5.0
RIDGE = 0.1
TINY = 1e-12
SURE = 0.999
LEAST_ALARMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What tables with and without each row teach about its scores: two normal laws a row, of one spread.

    Args:
        middle: float64[kinds, rows]: half way between the mean of tables with the row and that of tables without it.
        spread: float64[kinds, rows]: standard deviation, blended with that of all rows.
        shift: float64[kinds, rows]: mean with the row minus mean without it, in spreads, shrunk towards that of all rows.
        inverse: float64[kinds, kinds]: inverse of the correlation of the kinds.
    """

    middle: Floats
    spread: Floats
    shift: Floats
    inverse: Floats

    def judge(self, scores: Floats) -> Floats:
        """Return float64[rows]: log-likelihood ratio of the row having been there, of one settled table's scores."""
        weights = self.inverse @ self.shift
        return np.asarray((weights * (scores - self.middle) / self.spread).sum(axis=0), dtype=np.float64)

    @property
    def separation(self) -> Floats:
        """float64[rows]: how far apart the two laws are, in standard deviations."""
        squared = (self.shift * (self.inverse @ self.shift)).sum(axis=0)
        return np.asarray(np.sqrt(np.maximum(squared, 0)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowEvidence:
    """How well shadow tables tell who was in them.

    Args:
        attack: The likelihood ratio over all pairs of a row and a table, each table judged by the others.
        auc: Mean over the tables of the area under the ROC curve within one; what an attacker of one table meets.
        auc_ci: 95% interval of that mean (Student's t over the tables).
        auc_low: Lower end of its 99.9% interval.
        tpr_low: Lower ends of the 99.9% intervals of the rates of `attack`, by false-positive rate, over the tables.
        p_value: Were the generator blind to its rows, the chance of as much evidence; exact, Bonferroni-combined over
            the calibrated kinds of score and two likelihood ratios learned on one half of the tables and judged on the other.
        row_auc: float64[rows]: share of pairs of tables with and without the row that its likelihood ratio orders rightly.
        separation: float64[rows]: how far apart its scores with and without it are, in standard deviations.
    """

    attack: Attack
    auc: float
    auc_ci: tuple[float, float]
    auc_low: float
    tpr_low: dict[str, float]
    p_value: float
    row_auc: Floats
    separation: Floats


def settle(scores: Floats) -> Floats:
    """Take from each table's scores their mean over all rows: how large a table is, or how noisy, says nothing of a row.

    Args:
        scores: float64[kinds, rows, tables] or float64[kinds, rows].
    """
    return np.asarray(scores - scores.mean(axis=1, keepdims=True), dtype=np.float64)


def learn(scores: Floats, coins: Flags) -> Learned:
    """Learn each row's two laws from shadow tables.

    Args:
        scores: float64[kinds, rows, tables], settled.
        coins: bool[rows, tables].

    Source: Carlini et al. 2022, "Membership inference attacks from first principles" (online attack, spread of all rows
    for few tables); shrunken differences after James and Stein.
    """
    inside, tables = coins.sum(axis=1), coins.shape[1]
    outside, both = tables - inside, (inside > 0) & (inside < tables)
    centre = scores.mean(axis=2)
    mean_in = np.where(both, (scores * coins).sum(axis=2) / np.maximum(inside, 1), centre)
    mean_out = np.where(both, (scores * ~coins).sum(axis=2) / np.maximum(outside, 1), centre)
    rest = scores - np.where(coins, mean_in[:, :, None], mean_out[:, :, None])
    degrees = np.maximum(tables - 1.0 - both, 1.0)
    own = (rest**2).sum(axis=2) / degrees
    typical = np.maximum(np.median(own, axis=1), np.maximum(1e-3 * own.mean(axis=1), TINY))[:, None]
    spread = np.sqrt((degrees * own + PRIOR_TABLES * typical) / (degrees + PRIOR_TABLES))
    shift = _shrunk(scores / spread[:, :, None], coins, (mean_in - mean_out) / spread, both)
    middle = centre + shift * spread * (outside - inside) / (2 * tables)
    return Learned(middle=middle, spread=spread, shift=shift, inverse=_inverse(rest / spread[:, :, None]))


def _shrunk(scores: Floats, coins: Flags, shift: Floats, known: Flags) -> Floats:
    """Move each row's difference towards that of all rows, by how much of what the rows differ by comes back in other tables.

    What two halves of the tables say of the rows varies together by what is real and apart by chance. No difference is moved by
    more than five standard errors, so that a few rows that show far more than all others keep what they show.

    Source: the limit is that of Efron and Morris 1972, "limited translation".
    """
    if not known.any():
        return np.zeros_like(shift)
    common = shift[:, known].mean(axis=1, keepdims=True)
    halves = [_differences(scores[:, :, at::2], coins[:, at::2]) for at in (0, 1)]
    fine = np.isfinite(halves[0][0]) & np.isfinite(halves[1][0])
    sure = _together(*(half[:, fine] for half in halves)) if fine.sum() > 1 else np.zeros(len(shift))
    apart = shift - common
    every = (apart[:, known] ** 2).mean(axis=1)
    share = np.clip(sure / np.maximum(every, TINY), 0, 1)[:, None]
    inside, outside = np.maximum(coins.sum(axis=1), 1), np.maximum((~coins).sum(axis=1), 1)
    most = MOST_SHRUNK * np.sqrt(1 / inside + 1 / outside)
    kept = np.sign(apart) * np.maximum(share * np.abs(apart), np.abs(apart) - most)
    return np.asarray(np.where(known, common + kept, common), dtype=np.float64)


def _together(one: Floats, other: Floats) -> Floats:
    """Return float64[kinds]: how much two measurements of the same rows vary together, less one standard error."""
    products = (one - one.mean(axis=1, keepdims=True)) * (other - other.mean(axis=1, keepdims=True))
    return np.asarray(products.mean(axis=1) - products.std(axis=1) / np.sqrt(products.shape[1]), dtype=np.float64)


def _differences(scores: Floats, coins: Flags) -> Floats:
    """Return float64[kinds, rows]: mean with each row minus mean without it; NaN where there is no table of either sort."""
    inside, outside = coins.sum(axis=1), (~coins).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (scores * coins).sum(axis=2) / inside - (scores * ~coins).sum(axis=2) / outside
    return np.asarray(np.where((inside > 0) & (outside > 0), found, np.nan), dtype=np.float64)


def _inverse(rest: Floats) -> Floats:
    flat = rest.reshape(len(rest), -1)
    products = flat @ flat.T
    scale = np.sqrt(np.maximum(np.diag(products), TINY))
    correlation = products / np.outer(scale, scale)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(np.linalg.inv(correlation + RIDGE * np.eye(len(rest))), dtype=np.float64)


def leave_one_out(scores: Floats, coins: Flags) -> Floats:
    """Judge each table by what the others teach.

    Args:
        scores: float64[kinds, rows, tables], settled.
        coins: bool[rows, tables].

    Returns:
        float64[rows, tables]: log-likelihood ratios.
    """
    tables = coins.shape[1]
    return np.stack([_judged(scores, coins, np.arange(tables) != table)[:, 0] for table in range(tables)], axis=1)


def _judged(scores: Floats, coins: Flags, teaching: Flags) -> Floats:
    """Return float64[rows, judged tables]: those that do not teach, judged by those that do."""
    learned = learn(scores[:, :, teaching], coins[:, teaching])
    return np.stack([learned.judge(scores[:, :, table]) for table in np.flatnonzero(~teaching)], axis=1)


def relative(scores: Floats) -> Floats:
    """Return each score over its mean against the other tables (scores are logarithms); no label of any kind is used.

    Source: Zarifzadeh, Liu and Shokri 2024, "Low-cost high-power membership inference attacks" (RMIA), its ratio.
    """
    others = (scores.sum(axis=2, keepdims=True) - scores) / (scores.shape[2] - 1)
    return np.asarray(scores - others, dtype=np.float64)


def measure_shadows(scores: Floats, coins: Flags) -> ShadowEvidence:
    """Test whether shadow tables give away the rows that they were made from.

    Args:
        scores: float64[kinds, rows, tables], settled; at least four tables.
        coins: bool[rows, tables]: independent fair coins, so that of a generator that is blind to its rows every
            arrangement of them is equally likely whatever the scores are.
    """
    ratios = leave_one_out(scores, coins)
    what = "Tables that were made with this row differ from tables that were made without it as this one does."
    attack = measure_attack("shadows", what, ratios.ravel(), coins.ravel())
    areas = _areas(ratios.T, coins.T)
    return ShadowEvidence(
        attack=attack,
        auc=float(areas.mean()),
        auc_ci=_mean_interval(areas, 0.95),
        auc_low=min(_mean_interval(areas, SURE)[0], _share_low(float(areas.mean()), coins)),
        tpr_low={rate: _rate_low(ratios, coins, float(rate)) for rate in attack.tpr_at_fpr},
        p_value=_chance(scores, coins),
        row_auc=_areas(ratios, coins),
        separation=learn(scores, coins).separation,
    )


def _chance(scores: Floats, coins: Flags) -> float:
    """Given the scores, and the coins of the half that teaches, the coins that are judged are fair and independent: exact."""
    tests = [measure_attack("", "", kind.ravel(), coins.ravel()) for kind in relative(scores)]
    first = np.arange(coins.shape[1]) < coins.shape[1] // 2
    tests += [
        measure_attack("", "", _judged(scores, coins, half).ravel(), coins[:, ~half].ravel())
        for half in (first, ~first)
    ]
    return bonferroni([test.p_value for test in tests])


def judge_table(learned: Learned, scores: Floats, member: Flags) -> Attack:
    """Test whether a table gives away its train rows, by what shadow tables taught of every row, train or held out alike.

    Args:
        learned: From shadow tables whose coins did not know `member`.
        scores: float64[kinds, rows], settled, of the table under audit.
        member: bool[rows]; both kinds occur.
    """
    what = (
        "The table differs, around this row, as shadow tables that were made with it differ from those made without it."
    )
    return measure_attack("shadow-calibrated", what, learned.judge(scores), member)


def _areas(values: Floats, labels: Flags) -> Floats:
    """Return float64[lines]: the area under the ROC curve of each line of values; 0.5 where a line has one kind only."""
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=1)
    inside = labels.sum(axis=1)
    pairs = inside * (labels.shape[1] - inside)
    wins = (ranks * labels).sum(axis=1) - inside * (inside + 1) / 2
    return np.where(pairs > 0, wins / np.maximum(pairs, 1), 0.5)


def _rate_low(ratios: Floats, coins: Flags, rate: float) -> float:
    """Lower end of the 99.9% intervals, over the tables and over the pairs, of the share found at one threshold.

    It is 0 where fewer than ten pairs lie beyond the threshold by mistake: the rate of false alarms is then hardly known.
    """
    outside = np.sort(ratios[~coins])[::-1]
    if rate * len(outside) < LEAST_ALARMS:
        return 0.0
    threshold = outside[min(int(np.floor(rate * len(outside) + 1e-9)), len(outside) - 1)]
    found = ((ratios > threshold) & coins).sum(axis=0) / np.maximum(coins.sum(axis=0), 1)
    return min(_mean_interval(found, SURE)[0], _share_low(float(found.mean()), coins))


def _share_low(share: float, coins: Flags) -> float:
    """Lower end of the 99.9% interval of a share of the pairs: tables that all agree are no proof of a share of 1.

    Source: the variance of an area under a ROC curve is at most that of a share of the rarer kind (Birnbaum 1956).
    """
    pairs = int(min(coins.sum(), (~coins).sum()))
    return share_interval(int(np.floor(share * pairs)), pairs, level=SURE)[0]


def _mean_interval(values: Floats, level: float) -> tuple[float, float]:
    from scipy.stats import t

    half = float(t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    middle = float(values.mean())
    return max(0.0, middle - half), min(1.0, middle + half)
