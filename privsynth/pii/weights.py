"""All weights of the scan, in natural-log odds, in one place.

A column starts at ``PRIOR`` for each entity; evidence adds. ``confidence = 1 / (1 + exp(-sum))``: -3 is 0.05,
0 is a half, 3 is 0.95. The weights are set by hand; nothing is learned from anybody's table.
"""

from __future__ import annotations

import math

PRIOR = -3.0
REVIEW_LOW, REVIEW_HIGH = 0.35, 0.65

# Header words: strength of a rule in ``lexicon.RULES``.
HEADER = {
    "strong": 6.0,  # alone 0.95: ssn, first_name, patient_id
    "fair": 4.2,  # alone 0.77: account, notes_text
    "ambiguous": 3.2,  # alone 0.55, so review: name, ward_key
    "weak": 2.2,  # alone 0.31, so kept: product_id, contact
}
HEADER_NEGATIVE = -6.0  # phone_count, card_type, email_opt_in, amount: against every direct identifier
HEADER_NOT_A_PERSON = -4.0  # city, product, company: against person names

# Value rules: what a column in which every distinct value matches is worth.
VALUE = {
    "email": 8.0,
    "url": 6.5,
    "uuid": 7.0,
    "mac": 8.0,
    "ipv6": 7.0,
    "ipv4": 6.0,
    "iban": 8.0,
    "card": 7.0,
    "ssn_dashed": 6.5,
    "phone_written": 6.0,
    "street": 6.0,
    "street_like": 2.5,
    "zip_plus4": 5.0,
    "postcode_letters": 5.0,
    "icd10_dotted": 6.0,
    "icd10_plain": 2.5,
    "date": 6.5,
    "date_compact": 5.0,
    "epoch": 4.5,
}
GAZETTEER = {"full_name": 7.0, "one_name": 5.5, "some_names": 2.5, "no_names": -2.5}
RECOGNISER = 7.0  # a presidio recogniser with a checksum or a narrow shape
COMPATIBLE = 2.0  # the header names an entity and the values could be that
INCOMPATIBLE = -5.0  # ... and the values cannot

# Keys: how much repeated or unrepeated values say.
KEY_UNIQUE = 3.0  # nearly all different, under a header that says key
KEY_SOME = 1.0  # repeated, but many (a unit's several rows)
KEY_FEW = -6.0  # a handful of codes
SEQUENCE = 4.5  # 1, 2, 3 ... n
CODE_SHAPE = 3.0  # all different, one shape, no header: review
LONG_NUMBER = 2.6  # whole numbers of six digits and more, all different over a thousand rows: review
TEXT_UNIQUE = 3.0  # short text, nearly all different, nothing recognised: review
FEW_VALUES = -4.0  # a direct identifier with a handful of values over many rows
NOT_A_NUMBER_TO_CALL = -9.0  # booleans and continuous floats: against every direct identifier
LONG_TEXT = 6.5
SOME_TEXT = 3.5


def confidence(log_odds: float) -> float:
    """Return the probability of ``log_odds``."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))


def ramp(share: float, low: float = 0.3, high: float = 0.8) -> float:
    """Return 0 below ``low``, 1 above ``high``, linear between."""
    return max(0.0, min(1.0, (share - low) / (high - low)))


def above_chance(n: int, hits: int, chance: float) -> float:
    """Return the log-likelihood ratio of ``hits`` of ``n`` against a binomial with rate ``chance``.

    It is 0 when the hits are no more than chance brings: a tenth of all numbers passes a Luhn check.
    """
    if n == 0 or hits / n <= chance:
        return 0.0
    share = hits / n
    misses = 0.0 if share == 1.0 else (1 - share) * math.log((1 - share) / (1 - chance))
    return n * (share * math.log(share / chance) + misses)
