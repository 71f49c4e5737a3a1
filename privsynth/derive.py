"""A schema under differential privacy: kinds and formats by noisy votes, bounds by noisy log2 histograms, labels by thresholded counts.

Only column names are free. Whatever is learned here is paid for and marked `dp` in the schema.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend, composed, gaussian, thresholded
from privsynth.noise import Noise, scale_of
from privsynth.table.forms import FORMS, forms_of
from privsynth.table.profile import FORM_NAMES, LOG2_RANGE, YEARS, Profile
from privsynth.table.votes import PLAIN, SIGMAS, WHOLE, Votes
from privsynth.tableschema.constraints import FixedCombinations
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import LABELLED, MAX_LABELS, NUMERIC, UNMODELLED, Field, Schema, canonical_label

if TYPE_CHECKING:
    from dp_accounting import DpEvent

Ints = npt.NDArray[np.int64]
_FORMATS = {
    "date_iso": ("date", "%Y-%m-%d"),
    "datetime_space": ("datetime", "%Y-%m-%d %H:%M:%S"),
    "datetime_t": ("datetime", "%Y-%m-%dT%H:%M:%S"),
    "datetime_minutes": ("datetime", "%Y-%m-%d %H:%M"),
    "date_slash": ("date", "%d/%m/%Y"),
    "date_dash": ("date", "%d-%m-%Y"),
    "date_dots": ("date", "%d.%m.%Y"),
    "date_slash_year_first": ("date", "%Y/%m/%d"),
    "date_compact": ("date", "%Y%m%d"),
}
_MOST, _SOME, _NUMBERS = 0.9, 0.05, 0.97
_LABELS = 0.3
_COVERED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DeriveMechanism:
    """The derivation of a schema with all its numbers; every column is asked twice, every list of combinations once.

    Args:
        names: Columns that are asked about.
        form_noise: Noise multiplier of each column's votes on form.
        domain_noise: Noise multiplier of each column's magnitudes, years or labels.
        label_delta: Additive delta of each threshold: of a column's labels, of a list of combinations.
        lists: How many lists of combinations are asked for.
    """

    names: tuple[str, ...]
    form_noise: float
    domain_noise: float
    label_delta: float
    lists: int = 0

    @classmethod
    def calibrate(cls, names: Sequence[str], spend: Spend, lists: int = 0) -> DeriveMechanism:
        """Split what may be spent evenly over the two questions of each column and the lists of combinations."""
        columns = max(len(names) + lists, 1)
        questions = max(2 * len(names) + lists, 1)
        noise = math.sqrt(questions / (float(spend.mu_squared) * (1 - 1e-9)))
        return cls(
            names=tuple(names),
            form_noise=noise,
            domain_noise=noise,
            label_delta=float(spend.delta) / columns * (1 - 1e-9),
            lists=lists,
        )

    @property
    def event(self) -> DpEvent:
        """Both questions of every column, the second one as if labels were always asked, and the lists."""
        each = [gaussian(self.form_noise), thresholded(self.domain_noise, self.label_delta)]
        return composed(each * len(self.names) + each[1:] * self.lists)

    def run(self, profile: Profile, start: Schema, noise: Noise) -> Schema:
        """Complete a schema.

        Args:
            profile: The table.
            start: Fields whose leaves are known from names or declarations; `names` of it are completed.
            noise: Where the answers come from.

        Returns:
            The schema with every leaf that was learned marked `dp`.
        """
        found = {name: self._field(start[name], profile, noise) for name in self.names}
        schema = start.with_fields(found.get(field.name, field) for field in start.fields)
        listed = {each.says: self._listed(each, schema, profile, noise) for each in unlisted(schema)[: self.lists]}
        return replace(schema, constraints=tuple(listed.get(each.says, each) for each in schema.constraints))

    def _listed(self, wanted: FixedCombinations, schema: Schema, profile: Profile, noise: Noise) -> FixedCombinations:
        """Learn combinations; where a column turned out to have no list of values, they stay unknown."""
        fields = [schema[name] for name in wanted.columns]
        if not all(field.modelled for field in fields):
            return wanted
        domains = [Domain.of(field) for field in fields]
        if any(domain.texts() is None for domain in domains):
            return wanted
        claim = {"noise_multiplier": self.domain_noise, "delta": self.label_delta}
        counts = noise.thresholded(profile.combinations(domains), sensitivity=profile.unit.max_rows, **claim)
        paid = {"source": "dp", "mechanism": "thresholded counts", **claim}
        rows = sorted(tuple(json.loads(combination)) for combination in counts)
        return replace(wanted, combinations=tuple(rows), learn=False, source=paid)

    def _field(self, field: Field, profile: Profile, noise: Noise) -> Field:
        rows = profile.unit.max_rows
        answer = noise.measure(profile.forms(field.name), sensitivity=rows, noise_multiplier=self.form_noise)
        sigma = scale_of(rows, self.form_noise)
        votes = Votes(counts=dict(zip(FORM_NAMES, answer.tolist(), strict=True)), sigma=sigma)
        voted = self._by_votes(field, votes)
        if not voted.modelled:
            return voted
        if voted.kind in LABELLED:
            return self._labels(voted, votes, profile, noise)
        if voted.minimum is not None and voted.maximum is not None:
            return voted
        return self._bounds(voted, votes, profile, noise)

    def _by_votes(self, field: Field, votes: Votes) -> Field:
        """Decide kind, format, decimals, role and whether cells may be missing, from noisy votes alone."""
        paid = {"source": "dp", "mechanism": "noisy votes", "noise_multiplier": self.form_noise}
        if not _stated(field, "required"):
            field = field.with_(paid, required=votes.counts["missing"] <= SIGMAS * votes.sigma)
        if field.kind in LABELLED + NUMERIC and _stated(field, "kind"):
            return field
        if votes.total <= 0:
            return field.with_(paid, kind="text", role="review", action="drop")
        role = None if _stated(field, "role") else votes.role(headed=_headed(field))
        if role is not None:
            return field.with_(paid, kind="text" if role == "free_text" else "identifier", role=role, action="drop")
        return field.with_(paid, **_kind_of(votes))

    def _labels(self, field: Field, votes: Votes, profile: Profile, noise: Noise) -> Field:
        """Learn the labels; a column whose frequent labels cover less than half of its cells is an identifier."""
        paid = {
            "source": "dp",
            "mechanism": "thresholded counts",
            "noise_multiplier": self.domain_noise,
            "delta": self.label_delta,
        }
        if field.enum is not None:
            return field
        if votes.too_rare(_COVERED):  # the votes have said what the labels would say
            return field.with_(paid, kind="identifier", role="review", action="drop")
        counts = noise.thresholded(
            profile.labels(field.name),
            sensitivity=profile.unit.max_rows,
            noise_multiplier=self.domain_noise,
            delta=self.label_delta,
        )
        frequent = sorted((label for label in counts if "\x00" not in label), key=lambda label: (-counts[label], label))
        unique = {canonical_label(label): label for label in frequent[:MAX_LABELS]}
        cells = sum(votes.counts.values()) - votes.counts["missing"]
        if not unique or sum(counts.values()) < _COVERED * cells:
            return field.with_(paid, kind="identifier", role="review", action="drop")
        labels = tuple(sorted(unique.values()))
        if not _stated(field, "role"):
            role, labels = _of_labels(labels, counts)
            if role is not None or not labels:
                return field.with_(paid, kind="identifier", role=role or "direct", action="drop")
        if sum(counts.values()) < (1 - _SOME) * cells and not _stated(field, "required"):
            field = field.with_(paid, required=False)
        return field.with_(paid, enum=labels, kind="boolean" if _is_boolean(labels) else field.kind)

    def _bounds(self, field: Field, votes: Votes, profile: Profile, noise: Noise) -> Field:
        """Learn bounds from a noisy histogram of years or of powers of two."""
        by_year = field.kind in ("date", "datetime") or (
            field.generalisation is not None and field.generalisation.counts_years
        )
        counts = noise.measure(
            profile.years(field) if by_year else profile.magnitudes(field),
            sensitivity=profile.unit.max_rows,
            noise_multiplier=self.domain_noise,
        )
        mechanism = "noisy years" if by_year else "noisy log2 histogram"
        paid = {"source": "dp", "mechanism": mechanism, "noise_multiplier": self.domain_noise}
        sigma = scale_of(profile.unit.max_rows, self.domain_noise)
        heavy = np.flatnonzero(counts[:-1] > SIGMAS * sigma)
        if len(heavy) == 0:
            return field.with_(paid, kind="text", role="review", action="drop")
        if field.kind == "integer" and not by_year and not _stated(field, "kind") and not _headed(field):
            size = LOG2_RANGE[1] - LOG2_RANGE[0]
            powers = {int(cell) - size - 1 + LOG2_RANGE[0]: float(counts[cell]) for cell in heavy if cell > size}
            if powers and votes.more_distinct_than_drawn(powers):
                return field.with_(paid, kind="identifier", role="review", action="drop")
        low, high = (_years if by_year else _powers)(field, int(heavy[0]), int(heavy[-1]))
        return _with_bounds(field, low, high, paid)


def _stated(field: Field, leaf: str) -> bool:
    """Say whether the owner or a codebook vouches for a leaf; such a leaf is never learned."""
    return field.source(leaf) in ("declared", "public")


def _with_bounds(field: Field, low: float | str, high: float | str, paid: Mapping[str, Any]) -> Field:
    """Add the bounds that the owner has not given; where what was learned contradicts them, the column is dropped."""
    learned = {leaf: value for leaf, value in (("minimum", low), ("maximum", high)) if getattr(field, leaf) is None}
    first, last = (field.to_number(learned.get(leaf, getattr(field, leaf))) for leaf in ("minimum", "maximum"))
    if first > last:
        return field.with_(paid, kind="text", role="review", action="drop", minimum=None, maximum=None)
    return field.with_(paid, **learned)


def _headed(field: Field) -> bool:
    """Say whether the header or the owner has said what a column is, so that only clear cases overrule it."""
    return _stated(field, "role") or field.role in ("quasi", "sensitive", "target")


def _of_labels(labels: tuple[str, ...], counts: Mapping[str, int]) -> tuple[str | None, tuple[str, ...]]:
    """Read learned labels, which costs nothing: the role that they show, and those that are no identifiers themselves.

    Labels are looked at twice, by their noisy numbers of cells and each as one.
    """
    import pyarrow as pa

    forms = [FORMS[place] for place in forms_of(pa.array(labels, type=pa.string()))]
    weighed, single = dict.fromkeys(FORMS, 0.0), dict.fromkeys(FORMS, 0.0)
    for label, form in zip(labels, forms, strict=True):
        weighed[form] += counts[label]
        single[form] += 1
    # Labels are repeated by nature: a sentence that many rows share is no free text.
    found = [
        Votes(counts=weighed, sigma=0).role(headed=True),
        Votes(counts=single, sigma=0).role(headed=True, least=_LABELS),
    ]
    role = "direct" if "direct" in found else None
    return role, tuple(label for label, form in zip(labels, forms, strict=True) if form not in PLAIN)


def _kind_of(votes: Votes) -> dict[str, Any]:
    """Return the leaves that follow from the forms that were found."""
    share = {form: votes.of(form) / votes.total for form in FORMS if votes.of(form) > 0}
    for family, (kind, pattern) in _FORMATS.items():
        members = [form for form in share if form == family or (form.startswith(family + "_") and form not in _FORMATS)]
        if sum(share[form] for form in members) >= _MOST:
            month_first = share.get(f"{family}_month_first", 0) > share.get(f"{family}_day_first", 0)
            return {
                "kind": kind,
                "format": pattern.replace("%d/%m", "%m/%d").replace("%d-%m", "%m-%d") if month_first else pattern,
            }
    whole = votes.of(*WHOLE) / votes.total
    if whole >= _NUMBERS:
        return {"kind": "integer"}
    decimals = {
        1: share.get("decimals_1", 0),
        2: share.get("decimals_2", 0),
        3: share.get("decimals_3", 0),
        6: share.get("decimals_many", 0),
    }
    if whole + sum(decimals.values()) >= _NUMBERS:
        return {
            "kind": "number",
            "decimals": max((digits for digits, part in decimals.items() if part > 0.01), default=1),
        }
    return {"kind": "categorical"}


def _is_boolean(labels: Sequence[str]) -> bool:
    pair = {label.lower() for label in labels}
    return len(labels) == 2 and pair in ({"true", "false"}, {"yes", "no"}, {"t", "f"}, {"y", "n"})


def _powers(field: Field, first: int, last: int) -> tuple[float, float]:
    """Return the bounds that the outermost heavy powers of two stand for."""
    low, high = LOG2_RANGE
    size = high - low

    def ends(cell: int) -> tuple[float, float]:
        if cell == size:
            return 0.0, 0.0
        if cell > size:
            power = cell - size - 1 + low
            return 2.0**power, 2.0 ** (power + 1)
        power = size - 1 + low - cell
        return -(2.0 ** (power + 1)), -(2.0**power)

    bounds = ends(first)[0], ends(last)[1]
    return (math.floor(bounds[0]), math.ceil(bounds[1])) if field.kind == "integer" else bounds


def _years(field: Field, first: int, last: int) -> tuple[float | str, float | str]:
    start = YEARS[0]
    if field.kind == "integer":
        return start + first, start + last
    tail = "" if field.kind == "date" else "T23:59:59"
    return f"{start + first}-01-01", f"{start + last}-12-31{tail}"


def unlisted(schema: Schema) -> tuple[FixedCombinations, ...]:
    """Return the constraints whose combinations are to be learned."""
    return tuple(
        each for each in schema.constraints if isinstance(each, FixedCombinations) and each.combinations is None
    )


def undetermined(schema: Schema) -> tuple[str, ...]:
    """Return the names of fields that a fit cannot use before they are learned: kept, but without kind or domain."""
    names = []
    for field in schema.fields:
        if (
            field.action not in ("keep", "generalise")
            or field.name == schema.unit_column
            or field.role in ("direct", "free_text")
        ):
            continue
        unknown = field.source("kind") == "default"
        labels = field.kind in LABELLED and field.enum is None and field.kind != "boolean"
        bounds = field.kind in NUMERIC and (field.minimum is None or field.maximum is None)
        if unknown or ((labels or bounds) and field.kind not in UNMODELLED):
            names.append(field.name)
    return tuple(names)


def from_names(names: Sequence[str], roles: Mapping[str, tuple[str, str]]) -> Schema:
    """Return the schema that follows from column names alone.

    Args:
        names: The header.
        roles: Column name -> (role, action) by header words; `review` means dropped.
    """
    fields = []
    for name in names:
        role, action = roles.get(name, ("safe", "keep"))
        dropped = role in ("direct", "free_text", "review") or action in ("drop", "fake")
        field = Field(name=name, kind="identifier" if dropped else "categorical")
        fields.append(
            replace(
                field,
                role=role,
                action="drop" if dropped else "keep",
                provenance={"role": "default", "action": "default"},
            )
        )
    targets = [field.name for field in fields if field.role == "target"]
    return Schema(fields=tuple(fields), target=targets[0] if len(targets) == 1 else None)
