"""Where somebody lives, as written: streets of many countries, postal codes, coordinates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from privsynth.pii.rules import Rule, matches, shape

_SUFFIX = (
    r"(?:street|st|str|avenue|ave?|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|way|terrace|ter|parkway"
    r"|pkwy|highway|hwy|circle|cir|trail|trl|crescent|cres|close|grove|gardens?|mews|loop|row|walk|alley|pike|plaza|path|green"
    r"|ridge|view|views|hill|hills|point|pt|shores?|island|islands|isle|meadows?|valleys?|villages?|ville|commons?|cove|creek"
    r"|crossing|crossroads?|curve|dam|divide|estates?|expressway|extension|falls?|ferry|fields?|flats?|fords?|forest|forges?"
    r"|forks?|fort|freeway|gateway|glens?|greens|groves|harbors?|haven|heights|hollow|inlet|junctions?|keys?|knolls?|lakes?"
    r"|land|landing|lights?|loaf|locks?|lodge|mall|manors?|mills?|mission|motorway|mount|mountains?|neck|orchard|oval"
    r"|overpass|parks?|parkways|pass|passage|pines?|plains?|plazas|points|ports?|prairie|quay|radial|ramp|ranch|rapids?|rest"
    r"|river|roads|route|rue|run|shoals?|skyway|springs?|spurs?|squares|station|stravenue|streams?|streets|summit|throughway"
    r"|trace|track|trafficway|tunnel|turnpike|underpass|unions?|viaduct|vista|walks|wall|ways|wells?|bridges?|brooks?|burgs?"
    r"|bypass|camp|canyon|cape|causeway|centers?|circles|cliffs?|club|corners?|course|courts|coves|parade|esplanade|broadway"
    r"|nagar|marg|chowk|ganj|islands|courtyard|service way|chase|circus|crest|dale|gate|lookout"
    r"|mead|meander|nook|outlook|reserve|retreat|rise|vale|zila)s?"
)
_AT = r"(?:^|[,;\n/] ?|^[^\W\d_][\w'.]{2,} (?:house|court|hall|lodge|farm|cottage|tower)s?,? )"
_PLAIN = (  # ends that say street in any case; the others need capitals: 12 Oak Court, but not "10 people in court"
    r"(?:street|st|avenue|ave?|road|rd|boulevard|blvd|lane|ln|dr|ct|terrace|parkway|pkwy|highway|hwy|crescent|cres|sq|nagar|marg)"
)
_NUMBERED = (
    rf"{_AT}(?i:(?:apt|flat|unit|suite|no|plot|shop|level)\.? ?#?\w{{1,5}},? )?"
    r"(?:[0-9]{1,6}[A-Za-z]?|[0-9]{1,4}[Xx*]{2,3})(?:[-/][0-9]{1,5}[a-z]?)?(?:[,/\n] ?| )"
)
_ENGLISH = rf"{_NUMBERED}(?:[^\W\d_][\w'.\-]* ){{1,5}}?(?:[0-9]{{1,3}} )?{_PLAIN}\b"
_CAPITALS = re.compile(rf"{_NUMBERED}(?:[A-ZÀ-Þ][\w'.’\-]* ){{1,5}}?(?=[A-Z])(?i:{_SUFFIX})\b")
_NUMBERED_AVENUE = (
    rf"{_AT}[0-9]{{1,6}} (?:[nsew]\.? |[ns][ew] |north |south |east |west )?[0-9]{{1,3}}(?:st|nd|rd|th) [^\W\d_]{{2}}"
)
# Ends of street names that the number follows: Hauptstraße 12, Keizersgracht 5, Storgatan 3, Mannerheimintie 10, Novákova 7
_ENDING_WORDS = (
    "straße strasse str gasse weg platz allee ring damm ufer chaussee steig pfad hof berg straat laan plein gracht kade dijk"
    " dreef singel baan pad steeg gatan vägen gränd stigen backen torget gate gata veien vegen vei vej gade vænget stien parken"
    " allé alle bakken haugen åsen bråten lia katu tie kuja polku bulevardi raitti tori utca körút ulice náměstí ova ská cká"
    " boulevard lei faret berget kollen myra stranda sokak sokağı caddesi bulvarı"
)
_ENDINGS = tuple(_ENDING_WORDS.split())
_WORD_FIRST = (  # 12 rue de la Paix, Calle Mayor 5, Via Roma 10, ul. Długa 7, Jl. Sudirman No. 5
    r"(?:^|[,;\n] ?|(?:^|[ ,\n])[0-9]{1,5}(?: ?(?:bis|ter|[a-d]))?,? )(?:rue|avenue|av\.|boulevard|bd\.?|chemin|allée|place"
    r"|impasse|quai|cours"
    r"|route|square|passage|faubourg|calle|c/|avenida|avda\.?|paseo|plaza|glorieta|ronda|cuesta|camino|carretera|pasaje|alameda"
    r"|urbanizaci[oó]n|cerrada|privada|calzada|rambla|callejón|vial|prolongación|andador|retorno|peatonal|corredor|eje|circuito"
    r"|diagonal|continuación|periférico|boulevard|viaducto|rotonda|canal|via|viale|piazza|piazzale|corso|vicolo|strada|stretto"
    r"|borgo|contrada|largo|incrocio|rotonda|canale|rua|travessa|praça|rodovia|estrada|alameda|beco|ladeira|viela|parque|núcleo"
    r"|quadra|trecho|morro|conjunto|colônia|condomínio|chácara|fazenda|favela|sítio|passarela|setor|residencial|recanto"
    r"|ulica|ul\.|aleja|al\.|plac|pl\.|os\.|jalan|jl\.?|gang|gg\.|ulitsa|ул\.|улица|пр\.|проспект|пер\.|бул\.|str\.|strada|bd\."
    r"|calea|aleea|bulevardul|ulice|trg|οδός|наб\.|ш\.|пл\.|аллея|алл\.|бульвар|шоссе|vial|acceso|pasadizo|rang|montée|côte|chaussée|jardim"
    r"|feira|lagoa|lago|estação|vale|vereda|esplanada|campo|distrito|área|pátio|loteamento"
    r"|trevo|vila|viaduto|praia|aeroporto|zila|h\. ?no\.?)[ .]{1,2}\w"
)
_BOX = (
    r"\b(?:p\.? ?o\.? ?box|post office box|postfach|postbus|boîte postale|b\.?p\.?|casella postale|apartado(?: de correos)?"
    r"|caixa postal|apdo\.?|skr\. poczt\.|private bag|locked bag|box|psc|unit)\.? ?(?:n[ºo°]\.? ?)?[0-9]{1,6}(?:,|$|\n| box)"
)
_TURKISH = r"\b(?:mah(?:allesi|\.)|cad(?:desi|\.)|sok(?:a[kğ]ı?|\.)|bulvar[ıi]|blv\.)[ ,]"
_EASTERN = (
    r"[0-9]{1,4}(?:丁目|番地?|号|號|번지|호)|[路街道巷弄][a-z0-9]|[가-힣0-9](?:로|길|가|거리) ?[0-9]{1,5}"
    r"|[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}(?:,? [a-z]{3}|$)|(?:都|府|県|區|区|市)[^0-9]{1,20}[0-9]"
    r"|\b[0-9]{1,3}-(?:chome|ch[oō]me|ku|cho)\b"
)
_UNIT = (
    r"(?:^|[,;\n] ?)(?:apt|apartment|studio|suite|ste|unit|flat|floor|piso|wohnung|appartement|appt|bldg|building|plot|house|h\. ?no"
    r"|door|block)"
    r"\.?(?: no\.?)? ?#?[0-9]{1,5}[a-z]?(?:[ ,/\n-]|$).{0,60}[^\W\d_]{3}"
)
_LINE = rf"(?:^|[,;\n] ?)(?:[^\W\d_][\w'.\-]* ){{1,4}}?{_SUFFIX} ?[,\n]"  # Donald Groves, with a number elsewhere
_WITH_CODE = (  # a number, then a postal code and a town: V Lipách 6, 400 33 Ralsko
    r"[^\W\d_]{3,}[^,\n]{0,30} [0-9]{1,4} ?[a-z]?(?:,? ?\n|, ?)(?:[a-z]{1,2}-)?[0-9]{3,5} ?[0-9]{0,3}\s[^\W\d_]{3}"
)
_STREET = re.compile("|".join((_ENGLISH, _LINE, _WITH_CODE, _NUMBERED_AVENUE, _WORD_FIRST, _UNIT)), re.IGNORECASE)
_ANYWHERE = re.compile(f"{_BOX}|{_TURKISH}", re.IGNORECASE)
_NAMED = re.compile(_WORD_FIRST, re.IGNORECASE)
_HOUSE = re.compile(r"(?<=[ .,])[0-9]{1,5} ?[a-z]?(?![a-z0-9])", re.IGNORECASE)
_STREET_EAST = re.compile(_EASTERN, re.IGNORECASE)
_STREET_LIKE = re.compile(
    r"[0-9]{1,6}[a-z]? [^\W\d_]{2,}(?: [^\W\d_]{2,}){1,4}|[^\W\d_]{4,}(?: [^\W\d_]{2,}){0,3},? [0-9]{1,4}[a-z]?", re.I
)
_LONGEST_STREET = 200
_SHORTEST_NAME = 6  # letters before a house number: Ring 2 is no street


def _ends_in_street(value: str) -> bool:
    """Return whether some number follows a word that ends as street names do."""
    before = (value[: number.start()].rstrip(" .,").lower() for number in _HOUSE.finditer(value))
    return any(text.endswith(_ENDINGS) and len(text) >= _SHORTEST_NAME for text in before)


def is_street(value: str) -> bool:
    """Return whether a value is a street address or a post office box as some country writes it."""
    if len(value) > _LONGEST_STREET:
        return False
    if not any(map(str.isdigit, value)):
        return value.count(" ") <= 8 and _NAMED.match(value) is not None
    named = _STREET.search(value) is not None or _CAPITALS.search(value) is not None
    return named or _ends_in_street(value) or _ANYWHERE.search(value) is not None


def _eastern(value: str) -> bool:
    return len(value) <= _LONGEST_STREET and not value.isascii() and _STREET_EAST.search(value) is not None


def _like(value: str) -> bool:
    return len(value) <= 80 and _STREET_LIKE.fullmatch(value) is not None


_NUMBER = r"[-+−]?\d{1,3}[.,]\d{2,}"
_PAIR = matches(
    rf"[\[(]?\s?[-+]?\d{{1,3}}(?:\.\d{{2,16}})\s?°?\s?[NS]?\s?(?:[,;/|]\s?|\s)[-+]?\d{{1,3}}(?:\.\d{{2,16}})\s?°?\s?[EWO]?\s?[\])]?"
    rf"|geo:{_NUMBER},{_NUMBER}.{{0,30}}"
)
_WELL_KNOWN_TEXT = matches(
    r"(?:SRID=\d+;)?\s?(?:POINT|MULTIPOINT|LINESTRING|POLYGON|MULTIPOLYGON|MULTILINESTRING) ?[ZM]{0,2} ?\([\s\d.,()+\-]{3,2000}\)?"
)
_DEGREES = matches(
    r"[NSEWO]?\s?[-+]?\d{1,3}\s?[°º]\s?\d{1,2}(?:\.\d+)?\s?(?:['′’]\s?(?:\d{1,2}(?:\.\d+)?\s?(?:[\"″”]|''|′′)?)?)?\s?[NSEWO]?"
    r"(?:[,; ]{1,2}[NSEWO]?\s?\d{1,3}\s?[°º]\s?\d{1,2}(?:\.\d+)?\s?(?:['′’]\s?(?:\d{1,2}(?:\.\d+)?\s?(?:[\"″”]|''|′′)?)?)?\s?[NSEWO]?)?"
    r"|[-+]?\d{1,3}\.\d{2,}\s?[°º]\s?[NSEWO]"
)
_ROAD = (
    r"(?:[nsew]\.? |north |south |east |west )?[\w'.\- ]{2,40} "
    r"(?:street|avenue|ave|boulevard|blvd|road|rd|parkway|pkwy|lane|terrace|highway|hwy|turnpike)"
)
_SIDE = r"\.?(?: [nsew]| north| south| east| west)?"
_road = matches(rf"{_ROAD}{_SIDE}(?:(?: ?[&/@] ?| and | at ){_ROAD}{_SIDE})?")
_FLOATS = re.compile(r"[0-9]+\.[0-9]+")


def is_pair(value: str) -> bool:
    """Return whether a value is a latitude and a longitude, both in range."""
    if not _PAIR(value):
        return False
    parts = [abs(float(part)) for part in _FLOATS.findall(value.replace(",", ", ").replace("  ", " "))[:2]]
    if len(parts) < 2:
        return False
    first, second = parts
    return min(first, second) <= 90 and max(first, second) <= 180


def in_degrees(value: str) -> bool:
    """Return whether a value is a coordinate in degrees, with minutes or a sign."""
    return _DEGREES(value)


def is_well_known_text(value: str) -> bool:
    """Return whether a value is a geometry as databases write it: POINT (4.9 52.4)."""
    return _WELL_KNOWN_TEXT(value)


_GB = r"(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPS-UW]|[A-HK-Y]\d[ABEHMNPRV-Y]) ?\d[ABD-HJLNP-UW-Z]{2})"
_CA = r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d"
_IE = r"(?:D6W|[AC-FHKNPRTV-Y]\d{2}) ?[0-9AC-FHKNPRTV-Y]{4}"
_COUNTRY_PREFIX = (
    r"(?:A|AT|B|BE|CH|CZ|D|DE|DK|E|F|FI|FIN|FR|HR|HU|I|IT|L|LT|LV|LU|MD|N|NL|NO|PL|PT|RO|S|SE|SI|SK|AD|AZ|GR|EE)"
)


def _several(values: Sequence[str]) -> bool:
    """Return whether there is more than one: postal codes without letters, roads without a house number."""
    return len(values) >= 2


PLACE_RULES: tuple[Rule, ...] = (
    Rule(name="shape.street", entity="STREET_ADDRESS", weight="value.form", needs=" a", shape=shape(".+"), check=is_street,
         chance=0.03),
    Rule(name="shape.street_of_other_scripts", entity="STREET_ADDRESS", weight="value.form", needs="9a", shape=shape(".+"),
         check=_eastern, chance=0.03),
    Rule(name="shape.street_like", wide=True, entity="STREET_ADDRESS", weight="value.loose", needs="9a ", only="9a ,",
         shape=shape(r"9{1,6}a? a{2}.+|a{4}.+ 9{1,4}a?"), check=_like, chance=0.1),
    Rule(name="shape.road", wide=True, entity="STREET_ADDRESS", weight="value.shape", needs=" a", shape=shape("[9a].+"), check=_road,
         chance=0.05, whole=_several),
    Rule(name="shape.zip_plus4", entity="POSTAL_CODE", weight="value.form", needs="9-", only="9-", longest=26, shape=shape("9{5}-9{4}"),
         chance=0.02),
    Rule(name="shape.postcode_gb", entity="POSTAL_CODE", weight="value.form", needs="9a", only="9a ", longest=26,
         shape=shape("a{1,2}9[9a]? 9aa|aaa 9aa"), check=matches(_GB), chance=0.1),
    Rule(name="shape.postcode_unspaced", entity="POSTAL_CODE", weight="value.shape", needs="9a", only="9a", longest=26,
         shape=shape("a{1,2}9[9a]?9aa|9{4}aa"), check=matches(rf"{_GB}|[1-9]\d{{3}}[A-Z]{{2}}"), chance=0.1),
    Rule(name="shape.postcode_ca", entity="POSTAL_CODE", weight="value.form", needs="9a", only="9a -", longest=26,
         shape=shape("a9a[ -]?9a9"), check=matches(_CA), chance=0.1),
    Rule(name="shape.postcode_ie", entity="POSTAL_CODE", weight="value.form", needs="9a", only="9a ", longest=26,
         shape=shape("a9[9a] ?[9a]{4}"), check=matches(_IE), chance=0.15),
    Rule(name="shape.postcode_nl", entity="POSTAL_CODE", weight="value.form", needs="9a", only="9a ", longest=26,
         shape=shape("9{4} aa"), check=matches(r"[1-9]\d{3} [A-Z]{2}"), chance=0.1),
    Rule(name="shape.postcode_dashed", entity="POSTAL_CODE", weight="value.shape", needs="9-", only="9-", longest=26,
         shape=shape("99-9{3}|9{4}-9{3}|9{5}-9{3}"), chance=0.05, whole=_several),
    Rule(name="shape.postcode_spaced", entity="POSTAL_CODE", weight="value.loose", needs="9", longest=26,
         shape=shape("9{3} 99|〒? ?9{3}-9{4}"), chance=0.05, whole=_several),
    Rule(name="shape.postcode_with_country", entity="POSTAL_CODE", weight="value.shape", needs="9a-", only="9a-", longest=26,
         shape=shape("a{1,3}-9{4,6}"), check=matches(rf"{_COUNTRY_PREFIX}-\d{{4,6}}"), chance=0.3, whole=_several),
    Rule(name="header.postcode", wide=True, entity="POSTAL_CODE", weight="value.shape", needs="9", only="9a -", longest=26, numeric=True,
         chance=0.3,
         shape=shape("9{3,7}|9{4} ?a{2}|9{3} 9{2,3}|99-9{3}|9{5}-9{3,4}|9{3}-9{4}|9{4}-9{3}|a{1,3}-9{4,6}|a{1,2}9[9a]?"),
         headed=("POSTAL_CODE",)),
    Rule(name="shape.coordinates", entity="GEO_COORDINATES", weight="value.form", needs="9", shape=shape(r".*9[.,]9.*9[.,]9.*"),
         check=is_pair, chance=0.02),
    Rule(name="shape.well_known_text", entity="GEO_COORDINATES", weight="value.form", needs="a9(",
         shape=shape(r"(?:a{4}=9+;)?a{5,15} ?a{0,2} ?\(.+"), check=_WELL_KNOWN_TEXT),
    Rule(name="shape.degrees", entity="GEO_COORDINATES", weight="value.form", needs="9",
         shape=shape(r"a? ?[-+]?9{1,3}(?:[.]9+)? ?[°º].{0,60}|a 9.+"), check=in_degrees, chance=0.02),
)  # fmt: skip
