"""From signs to probabilities: each class of evidence counts once for an entity, log-odds add, a softmax decides.

The model is a conditional logit: entities that some sign speaks for compete with each other, with "nothing of the kind", whose
log-odds are 0, and with "a kind that no rule saw", so that nobody is certain because nobody looked. Weights are shared by
all entities, so what is learned on some of them holds for the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from privsynth.pii.entities import ENTITIES, Entity, in_family, lineage
from privsynth.pii.model import Evidence, Sign

NOTHING = ""
UNSEEN = "?"
_PRIOR = -3.0  # of a role that learning never saw


def candidates(signs: Iterable[Sign], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return the entities that some sign speaks for, in order of appearance."""
    spoken_for = (sign.entity for sign in signs if weights.get(sign.weight, 0.0) * sign.strength > 0)
    return tuple(dict.fromkeys(entity for entity in spoken_for if entity != UNSEEN))


def unseen_odds(signs: Iterable[Sign], weights: Mapping[str, float]) -> float:
    """Return the log-odds that a column holds a kind that no rule saw."""
    own = sum(weights.get(sign.weight, 0.0) * sign.strength for sign in signs if sign.entity == UNSEEN)
    return weights.get("prior.unseen", _PRIOR) + own


def prior_of(entity: str, kinds: Mapping[str, Entity] = ENTITIES) -> str:
    """Return the name of the weight that every column starts with for this entity."""
    return f"prior.{kinds[entity].role}"


def _class_of(sign: Sign) -> str:
    return sign.weight.partition(".")[0]


def counted(
    entity: str, signs: Iterable[Sign], weights: Mapping[str, float], kinds: Mapping[str, Entity] = ENTITIES
) -> list[Sign]:
    """Return the signs that count for or against an entity.

    Signs on its wider kinds count too. Of the signs for it, the strongest of each class counts (``header.strong``
    and ``header.weak`` are of one class); of those against it, the strongest of each weight.
    """
    line = lineage(entity, kinds)
    strongest: dict[str, Sign] = {}

    def worth(sign: Sign) -> float:
        return weights.get(sign.weight, 0.0) * sign.strength

    for sign in signs:
        value = worth(sign)
        if sign.entity not in line or value == 0:
            continue
        key = _class_of(sign) if value > 0 else sign.weight
        if key not in strongest or abs(value) > abs(worth(strongest[key])):
            strongest[key] = sign
    return list(strongest.values())


def settled(signs: Sequence[Sign]) -> list[Sign]:
    """Let a header that names one part of a name decide which part the name lists found."""
    headed = {
        sign.entity
        for sign in signs
        if sign.source == "header" and sign.entity in ENTITIES and in_family(sign.entity, "name")
    }
    parts = headed & {"FIRST_NAME", "LAST_NAME"}
    if len(parts) != 1:
        return list(signs)
    part = parts.pop()
    listed = [sign.source == "names" and sign.weight != "names.none" for sign in signs]
    return [replace(sign, entity=part) if found else sign for sign, found in zip(signs, listed, strict=True)]


def weighed(
    entity: str, signs: Iterable[Sign], weights: Mapping[str, float], kinds: Mapping[str, Entity] = ENTITIES
) -> list[Evidence]:
    """Return the evidence for and against one entity with its log-odds."""
    return [
        Evidence(
            source=sign.source,
            entity=entity,
            weight=weights[sign.weight] * sign.strength,
            n_tested=sign.n_tested,
            n_hit=sign.n_hit,
            rule=sign.rule,
        )
        for sign in counted(entity, signs, weights, kinds)
    ]


def posterior(
    signs: Sequence[Sign], weights: Mapping[str, float], kinds: Mapping[str, Entity] = ENTITIES
) -> dict[str, float]:
    """Return the probability of each candidate, of ``NOTHING`` and of ``UNSEEN``.

    Args:
        signs: All of a column.
        weights: As ``weights.learned``.
        kinds: Entity -> what follows from it; the owner's own rules may add some.
    """
    odds = {NOTHING: 0.0, UNSEEN: unseen_odds(signs, weights)}
    for entity in candidates(signs, weights):
        evidence = weighed(entity, signs, weights, kinds)
        odds[entity] = weights.get(prior_of(entity, kinds), _PRIOR) + sum(item.weight for item in evidence)
    highest = max(odds.values())
    parts = {entity: math.exp(value - highest) for entity, value in odds.items()}
    total = sum(parts.values())
    return {entity: part / total for entity, part in parts.items()}
