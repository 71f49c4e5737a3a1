"""Could the values be what the header names? For, when nearly all could; against, when hardly any can."""

from __future__ import annotations

import math
from collections.abc import Collection

from privsynth.pii.entities import lineage
from privsynth.pii.fit_tests import Fit, Test, fit_of, is_removed
from privsynth.pii.model import Sign
from privsynth.pii.profile import Profile
from privsynth.pii.rules import strided

_LOOKED_AT = 500  # distinct values that are compared with the header
_FEW_VALUES = 1.5  # values at which a fit has 63 % of its strength


def _share(values: Collection[str], test: Test) -> float:
    return sum(map(test, values)) / max(1, len(values))


def _narrowest(headed: Collection[str]) -> list[str]:
    """Return the named entities that are not merely the wider kind of another."""
    wider = {name for entity in headed for name in lineage(entity)[1:]}
    return [entity for entity in sorted(headed) if entity not in wider]


def _sign(entity: str, fits: Fit, values: Collection[str]) -> Sign | None:
    share = _share(values, fits.could)
    sure = 1.0 - math.exp(-len(values) / _FEW_VALUES)
    if share >= 0.6:
        strength = fits.strength * min(1.0, (share - 0.5) / 0.3) * sure
        return _said(entity, "fit.could", strength, share, len(values))
    share = _share(values, fits.possible or fits.could)
    if share < 0.35:
        return _said(entity, "fit.cannot", min(1.0, (0.4 - share) / 0.3) * sure, share, len(values))
    return None


def _said(entity: str, weight: str, strength: float, share: float, tested: int) -> Sign:
    return Sign(source="fit", entity=entity, weight=weight, strength=round(strength, 4), n_tested=tested,
                n_hit=round(share * tested), rule=weight.replace("fit.", "") + "_be")  # fmt: skip


def fit_signs(view: Profile, headed: Collection[str]) -> list[Sign]:
    """Say whether the values could be what the header names.

    Masked values (``XXX-XX-1234``) fit; values that only say that something was removed are not asked. Of an entity and
    its wider kind, both headed, the narrower is asked first; unless it fits, the wider one is asked too.

    Args:
        view: The column.
        headed: Entities that the header names, wider kinds included.

    Returns:
        At most one sign per entity: ``fit.could`` or ``fit.cannot``.
    """
    values = [value for value in strided(view.values, _LOOKED_AT) if not is_removed(value)]
    if not values:
        return []
    found: dict[str, Sign] = {}
    for narrow in _narrowest(headed):
        for entity in (name for name in lineage(narrow) if name in headed):
            fits = fit_of(entity)
            item = None if fits is None else _sign(entity, fits, values)
            if item is not None:
                found[entity] = item
            if item is not None and item.weight == "fit.could":
                break
    return list(found.values())
