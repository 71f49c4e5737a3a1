"""The rules of `table/forms.py` in SQL: the first rule that a cell fits gives its form.

`c` is the cell, `t` the cell without blanks around it, `n` that in lower case without accents, `w` its words. No rule can raise.
"""

from __future__ import annotations

from privsynth.table.sql import literal

Rule = tuple[str, str]
LONGEST = 64
_STREETS = (
    "street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|way|terrace|parkway|pkwy|highway|hwy"
    "|circle|cir|trail|crescent|close|grove|mews|apt|suite|unit|ridge|views?|path|row|walks?|alley|pike|plaza|points?|hills?|islands?"
    "|meadows?|valleys?|villages?|commons?|cove|creek|crossing|estates?|falls?|ferry|fields?|fords?|forest|forges?|forks?|gardens?|glens?"
    "|greens?|groves|harbors?|heights|hollow|inlet|isle|junctions?|keys?|knolls?|lakes?|landing|locks?|lodge|loop|mall|manors?|mills?"
    "|mission|motorway|mount|mountains?|neck|orchard|overpass|parks?|pass|passage|pines?|plains?|ports?|prairie|ranch|rapids?|rest|river"
    "|route|rue|run|shoals?|shores?|springs?|spurs?|squares|station|stravenue|stream|streets|throughway|trace|track|trafficway|tunnel"
    "|turnpike|underpass|unions?|via|viaduct|ville|vista|walls?|ways|wells?|bridge|brooks?|burgs?|bypass|camp|canyon|cape|causeway"
    "|centers?|circles|cliffs?|club|corners?|course|courts|coves|expressway|extensions?|freeway|gateway|radial|ramp|roads|skyway|summit"
    "|divide|dam|curve|crest|branch|bluffs?|bend|beach|bayou|arcade|annex|fort|flats?|light|lights|loaf|land"
)
_STREETS_FIRST = (
    "rue|avenue|boulevard|chemin|place|impasse|quai|calle|avenida|avda|c/|paseo|plaza|glorieta|ronda|cuesta|via|viale|piazza|corso|rua"
    "|travessa|ulica|ul\\.|aleja|al\\.|rotonda|pasaje|camino|alameda|urbanizacion|canale?|vicolo|strada|stretto|borgo|contrada|incrocio"
    "|largo|acceso|vial|pasadizo|callejon|rambla|rampa|viaducto"
)
_PHONE = (
    r"^(\+?\d{1,3}[ .-]?)?\(\d{2,5}\)[ .-]?\d{2,5}([ .-]?\d{2,5}){1,3}"  # (212) 555-0100
    r"( ?(x|ext\.?) ?\d{1,6})?$"
    r"|^(\+?\d{1,3}[ .-])?[2-9]\d\d[ .-]\d{3}[ .-]\d{4}( ?(x|ext\.?) ?\d{1,6})?$"  # 212-555-0100
    r"|^(\+|00)[1-9]\d{0,2}[ .-]?(\(\d{1,4}\))?[0-9 ./-]{6,16}$"  # +49 30 901820
    r"|^0\d([ .]\d\d){4}$|^\d{3}[ .-]\d{7,8}$|^\d{3} \d{3} \d{3}$"  # 01 23 45 67 89
    r"|^(\d{7}|\d{10})x\d{1,6}$|^\(\d{2,5}\) ?[0-9 -]{5,12}$"
)
_PHONE_LOCAL = r"^0\d{1,5}[ /.-]\d{2,8}([ /.-]?\d{2,5}){0,4}$"  # 030 / 901820, with nine digits at least
_ID_OF_DIGITS = (
    r"^\d{3}[- ]\d{2}[- ]\d{4}$"  # US
    r"|^\d{3}\.\d{3}\.\d{3}[-/]\d{2}$|^\d{1,2}\.\d{3}\.\d{3}-[0-9kK]$"  # BR, CL
    r"|^756\.\d{4}\.\d{4}\.\d{2}$|^\d{3}[- ]\d{3}[- ]\d{3}$|^\d{4}[- ]\d{4}[- ]\d{4}$"  # CH, CA, IN
    r"|^\d{6}-[1-8]\d{6}$|^(\d{2})?\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[-+]\d{4}$"  # KR, SE, DK
    r"|^\d{2}[0156]\d[0-3]\d/\d{3,4}$|^[12] \d\d (0[1-9]|1[0-2]) \d[0-9AB] \d{3} \d{3}( \d\d)?$"  # CZ, FR
    r"|^\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]$"  # FI
)
_ID_OF_LETTERS = (
    r"^[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$"  # IT
    r"|^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$"  # GB
    r"|^[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d$|^[A-Z]{5}\d{4}[A-Z]$"  # MX, IN
    r"|^\d[A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}$"  # US Medicare
)
_TITLES = (
    r"^(dr|prof|mr|mrs|ms|miss|herr|frau|mme|mlle|monsieur|madame|sig|sig\.ra|dott|dra|sra?|univ\.prof|dipl\.-ing|ing)"
    r"\.? +[^\s.0-9]{2,}"
)
_FIRMS = r"\b(inc|llc|ltd|plc|gmbh|group|sons|corp|co|kg|ag|sa|bv|spa|srl|limited|university|hospital|and|of|the|y)\b|[&/:;()!?+]"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s0-9._-]{2,}$"
_DATE_WORDS = (
    r"(?i)^(\d{1,2}[ .-]{0,2})?[a-zà-ÿ]{3,9}\.?[ .-]{0,2}\d{1,2}?,?[ .-]{0,2}\d{2,4}$"
    r"|^\d{4}[ -]?(q[1-4]|w\d\d|[a-z]{3})[ -]?\d{0,2}$"
)
_INSIDE = (
    r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}|(^|\D)\d{3}-\d{2}-\d{4}(\D|$)|(^|\D)(\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(\D|$)"
    r"|(^|\D)\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(\D|$)"
)


def _fits(cell: str, pattern: str) -> str:
    return f"regexp_matches({cell}, {literal(pattern)})"


def _all(first: str, *others: str) -> str:
    """Return SQL of a conjunction that does not ask the others where the first fails; AND would."""
    return f"CASE WHEN {first} THEN {_all(*others)} ELSE false END" if others else first


def _controlled(number: str) -> str:
    """Return SQL of whether the last letter is the control letter of Spanish numbers (Real Decreto 1553/2005)."""
    place = f"(TRY_CAST({number} AS INTEGER) % 23 + 1)::BIGINT"
    return f"substr(t, -1) = substr('TRWAGMYFPDXBNJZSQVHLCKE', {place}, 1)"


NUMBERS: tuple[Rule, ...] = (
    ("integer", _fits("c", r"^[+-]?([1-9]\d{0,4}|0)(\.0+)?$")),
    *((f"integer_{size}", _fits("c", rf"^[+-]?[1-9]\d{{{size - 1}}}$")) for size in (6, 7)),
    ("decimals_1", _fits("c", r"^[+-]?\d*\.[1-9]$")),
    ("decimals_2", _fits("c", r"^[+-]?\d*\.(\d[1-9]|[1-9]0)$")),
    ("date_iso", _fits("c", r"^\d{4}-\d{2}-\d{2}$")),
    ("datetime_space", _fits("c", r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$")),
    ("datetime_t", _fits("c", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?$")),
    ("datetime_minutes", _fits("c", r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")),
    ("date_slash_day_first", _fits("c", r"^(1[3-9]|2\d|3[01])/\d{1,2}/\d{4}$")),
    ("date_slash_month_first", _fits("c", r"^\d{1,2}/(1[3-9]|2\d|3[01])/\d{4}$")),
    ("date_slash_either", _fits("c", r"^\d{1,2}/\d{1,2}/\d{4}$")),
    ("date_dash_day_first", _fits("c", r"^(1[3-9]|2\d|3[01])-\d{1,2}-\d{4}$")),
    ("date_dash_month_first", _fits("c", r"^\d{1,2}-(1[3-9]|2\d|3[01])-\d{4}$")),
    ("date_dash_either", _fits("c", r"^\d{1,2}-\d{1,2}-\d{4}$")),
    ("date_dots", _fits("c", r"^\d{1,2}\.\d{1,2}\.\d{4}$")),
    ("date_slash_year_first", _fits("c", r"^\d{4}/\d{1,2}/\d{1,2}$")),
    ("long_zeros", _fits("c", r"^0\d{8,}$")),
    ("leading_zeros", _fits("c", r"^[+-]?0\d+$")),
    ("date_compact", _fits("c", r"^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")),
    *((f"integer_{size}", _fits("c", rf"^[+-]?\d{{{size}}}(\.0+)?$")) for size in (6, 7, 8)),
    ("provider_number", _fits("c", r"^[12]\d{9}(\.0+)?$")),  # these and cards stay what they are if `luhn` says so
    ("moment", _fits("c", r"^1[1-8]\d{8}(\d{3})?(\.0+)?$")),
    ("card_number", _fits("c", r"^(4|5[0-8]|2[2-7]|3\d|6\d)\d{11,17}(\.0+)?$")),
    *((f"integer_{size}", _fits("c", rf"^[+-]?\d{{{size}}}(\.0+)?$")) for size in range(9, 16)),
    ("integer", _fits("c", r"^[+-]?\d{1,15}(\.0+)?$")),
    ("digits", _fits("c", r"^\d{16,}(\.0+)?$")),
    ("decimals_1", _fits("c", r"^[+-]?\d*\.\d$")),
    ("decimals_2", _fits("c", r"^[+-]?\d*\.\d{2}$")),
    ("decimals_3", _fits("c", r"^[+-]?\d*\.\d{3}$")),
    ("decimals_many", _fits("c", r"^[+-]?(\d*\.\d+|\d+\.)([eE][+-]?\d+)?$|^[+-]?\d+[eE][+-]?\d+$")),
)  # fmt: skip
_CODE = _all(
    _fits("t", r"^[A-Za-z0-9][A-Za-z0-9_./-]*$"),
    _fits("t", "[A-Za-z]"),
    _fits("t", r"(\d[^0-9]{0,2}){5}"),
    f"NOT {_fits('t', _DATE_WORDS)}",
)
_MAC = r"^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$|^([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}$"
_IPV6 = r"^([0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}$"
_COMMON: tuple[Rule, ...] = (
    ("uuid", _all("length(t) = 36", _fits("t", r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"))),
    ("mac", _all("length(t) BETWEEN 14 AND 17", _fits("t", _MAC))),
    ("address_ip", _all("contains(t, ':')", _fits("t", _IPV6), _fits("t", "[0-9a-fA-F]{3}.*:"))),
)
_STREET = rf"^\d{{1,6}}[a-z]?,? .*\b({_STREETS})\b"
_STREET_BEFORE = rf"^\d{{1,5}},? ?(bis |ter )?({_STREETS_FIRST}) [a-z]"
DIGIT_FIRST: tuple[Rule, ...] = (
    *_COMMON,
    ("national_id", _fits("t", _ID_OF_DIGITS)),
    ("card_written", _fits("t", r"^\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}$|^\d{4}[ -]\d{6}[ -]\d{5}$")),
    ("address_ip", _fits("t", r"^\d{1,3}(\.\d{1,3}){3}(:\d{1,5}|/\d{1,2})?$")),
    ("coordinates", _fits("t", r"^\(?[+-]?\d{1,3}\.\d{3,}°?[,; ]\s*[+-]?\d{1,3}\.\d{3,}°?\)?$")),
    ("phone", _fits("t", _PHONE)),
    ("phone", _all(_fits("t", _PHONE_LOCAL), r"length(regexp_replace(t, '\D', '', 'g')) >= 9")),
    ("checked_id", _all(_fits("t", r"^\d{8}-?[A-Z]$"), _controlled("substr(t, 1, 8)"))),
    ("national_id", _fits("t", _ID_OF_LETTERS)),
    ("street", _all("contains(t, ' ')", f"({_fits('n', _STREET)} OR {_fits('n', _STREET_BEFORE)})")),
    ("email", _fits("t", _EMAIL)),
    ("plate", _fits("t", r"^\d{4}[ -]?[BCDFGHJ-NPRSTV-Z]{3}$|^\d[A-Z]{3}\d{3}$|^\d{1,3}-[A-Z]{3}-?\d{1,3}$")),
    ("holds_identifier", _fits("t", _INSIDE)),
    ("code", _CODE),
)
_IBAN = (
    "^(A[DELTZ]|B[AEGHRY]|C[HRYZ]|D[EKO]|E[EGS]|F[IOR]|G[BEILRT]|H[RU]|I[ELQST]|JO|K[WZ]|L[BCITUVY]|M[CDEKNRTU]|N[IL]|P[KLST]|QA"
    "|R[OSU]|S[ACDEIKMTV]|T[LNR]|UA|V[AG]|XK)" + r"\d{2} ?[A-Z0-9][A-Z0-9 ]{9,34}[A-Z0-9]$"
)
_STREET_AFTER = r"^[a-z].*(stra(ss|ß)e|str\.|gasse|weg|platz|allee|ring|straat|laan|plein|gatan|vagen|vej|gade|katu|tie)\.? \d{1,5}\b"
_STREET_FIRST = rf"^({_STREETS_FIRST}) [a-z].*\d|^(apt|po box|p\.o\. box|unit|psc|usns|uss|usnv|flat|studio) ?\.?\d"
_PLATE = (
    r"^[A-Z]{2}-\d{3}-[A-Z]{2}$|^[A-Z]{2}\d{2} ?[A-Z]{3}$|^[A-Z]{2}\d{3}[A-Z]{2}$|^[A-Z]{3}[ -]\d{4}$"
    r"|^[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}$"
)
_NIE = r"translate(substr(t, 1, 1), 'XYZ', '012') || regexp_extract(t, '\d{7}')"
WITH_DIGITS: tuple[Rule, ...] = (
    *_COMMON,
    ("iban", _fits("t", _IBAN)),
    ("national_id", _fits("t", _ID_OF_LETTERS)),
    ("checked_id", _all(_fits("t", r"^[XYZ]-?\d{7}-?[A-Z]$"), _controlled(_NIE))),
    ("street", _all("contains(t, ' ')", f"({_fits('n', _STREET_AFTER)} OR {_fits('n', _STREET_FIRST)})")),
    ("plate", _fits("t", _PLATE)),
    ("holds_identifier", _fits("t", _INSIDE)),
    ("code", _CODE),
)
_LOGIN = "(?i)^[a-zà-ÿ]{3,}[._-]?[0-9]{1,4}$"
# What `table/name_forms.py` is told of a cell that is all letters, or letters and then up to four digits.
NAME_PARTS = {
    "titled": _all(_fits("n", _TITLES), f"NOT {_fits('n', _FIRMS)}"),
    "firm": _fits("n", _FIRMS),
    "street": _fits("n", rf"^({_STREETS_FIRST}) [a-z]"),
    "capital": _fits("t", r"^[A-ZÀ-ÞČĐĞİŁŃŘŚŞŠŹŻŽÅÄÖÜΑ-ΫА-Я]\S*( \S+){0,2} [A-ZÀ-ÞČĐĞİŁŃŘŚŞŠŹŻŽÅÄÖÜΑ-ΫА-Я]\S+$"),
    "size": "len(w)",
    "letters": "length(n)",
    "first": "w[1]",
    "second": "w[2]",
    "last": "w[-1]",
    "hyphen": "contains(n, '-')",
    "before": "split_part(n, '-', 1)",
    "after": "split_part(n, '-', 2)",
    "login": f"{_fits('n', _LOGIN)} OR {_fits('n', '^[a-z]+[._][a-z]+$')}",
    "login_first": "regexp_extract(n, '^[a-z]+')",
    "login_last": "regexp_extract(n, '[._]([a-z]+)$', 1)",
    "login_but_one": "regexp_extract(substr(n, 2), '^[a-z]{4,}')",
    "east_asian": _fits("t", r"^[\p{Han}\p{Hangul}]{2,4}$"),
    "one": "substr(t, 1, 1)",
    "but_one": "substr(t, 2)",
    "two": "substr(t, 1, 2)",
    "but_two": "substr(t, 3)",
}
_URL = r"(?i)^[a-z]{2,10}://\S|^www\.\S+\.\S"
_DIGIT_SOON = r"^[+(.-]{0,2}\d"
_LONG = r"^(\S+\s+){6,}\S"


MAIL: tuple[Rule, ...] = (
    ("email", _fits("t", _EMAIL)),
    ("handle", _fits("t", r"^@\w{2,30}$")),
    ("holds_identifier", _fits("t", _INSIDE)),
)


# Questions after the first; a cell is sent to one of them.
ROUTES = {"digit_first": 251, "mail": 252, "with_digits": 253, "names": 254}


def _case(rules: tuple[Rule, ...], number: dict[str, int], otherwise: str) -> str:
    whens = " ".join(f"WHEN {when} THEN {number[form]}" for form, when in rules)
    return f"CASE {whens} ELSE {otherwise} END"


def first_sql(number: dict[str, int]) -> str:
    """Return SQL of the number of a cell's form where numbers and dates decide it, else of the question in `ROUTES` that will."""
    long_text = f"CASE WHEN {_fits('c', _URL)} THEN {number['url']} ELSE {number['long_text']} END"
    other = (
        f"CASE WHEN {_fits('t', _DIGIT_SOON)} THEN {ROUTES['digit_first']} WHEN contains(c, '@') THEN {ROUTES['mail']} "
        f"WHEN {_fits('t', _URL)} THEN {number['url']} WHEN NOT {_fits('t', '[0-9]')} THEN "
        f"CASE WHEN {_fits('t', _LONG)} THEN {number['sentence']} ELSE {ROUTES['names']} END "
        f"WHEN {_fits('t', _LOGIN)} THEN {ROUTES['names']} ELSE {ROUTES['with_digits']} END"
    )
    return (
        f"CASE WHEN c IS NULL THEN 0 WHEN length(c) > {LONGEST} THEN {long_text} "
        f"WHEN {_fits('c', '^[+-]?[0-9.]')} THEN {_case(NUMBERS, number, other)} ELSE {other} END"
    )


def routed_sql(route: str, number: dict[str, int]) -> str:
    """Return SQL of the number of the form of cells that `first_sql` sends to a question."""
    rules = {"digit_first": DIGIT_FIRST, "mail": MAIL, "with_digits": WITH_DIGITS}[route]
    rest = f"CASE WHEN {_fits('t', _LONG)} THEN {number['sentence']} ELSE {number['text']} END"
    return _case(rules, number, rest)
