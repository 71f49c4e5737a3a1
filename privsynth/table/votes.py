"""What follows from noisy counts of written forms: a role, whether values repeat. Nothing here sees a cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from privsynth.table.forms import REPEATABLE

SIGMAS = 4.0
_LONG = tuple(f"integer_{size}" for size in range(9, 16))
WHOLE = (
    "integer",
    "integer_6",
    "integer_7",
    "integer_8",
    *_LONG,
    "moment",
    "provider_number",
    "date_compact",
    "card_number",
)
# What hardly anything but an identifier looks like.
PLAIN = (
    "email", "holds_identifier", "national_id", "phone", "uuid", "address_ip", "url", "iban", "card_written", "mac", "digits",
)  # fmt: skip
# Forms -> the share of a column's cells above which it is taken for an identifier: well above that of unrelated cells.
_DIRECT: tuple[tuple[tuple[str, ...], float], ...] = (
    (PLAIN, 0.05),
    (("street",), 0.15),
    (("full_name",), 0.3),
    (("full_name", "likely_name"), 0.4),  # a first name beside a word that no list has
    (("handle",), 0.3),
    (("checked_id",), 0.3),  # one code in 23 has the right control letter
    (("card_number", "digits"), 0.4),  # one number in 25 has a card's first digits and check digit
    (("provider_number",), 0.4),  # one number in ten has the check digit
    (("one_name", "full_name", "likely_name"), 0.5),  # words and places that are names too
    (("username", "one_name", "full_name"), 0.5),
)
_UNCLEAR: tuple[tuple[tuple[str, ...], float], ...] = (
    (("coordinates",), 0.3),
    (("plate",), 0.5),
    (("code",), 0.5),
    (("long_zeros",), 0.5),
    (("plate", "code", "long_zeros", "username", "full_name"), 0.6),
)
_NAMES, _WITH_OTHERS = 0.3, 0.75
_MOST, _ONE_LENGTH, _REPEATED, _TEXT = 0.95, 0.88, 0.01, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """Noisy counts of forms.

    Args:
        counts: Form -> count; of repeated texts under `<form>_again`.
        sigma: Standard deviation of the noise of each count; 0 for counts that cost nothing.
    """

    counts: Mapping[str, float]
    sigma: float

    def first(self, form: str) -> float:
        """Return the count under a form's own name, 0 where it is within the noise."""
        count = self.counts.get(form, 0)
        return count if count > SIGMAS * self.sigma else 0

    def again(self, form: str) -> float:
        """Return the count of further cells of texts that occur already, 0 where it is within the noise."""
        return self.first(f"{form}_again")

    def of(self, *forms: str) -> float:
        """Return how many cells have one of some forms."""
        return sum(self.first(form) + (self.again(form) if form in REPEATABLE else 0) for form in forms)

    @property
    def total(self) -> float:
        """How many cells have a form that is not within the noise."""
        return sum(count for form, count in self.counts.items() if form != "missing" and count > SIGMAS * self.sigma)

    def above(self, forms: tuple[str, ...], share: float) -> bool:
        """Say whether more than a share of the cells have one of some forms, by four standard deviations."""
        found = [form for form in forms if self.of(form) > 0]
        return self.of(*found) - SIGMAS * self.sigma * math.sqrt(max(len(found), 1)) > share * self.total

    def role(self, *, headed: bool = False, least: float = 0.0) -> str | None:
        """Return the role that forms alone decide, or None.

        Args:
            headed: Whether a header or the owner has said what the column is; then only clear cases count.
            least: Smallest share that counts.
        """
        if self.total <= 0:
            return None
        if any(self.above(forms, max(share, least)) for forms, share in _DIRECT) or self._names():
            return "direct"
        if self.first("long_text") + self.first("sentence") > _TEXT * self.total:
            return "free_text"
        if not headed and (any(self.above(*gate) for gate in _UNCLEAR) or self._long_numbers() or self._keys()):
            return "review"
        return None

    def _names(self) -> bool:
        """Say whether cells are names where words that are something else too count as well."""
        return (
            self.above(("one_name",), _NAMES)
            and self.of("one_name", "other_word", "full_name") > _WITH_OTHERS * self.total
        )

    def _long_numbers(self) -> bool:
        """Say whether nearly all whole numbers have one or two lengths of nine digits or more, and are no moments."""
        whole = self.of(*WHOLE, "long_zeros")
        moments = self.of("moment", "provider_number")
        if whole <= 0.5 * self.total or (self.of("moment") > 0 and moments >= _MOST * whole):
            return False
        sizes = {form: self.of(form) for form in _LONG}
        sizes["integer_10"] += moments
        cards = dict.fromkeys(("integer_13", "integer_14", "integer_15"), self.of("card_number"))
        pairs = zip(_LONG, (*_LONG[1:], _LONG[-2]), strict=True)
        most = max(sizes[one] + sizes[other] + max(cards.get(one, 0), cards.get(other, 0)) for one, other in pairs)
        return most > 0 and most + self.of("long_zeros") >= _MOST * whole

    def _keys(self) -> bool:
        """Say whether whole numbers of six to eight digits have one length and hardly ever repeat."""
        whole = self.of(*WHOLE)
        if whole <= 0.5 * self.total:
            return False
        for form in ("integer_6", "integer_7", "integer_8"):
            repeated = self.counts.get(f"{form}_again", 0)
            if self.of(form) > _ONE_LENGTH * whole and repeated <= max(_REPEATED * self.of(form), SIGMAS * self.sigma):
                return True
        return False

    def too_rare(self, covered: float) -> bool:
        """Say whether texts repeat so little that frequent labels cannot cover a share of the cells."""
        texts = ("text", "code", "sentence", "long_text")
        rare = sum(self.first(form) for form in texts)
        return rare - SIGMAS * self.sigma * math.sqrt(len(texts)) > (1 - covered + 0.1) * self.total

    def more_distinct_than_drawn(self, powers: Mapping[int, float]) -> bool:
        """Say whether whole numbers repeat less than any independent draws with these magnitudes would: a key or a sequence.

        Draws repeat least when they are uniform. Of h draws from w numbers, h - w (1 - (1 - 1/w)^h) repeat on average.

        Args:
            powers: Power of two (of the magnitude) -> noisy number of cells, those within the noise left out.
        """
        short = [form for form in ("integer", "integer_6", "integer_7", "integer_8") if self.of(form) > 0]
        repeated = sum(self.counts.get(f"{form}_again", 0) for form in short)
        expected, slopes = 0.0, 0.0
        for power, cells in powers.items():
            missed = (
                math.exp(cells * math.log1p(-(2.0**-power))) if power > 0 else 0.0
            )  # of a number, that no draw is it
            expected += cells - 2.0 ** max(power, 0) * (1 - missed)
            slopes += (1 - missed) ** 2
        margin = SIGMAS * (self.sigma * math.sqrt(len(short) + slopes) + math.sqrt(max(expected, 0)))
        return bool(short) and repeated + margin < expected
