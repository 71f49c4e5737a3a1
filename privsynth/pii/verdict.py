"""From weighed evidence to a verdict: the entity, its role, the action and the laws, each with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from privsynth.pii import weights as learned_weights
from privsynth.pii.entities import ENTITIES, Entity, lineage
from privsynth.pii.model import ColumnFinding, Evidence, Sign
from privsynth.pii.posterior import NOTHING, UNSEEN, posterior, settled, weighed
from privsynth.pii.profile import Profile, common_shape
from privsynth.pii.reasons import reason_of, sentence_of

_OTHERS_SHOWN = 4
_UNEXPLAINED_VALUES = 20  # different texts that nothing explains before the owner must look
_UNEXPLAINED_SHARE = 0.5
_TELLING = 0.5  # strength of a sign that a column is a key
_LOOK = "left out unless you look at it and declare what it is"


def finding(
    name: str,
    signs: Sequence[Sign],
    view: Profile | None,
    *,
    weights: Mapping[str, float] | None = None,
    kinds: Mapping[str, Entity] = ENTITIES,
) -> ColumnFinding:
    """Return the verdict on one column.

    Args:
        name: The column's name.
        signs: All that was observed.
        view: The column's values, or None when only the header is known.
        weights: Log-odds of each class of evidence; the learned ones by default.
        kinds: Entity -> what follows from it.

    Returns:
        The verdict with its figures. A column without a value has no entity, and the role that its header suggests.
    """
    known = learned_weights.learned() if weights is None else weights
    column = _Column(name=name, signs=tuple(settled(signs)), weights=known, kinds=kinds)
    chances = posterior(column.signs, known, kinds)
    verdict = column.verdict(chances)
    if view is None:
        return column.left_open(verdict)
    verdict = _with_figures(verdict, view)
    if not view.cells:
        return replace(verdict, entity=None, detail=None, reason=f"no value; by its name: {verdict.reason}")
    return column.contaminated(column.unexplained(verdict, view))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """What is known of one column, and the scale it is weighed on."""

    name: str
    signs: Sequence[Sign]
    weights: Mapping[str, float]
    kinds: Mapping[str, Entity]

    def verdict(self, chances: Mapping[str, float]) -> ColumnFinding:
        """Return the likeliest entity; for review where direct identifiers are neither likely nor unlikely."""
        seen = [entity for entity in chances if entity != UNSEEN]
        best = max(seen, key=lambda entity: (chances[entity], entity == NOTHING, entity))
        direct = {entity: chances[entity] for entity in chances if self._is_direct(entity)}
        total = sum(direct.values())
        suspect = max(direct, key=lambda entity: (direct[entity], entity)) if direct else NOTHING
        evidence = self._evidence(best if best != NOTHING else suspect, chances)
        if best == NOTHING:
            found = _nothing(self.name, chances[NOTHING], evidence)
        else:
            found = self._recognised(best, self._agreeing(best, chances), evidence)
        if not learned_weights.REVIEW_LOW <= total < learned_weights.REVIEW_HIGH:
            return found
        if best == suspect:
            return _to_review(found, f"unclear: {found.reason}")
        reason = reason_of(weighed(suspect, self.signs, self.weights, self.kinds), suspect)
        return _to_review(found, f"may be {self._shown(suspect)} ({total:.0%}): {reason}")

    def left_open(self, found: ColumnFinding) -> ColumnFinding:
        """Send to review what a name alone leaves open: no cell was asked, so a doubt counts as much as a fair chance."""
        open_ = [sign for sign in self.signs if sign.weight == "header.ambiguous" and self._is_direct(sign.entity)]
        denied = {sign.entity for sign in self.signs if sign.weight in ("header.denied", "header.thing")}
        suspects = [sign for sign in open_ if not denied.intersection(lineage(sign.entity, self.kinds))]
        if not suspects or found.role in ("direct", "review", "free_text") or found.entity is not None:
            return found
        return _to_review(found, f"may be {self._shown(suspects[0].entity)}: {sentence_of(suspects[0])}")

    def _is_direct(self, entity: str) -> bool:
        return entity not in (NOTHING, UNSEEN) and self.kinds[entity].role == "direct"

    def _shown(self, entity: str) -> str:
        return self.kinds[entity].shown or entity

    def _agreeing(self, entity: str, chances: Mapping[str, float]) -> float:
        """Return the probability of the entity in the sense of the output: with its narrower and wider kinds."""
        line = set(lineage(entity, self.kinds))
        others = [other for other in chances if other not in (NOTHING, UNSEEN)]
        agreeing = [
            chances[other]
            for other in others
            if other in line or entity in lineage(other, self.kinds) or self._shown(other) == self._shown(entity)
        ]
        return min(1.0, sum(agreeing))

    def _recognised(self, entity: str, confidence: float, evidence: tuple[Evidence, ...]) -> ColumnFinding:
        row = self.kinds[entity]
        return ColumnFinding(
            name=self.name,
            entity=self._shown(entity),
            detail=entity if row.shown else None,
            confidence=confidence,
            role=row.role,
            action=row.action,
            reason=reason_of(evidence, entity),
            why=row.why,
            faker=row.faker,
            evidence=evidence,
            hipaa=row.hipaa,
            gdpr=row.gdpr,
            pci=row.pci,
        )

    def _evidence(self, entity: str, chances: Mapping[str, float]) -> tuple[Evidence, ...]:
        """Return the evidence for the report: all about the entity, then the strongest about others, then spans."""

        def about(one: str) -> list[Evidence]:
            return sorted(weighed(one, self.signs, self.weights, self.kinds), key=lambda item: -abs(item.weight))

        mine = about(entity) if entity != NOTHING else []
        others = [item for other in chances if other not in (entity, NOTHING, UNSEEN) for item in about(other)]
        others.sort(key=lambda item: -abs(item.weight))
        return (*mine, *others[:_OTHERS_SHOWN], *(_as_evidence(sign) for sign in self._spans()))

    def _spans(self) -> list[Sign]:
        """Return what was found inside cells; dotted numbers in most cells are versions, or the column's own kind."""
        spans = [sign for sign in self.signs if sign.weight == "span"]
        return [sign for sign in spans if sign.entity != "IP_ADDRESS" or sign.n_hit <= 0.5 * sign.n_tested]

    def unexplained(self, found: ColumnFinding, view: Profile) -> ColumnFinding:
        """Send text, and codes and long numbers, that mostly differ and that nothing explains, to the owner.

        45 CFR 164.514(b)(2)(i)(R) counts any other unique number or code as an identifier.
        """
        if found.role != "safe" or found.entity is not None:
            return found
        coded = any(sign.weight in ("key.shape", "key.long") and sign.strength > _TELLING for sign in self.signs)
        varied = view.distinct >= _UNEXPLAINED_VALUES and view.unique_ratio > _UNEXPLAINED_SHARE
        if not coded and not (varied and view.kind == "text"):
            return found
        said = "text" if view.kind == "text" else "whole numbers"
        return _to_review(
            found, f"{said} that nothing explains: {view.distinct} different values in {view.cells} cells"
        )

    def contaminated(self, found: ColumnFinding) -> ColumnFinding:
        """Turn "keep" into "review" when some cells hold a written identifier."""
        spans = self._spans()
        if not spans or found.action == "drop" or found.role in ("direct", "free_text", "review"):
            return found
        worst = max(spans, key=lambda sign: sign.n_hit)
        row = self.kinds[worst.entity]
        reason = f"{sentence_of(worst)}, in a column that is otherwise {found.entity or 'unremarkable'}"
        return replace(
            _to_review(found, reason),
            entity=self._shown(worst.entity),
            detail=worst.entity if row.shown else None,
            confidence=0.5,
            hipaa=row.hipaa,
            gdpr=row.gdpr,
            pci=row.pci,
        )


def _nothing(name: str, confidence: float, evidence: tuple[Evidence, ...]) -> ColumnFinding:
    return ColumnFinding(
        name=name,
        entity=None,
        confidence=confidence,
        role="safe",
        action="keep",
        reason="nothing was recognised",
        evidence=evidence,
    )


def _as_evidence(sign: Sign) -> Evidence:
    return Evidence(
        source=sign.source, entity=sign.entity, weight=0.0, n_tested=sign.n_tested, n_hit=sign.n_hit, rule=sign.rule
    )


def _to_review(found: ColumnFinding, reason: str) -> ColumnFinding:
    return replace(found, role="review", action="drop", faker=None, reason=reason, why=_LOOK)


def _with_figures(found: ColumnFinding, view: Profile) -> ColumnFinding:
    return replace(
        found,
        shape=common_shape(view),
        cells=view.cells,
        distinct=view.distinct,
        sampled=view.tested,
        missed_below=view.rows_could_be_missed,
    )
