"""Names, adjectives and codes of countries as they stand beside the numbers that states issue."""

from __future__ import annotations

# ISO 3166 code: name, adjectives, native forms. No word here may mean anything else in a header.
NATIONS = """
US: usa unitedstates american eeuu
GB: uk gb unitedkingdom british britain
ES: spain spanish espana espanol espanola
AR: argentina argentine argentinian argentino
PE: peru peruvian peruano
PT: portugal portuguese portugues portuguesa
BR: brazil brazilian brasil brasileiro
DE: germany german deutschland deutsche deutscher
AT: austria austrian osterreich
CH: switzerland swiss schweiz suisse svizzera
FR: france french francais francaise
BE: belgium belgian belge belgisch
NL: netherlands dutch nederland nederlands
IT: italy italian italia italiano italiana
PL: poland polish polska
SE: sweden swedish sverige svensk
NO: norway norwegian norge norsk
DK: denmark danish danmark dansk
FI: finland finnish suomi
CZ: czech czechia cesko ceske
SK: slovak slovakia slovensko
HU: hungary hungarian magyar
RO: romania romanian
BG: bulgaria bulgarian
HR: croatia croatian hrvatska
SI: slovenia slovenian
RS: serbia serbian
BA: bosnia bosnian
EE: estonia estonian eesti
LT: lithuania lithuanian lietuvos
LV: latvia latvian latvijas
GR: greece greek hellas
TR: turkish turkiye
CY: cyprus cypriot
IE: ireland irish eire
IS: iceland icelandic
RU: russia russian
UA: ukraine ukrainian
IN: india indian bharat
PK: pakistan pakistani
BD: bangladesh bangladeshi
LK: srilanka srilankan
CN: china chinese prc
HK: hongkong
TW: taiwan taiwanese
JP: japan japanese
KR: korea korean southkorea southkorean
TH: thai thailand
VN: vietnam vietnamese
SG: singapore singaporean
MY: malaysia malaysian
ID: indonesia indonesian
PH: philippines philippine filipino
ZA: southafrica southafrican rsa
NG: nigeria nigerian
KE: kenya kenyan
EG: egypt egyptian
MA: morocco moroccan
IL: israel israeli
AE: emirates uae emirati
SA: saudi saudiarabia
MX: mexico mexican mexicano mexicana
CL: chile chilean chileno
CO: colombia colombian colombiano
EC: ecuador ecuadorian
VE: venezuela venezuelan
UY: uruguay uruguayan
AU: australia australian aus
NZ: newzealand
CA: canada canadian canadien
"""

# Codes that are words of headers too: countries only at the end of a header that names a state's number.
WORDLIKE = frozenset(
    (
        "ar",
        "at",
        "be",
        "ca",
        "ch",
        "co",
        "de",
        "es",
        "id",
        "in",
        "is",
        "it",
        "la",
        "ma",
        "me",
        "my",
        "no",
        "pe",
        "sa",
        "se",
        "si",
        "us",
    )
)
NEVER_LAST = frozenset(("id", "no"))

# Letters that mean a number only beside its country. Country: letters=entity ..
SHORT_NUMBERS = """
LV: pk=LV_PK
EE: ik=EE_IK
LT: ak=LT_ASMENS
CZ: rc=CZ_RC
SK: rc=CZ_RC
BE: rrn=BE_NN nn=BE_NN
AT: sv=AT_SVNR sozialversicherungsnummer=AT_SVNR svnr=AT_SVNR svnummer=AT_SVNR
CL: run=CL_RUT
PT: nif=PT_NIF
AR: dni=AR_DNI
ES: nif=ES_NIF dni=ES_NIF nie=ES_NIE
MY: ic=MY_NRIC nric=MY_NRIC
IN: pan=IN_PAN pannumber=IN_PAN
CA: sin=CA_SIN
TH: pin=TH_TNIN
IT: cf=IT_FISCAL_CODE
KR: rrn=KR_RRN
NG: nin=NG_NIN
JP: myno=JP_MY_NUMBER my=JP_MY_NUMBER
NO: personnummer=NO_FODSELSNUMMER
SE: personnummer=SE_PERSONNUMMER
"""
