"""Which stand-in suits a column: a pattern for keys of one form, a locale where one country is expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from privsynth.pii.entities import ENTITIES
from privsynth.pii.model import ColumnFinding
from privsynth.pii.profile import Profile, common_shape

_ONE_FORM = 0.95  # share of the tested values that must have the shape
_PATTERN = re.compile(r"(?=.*9)[Aa9\-_/.#: ]{3,40}")
_WORDS = (
    "US en_US|GB en_GB|IE en_IE|AU en_AU|NZ en_NZ|CA en_CA|IN en_IN|DE de_DE|AT de_AT|CH de_CH|FR fr_FR|ES es_ES|MX es_MX"
    "|AR es_AR|CL es_CL|CO es_CO|IT it_IT|PT pt_PT|BR pt_BR|NL nl_NL|BE nl_BE|PL pl_PL|SE sv_SE|NO no_NO|DK da_DK|FI fi_FI"
    "|CZ cs_CZ|SK sk_SK|HU hu_HU|RO ro_RO|BG bg_BG|HR hr_HR|SI sl_SI|EE et_EE|LT lt_LT|LV lv_LV|GR el_GR|TR tr_TR|RU ru_RU"
    "|UA uk_UA|JP ja_JP|KR ko_KR|CN zh_CN|TH th_TH|ID id_ID|IL he_IL"
)
_LOCALES = dict(pair.split() for pair in _WORDS.split("|"))
_LOCAL = ("name", "first_name", "last_name", "phone_number", "street_address", "license_plate", "iban", "bban")


def with_stand_in(found: ColumnFinding, view: Profile, countries: Sequence[str]) -> ColumnFinding:
    """Return the finding with the stand-in that suits it: of the right form, or of the right country.

    Args:
        found: A finding whose action may be to make the column anew.
        view: The column; only its most common shape is used, which the finding shows anyway.
        countries: ISO codes that are expected; a locale follows when there is one.
    """
    if found.faker is None:
        return found
    if ENTITIES.get(found.detail or found.entity or "", ENTITIES["PERSON"]).family == "key":
        shape = common_shape(view)
        same = len(view.shapes[shape]) if shape is not None else 0
        if shape is not None and same >= _ONE_FORM * view.tested and _PATTERN.fullmatch(shape):
            return replace(found, faker=f"pattern:{shape}")
    places = {code.upper() for code in countries}
    locale = _LOCALES.get(places.pop()) if len(places) == 1 else None
    return replace(found, faker=f"{locale}:{found.faker}") if locale and found.faker in _LOCAL else found
