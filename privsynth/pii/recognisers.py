"""Identifiers of single countries, by presidio's pattern recognisers.

The recognisers are called directly, one by one, without an analyzer engine: no language model, no network. presidio is
imported when the shapes of a column, or its header, ask for one of them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from privsynth.pii import weights
from privsynth.pii.model import Evidence
from privsynth.pii.profile import Profile

ROUTED = 300  # distinct values of a column that go to a recogniser at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which recogniser sees which values.

    Attributes:
        recogniser: Class name in ``presidio_analyzer.predefined_recognizers``.
        entity: What a match speaks for.
        shape: Full match on the shape of a value.
        starts: Match at the start of a value (ITINs start with 9).
        chance: Share of unrelated values of that shape that the recogniser accepts.
        header: Entities of which one must be named by the header; empty when the shape is narrow enough.
    """

    recogniser: str
    entity: str
    shape: str
    chance: float
    starts: str = ""
    header: tuple[str, ...] = ()


_NATIONAL = ("NATIONAL_ID", "TAX_ID", "US_SSN", "MEDICAL_RECORD_NUMBER")
ROUTES: tuple[Route, ...] = (
    Route(recogniser="ItFiscalCodeRecognizer", entity="NATIONAL_ID", shape="a{6}99a99a9{3}a", chance=0.05),
    Route(recogniser="UkNinoRecognizer", entity="NATIONAL_ID", shape="a{2} ?99 ?99 ?99 ?a", chance=0.1),
    Route(recogniser="EsNifRecognizer", entity="NATIONAL_ID", shape="9{7,8}-?a", chance=0.05),
    Route(recogniser="EsNieRecognizer", entity="NATIONAL_ID", shape="a9{7}-?a", chance=0.05),
    Route(recogniser="SgFinRecognizer", entity="NATIONAL_ID", shape="a9{7}a", chance=0.2),
    Route(recogniser="FiPersonalIdentityCodeRecognizer", entity="NATIONAL_ID", shape="9{6}[-+a]9{3}[9a]", chance=0.03),
    Route(recogniser="KrRrnRecognizer", entity="NATIONAL_ID", shape="9{6}-9{7}", chance=0.1),
    Route(recogniser="InPanRecognizer", entity="TAX_ID", shape="a{5}9{4}a", chance=0.4),
    Route(recogniser="UsMbiRecognizer", entity="HEALTH_PLAN_NUMBER", shape="9a[9a]9-?a[9a]9-?a{2}9{2}", chance=0.1),
    Route(recogniser="UsItinRecognizer", entity="TAX_ID", shape="9{3}[- ]99[- ]9{4}", chance=0.06, starts="9"),
    Route(recogniser="CryptoRecognizer", entity="CRYPTO_ADDRESS", shape="[9a]{26,62}", chance=0.01, starts="bc1|1|3"),
    Route(recogniser="MedicalLicenseRecognizer", entity="LICENSE_NUMBER", shape="aa9{7}", chance=0.1),
    Route(recogniser="UsNpiRecognizer", entity="LICENSE_NUMBER", shape="9{10}", chance=0.1, header=("LICENSE_NUMBER",)),
    Route(recogniser="PlPeselRecognizer", entity="NATIONAL_ID", shape="9{11}", chance=0.1, header=_NATIONAL),
    Route(recogniser="DeTaxIdRecognizer", entity="TAX_ID", shape="9{11}", chance=0.1, header=_NATIONAL),
    Route(recogniser="TrNationalIdRecognizer", entity="NATIONAL_ID", shape="9{11}", chance=0.1, header=_NATIONAL),
    Route(recogniser="InAadhaarRecognizer", entity="NATIONAL_ID", shape="9{4} ?9{4} ?9{4}", chance=0.1,
          header=_NATIONAL),
    Route(recogniser="NhsRecognizer", entity="MEDICAL_RECORD_NUMBER", shape="9{3} ?9{3} ?9{4}", chance=0.1,
          header=_NATIONAL),
    Route(recogniser="SePersonnummerRecognizer", entity="NATIONAL_ID", shape="9{6,8}[-+]9{4}", chance=0.05),
)  # fmt: skip


@lru_cache(maxsize=32)
def _recogniser(name: str) -> Any:
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    from presidio_analyzer import predefined_recognizers

    return getattr(predefined_recognizers, name)()


def _hits(route: Route, values: list[str]) -> int:
    recogniser = _recogniser(route.recogniser)
    entities = list(recogniser.supported_entities)
    found = 0
    for value in values:
        results = recogniser.analyze(value, entities, None)
        found += any(result.end - result.start == len(value) and result.score >= 0.3 for result in results)
    return found


def recogniser_evidence(view: Profile, headed: Iterable[str]) -> list[Evidence]:
    """Send the values whose shape fits to the recognisers of single countries.

    Args:
        view: The column.
        headed: Entities that the header names.

    Returns:
        Evidence above the rate at which unrelated values of that shape pass.
    """
    if view.kind not in ("text", "integer"):
        return []
    named, found = set(headed), []
    for route in ROUTES:
        if (route.header and not named & set(route.header)) or (view.kind == "integer" and not route.header):
            continue
        shape, starts = re.compile(route.shape, re.IGNORECASE), re.compile(route.starts)
        having = [members for text, members in view.shapes.items() if shape.fullmatch(text)]
        routed = [value for members in having for value in members if starts.match(value)]
        if len(routed) < 0.3 * view.tested or not routed:
            continue
        sample = routed[:: -(-len(routed) // ROUTED)]
        hits = _hits(route, sample)
        weight = min(weights.RECOGNISER, weights.above_chance(len(sample), hits, route.chance))
        weight *= weights.ramp(hits / len(sample) * len(routed) / view.tested)
        rule = f"presidio.{route.recogniser}"
        if weight > 0:
            found.append(
                Evidence(
                    source="recogniser", entity=route.entity, weight=weight, n_tested=len(sample), n_hit=hits, rule=rule
                )
            )
    return found
