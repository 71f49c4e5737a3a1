"""Documents of single countries, by presidio's pattern recognisers.

The recognisers are called directly, one by one, without an analyzer engine: no language model, no network. presidio is
imported when the shapes of a column, and where those are wide its header, ask for one of them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from privsynth.pii.rules import Forms, Hits, Rule, counted, names_of, shape, strided

ROUTED = 300  # distinct values of a column that go to a recogniser at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which recogniser sees which values.

    Attributes:
        recogniser: Class name in ``presidio_analyzer.predefined_recognizers``.
        entity: What a match speaks for.
        shape: Full match on the folded shape of a value.
        chance: Share of unrelated values of that shape that the recogniser accepts.
        narrow: Whether the shape is asked without a header.
        starts: Match at the start of a value.
        weight: A key of ``weights.json``.
        country: ISO 3166 code of the country that issues it.
        needs: Signs that the shape must hold.
        longest: Length of a shape at most.
    """

    recogniser: str
    entity: str
    shape: re.Pattern[str]
    chance: float
    narrow: bool = False
    starts: re.Pattern[str] | None = None
    weight: str = "value.checksum"
    country: str = ""
    needs: str = "9"
    longest: int = 20


def _route(
    recogniser: str,
    entity: str,
    pattern: str,
    chance: float,
    *,
    narrow: bool = False,
    starts: str = "",
    weight: str = "",
) -> Route:
    country = {"Uk": "GB", "Nh": "GB", "Me": "US", "Cr": ""}.get(recogniser[:2], recogniser[:2].upper())
    return Route(
        recogniser=f"{recogniser}Recognizer",
        entity=entity,
        shape=shape(pattern),
        chance=chance,
        narrow=narrow,
        starts=re.compile(starts, re.IGNORECASE) if starts else None,
        weight=weight or ("value.checksum" if chance <= 0.2 else "value.shape"),
        country=country,
        needs="9a" if entity == "CRYPTO" else "9",
        longest=64 if entity == "CRYPTO" else 20,
    )


ROUTES: tuple[Route, ...] = (
    _route("Crypto", "CRYPTO", "[9a]{26,62}", 0.001, narrow=True, starts="bc1|1|3"),
    _route("UsMbi", "US_MBI", "9a[9a]9-?a[9a]9-?a{2}99", 0.3, narrow=True, weight="value.form"),
    _route("UkNino", "UK_NINO", "a{2} ?99 ?99 ?99 ?a", 0.08, narrow=True, weight="value.form"),
    _route("DeHealthInsurance", "DE_HEALTH_INSURANCE", "a9{9}", 0.1, narrow=True),
    _route("DeIdCard", "DE_ID_CARD", "a[9a]{7}9{1,2}[9a]?", 0.1),
    _route("DePassport", "PASSPORT", "a[9a]{7}9{1,2}", 0.1),
    _route("NgNin", "NG_NIN", "9{11}", 0.1),
    _route("AuMedicare", "AU_MEDICARE", "9{10,11}|9{4} 9{5} 9", 0.1),
    _route("UkDrivingLicence", "DRIVER_LICENSE", "a[9a]{4}9{6}[9a]{3}aa", 0.05, narrow=True, weight="value.form"),
    _route("UkPassport", "PASSPORT", "9{9}|a{2}9{7}", 0.5),
    _route("UsPassport", "US_PASSPORT", "9{9}|a9{8}", 0.6),
    _route("InPassport", "PASSPORT", "a9{7}", 0.5),
    _route("ItPassport", "PASSPORT", "a{2}9{7}", 0.5),
    _route("EsPassport", "PASSPORT", "a{3}9{6}", 0.5),
    _route("KrPassport", "PASSPORT", "a9{3}a9{4}|a9{8}", 0.3),
    _route("PhPassport", "PASSPORT", "a9{7}a|a{2}9{7}", 0.5),
    _route("ZaPassport", "PASSPORT", "a9{8}", 0.3),
    _route("UsLicense", "US_DRIVER_LICENSE", "a{1,2}9{2,14}|9{6,14}|9{2}a{3}9{5}|a9{2,3}a[9a]{2,9}|9{16}", 0.6),
    _route("DeFuehrerschein", "DRIVER_LICENSE", "a[9a]{2}[9a]{6}[9a]{2}", 0.3),
    _route("ItDriverLicense", "DRIVER_LICENSE", "a{2}9{7}a|a[9a]{8}a", 0.3),
    _route("KrDriverLicense", "DRIVER_LICENSE", "99[- ]?99[- ]?9{6}[- ]?99", 0.3),
    _route("ZaDriverLicense", "DRIVER_LICENSE", "9{6,10}[9a]{2,5}", 0.6),
    _route("DeKfz", "LICENSE_PLATE", "a{1,3}[- ]a{1,2}[- ]9{1,4}a?", 0.3),
    _route("UkVehicleRegistration", "LICENSE_PLATE", "a{2}99[- ]?a{3}|a9{1,3}[- ]?a{3}|a{3}[- ]?9{1,3}[- ]?a", 0.4),
    _route("InVehicleRegistration", "LICENSE_PLATE", "a{2} ?9{1,2} ?a{1,3} ?9{4}|99a{2}9{4}a{1,2}", 0.4),
    _route("TrLicensePlate", "LICENSE_PLATE", "99[ -]?a{1,3}[ -]?9{2,4}", 0.4),
    _route("ZaLicensePlate", "LICENSE_PLATE", "a{2,4} ?9{2,4} ?a{2,6}(?: ?a{2})?|9{2,3} ?a{2,3} ?aa", 0.2),
    _route("NgVehicleRegistration", "LICENSE_PLATE", "a{3}[- ]?9{3}a{2}", 0.3),
    _route("UsHealthInsuranceMemberId", "HEALTH_PLAN_NUMBER", "a[9a-]{5,19}", 0.6),
    _route("UsClaimNumber", "CLAIM_NUMBER", "a{3}-?9{6,15}", 0.05),
)  # fmt: skip


@lru_cache(maxsize=64)
def _recogniser(name: str) -> Any:
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    from presidio_analyzer import predefined_recognizers

    return getattr(predefined_recognizers, name)()


def _accepts(route: Route, values: Sequence[str]) -> int:
    """Count the values that a recogniser takes as a whole."""
    recogniser = _recogniser(route.recogniser)

    def whole(value: str) -> bool:
        found = recogniser.analyze(value, recogniser.supported_entities, None)
        return any(item.score > 0 and item.end - item.start == len(value) for item in found or ())

    return sum(whole(value.upper() if route.entity != "CRYPTO" else value) for value in values)


def _asked(route: Route, forms: Forms, headed: Collection[str]) -> bool:
    named = any(name in headed for name in names_of(route.entity))
    return route.narrow or named or bool(route.country and route.country in forms.countries)


def _hits(route: Route, forms: Forms) -> Hits | None:
    starts = route.starts
    eligible = [
        value
        for value in forms.having(route.shape, needs=route.needs, only="9a -", longest=route.longest)
        if value.isascii()
    ]
    eligible = eligible if starts is None else [value for value in eligible if starts.match(value)]
    if not eligible or len(eligible) < 0.3 * forms.view.tested:
        return None
    sample = strided(eligible, ROUTED)
    passed = _accepts(route, sample)
    if not passed:
        return None
    rule = Rule(name=f"presidio.{route.recogniser}", entity=route.entity, weight=route.weight, shape=route.shape,
                chance=route.chance, source="recogniser")  # fmt: skip
    return counted(rule, forms.view, eligible=len(eligible), asked=len(sample), passed=passed)


def recogniser_hits(forms: Forms, headed: Collection[str], taken: Collection[str]) -> list[Hits]:
    """Send the values whose shape fits to the recognisers of single countries.

    Args:
        forms: The column by shape.
        headed: Entities that the header names, wider kinds included.
        taken: Entities that have been recognised already: then only recognisers that the header asks for are called.

    Returns:
        For each entity the recogniser that accepts most values, if that is more than chance brings.
    """
    best: dict[str, Hits] = {}
    for route in ROUTES:
        if not _asked(route, forms, headed) or (taken and route.entity not in headed):
            continue
        found = _hits(route, forms)
        if found is not None and (route.entity not in best or found.strength > best[route.entity].strength):
            best[route.entity] = found
    return list(best.values())
