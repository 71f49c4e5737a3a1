"""Written dates, times and epochs: some forty forms, with the names of months in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from privsynth.pii.checks import ean, npi
from privsynth.pii.rules import Check, Rule, matches, shape

# English, German, French, Spanish, Italian, Portuguese, Dutch; then Polish, Swedish/Danish, Turkish, Czech, Russian.
_MONTHS = (
    "jan(?:uary|uar|vier|uari|eiro)?|jänner|janv|enero|ene|gennaio|gen|janeiro"
    "|feb(?:ruary|ruar|braio|rero|ruari)?|février|fevrier|févr?|fevr?|febbraio|fevereiro"
    "|mar(?:ch|s|zo|ço|co)?|märz|maerz|mrz|maart|mrt|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|maggio|mag|maio|mei"
    "|june?|juni|juin|junio|jun|giugno|giu|junho|july?|juli|juillet|juil|julio|luglio|lug|julho"
    "|aug(?:ust|ustus)?|août|aout|agosto|ago|sept?(?:ember|embre|iembre)?|settembre|set|setembro|setiembre"
    "|oct(?:ober|obre|ubre)?|okt(?:ober)?|ottobre|ott|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?"
    "|dec(?:ember|embre)?|dez(?:ember|embro)?|déc(?:embre)?|dic(?:iembre|embre)?"
    "|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
    "|januari|februari|augusti|maj|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık"
    "|ledna|února|března|dubna|května|června|července|srpna|září|října|prosince"
    "|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
)
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,? )?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|CES?T|[ECMP][SD]T|BST)| ?[+-]\d\d:?(?:\d\d)?)?"
_TIME = rf"(?:(?:[T :]|, | - | at | à | um )\d{{1,2}}[:.h]\d\d(?:[:.]\d\d(?:[.,]\d{{1,9}})?)?(?: ?[ap]\.?m\.?)?{_ZONE}(?: Uhr)?)?"
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:1[6-9]|2[01])\d\d"
_FULL = "|".join(
    (
        rf"{_YEAR}(?P<a>[-/. ]){_MONTH}(?P=a){_DAY}",  # 2024-01-31, 2024/1/31
        rf"{_DAY}(?P<b>[-/. ]){_MONTH}(?P=b){_YEAR}",  # 31.01.2024
        rf"{_MONTH}(?P<c>[-/.]){_DAY}(?P=c){_YEAR}",  # 01/31/2024
        rf"{_DAY}\. {_MONTH}\. ?{_YEAR}|{_YEAR}\. ?{_MONTH}\. ?{_DAY}\.?",  # 31. 1. 2024; 2024. 1. 31.
        rf"{_YEAR}[年년] ?{_MONTH}[月월] ?{_DAY}[日일]|(?:令和|平成|昭和)(?:\d\d?|元)年{_MONTH}月{_DAY}日",
        rf"{_DAY}(?:st|nd|rd|th|er|re|º|ª|\.)?[-/. ]{{0,2}}(?:of |de |d')?(?:{_MONTHS})\.?[-/. ,']{{0,2}}(?:de |del )?{_YEAR}г?\.?",
        rf"{_DAY}[-/. ](?:{_MONTHS})\.?[-/. ,']{{1,2}}\d\d",  # 31-Jan-24
        rf"(?:{_MONTHS})\.?[-/ ]{{1,2}}{_DAY}(?:st|nd|rd|th)?[-/ ,]{{1,2}}{_YEAR}",  # January 31, 2024
        rf"{_YEAR}[-/. ](?:{_MONTHS})[-/. ]{_DAY}",  # 2024-Jan-31
    )
)
_SHORT = rf"(?:{_DAY}(?P<d>[-/.]){_MONTH}(?P=d)|{_MONTH}(?P<e>[-/.]){_DAY}(?P=e)|\d\d(?P<f>[-/.]){_MONTH}(?P=f))\d\d"
_UNIX = rf"[^\W\d_]{{3}} (?:{_MONTHS}) {{1,2}}{_DAY} \d\d:\d\d:\d\d(?: [A-Z]{{3,4}})? {_YEAR}"
_CLOCK = r"(?:[01]?\d|2[0-3])[:h][0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?(?: ?[ap]\.?m\.?)?"
_MONTH_OF_YEAR = "|".join(
    (
        rf"{_YEAR}[-/.](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/]{_YEAR}",
        rf"(?:{_MONTHS})\.?[-/ ']{{1,2}}(?:de )?(?:{_YEAR}|\d\d)|{_YEAR}[-/ ]?(?:{_MONTHS})",
        rf"{_YEAR}-?W(?:[0-4]\d|5[0-3])(?:-?[1-7])?|{_YEAR}[-/ ]?[QHST][1-4]|[QHST][1-4][-/ ']{_YEAR}|{_YEAR}[-/](?:\d\d|{_YEAR})",
        rf"{_YEAR}[年년] ?{_MONTH}[月월]",
    )
)
is_date: Check = matches(rf"{_WEEKDAY}(?:{_FULL}){_TIME}(?: \([^)]{{1,30}}\))?|{_UNIX}")
is_short_date: Check = matches(rf"{_SHORT}{_TIME}")
is_time: Check = matches(_CLOCK + _ZONE)
is_month: Check = matches(_MONTH_OF_YEAR)
is_month_name: Check = matches(rf"(?:{_MONTHS})\.?")
is_year: Check = matches(r"(?:1[89]|20)\d\d")
_CLOCK_DIGITS = r"(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}"
is_compact: Check = matches(rf"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[T ]?{_CLOCK_DIGITS}Z?)?")
is_headed_digits: Check = matches(  # behind a header only: ddmmyyyy, mmddyyyy, yymmdd, ddmmyy, yyyymm
    r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)?\d\d|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)?\d\d"
    r"|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d(?:0[1-9]|1[0-2])"
)
is_epoch: Check = matches(r"(?:9|1[0-8])\d{8}(?:\d{3}){0,3}")


def _times_and_not_numbers(values: Sequence[str]) -> bool:
    """Return whether numbers in the range of epochs are epochs: not article or provider numbers, not one dense row."""
    if not 10 * sum(map(npi, values)) < 6 * max(len(values), 2) and len(values) > 1:
        return False
    if len(values) > 2 and sum(len(value) == 13 and ean(value) for value in values) > 0.5 * len(values):
        return False
    if sum(value[:2] == "18" for value in values) > 0.02 * len(values):  # times that are still to come: 2027 to 2030
        return False
    seconds = sorted(int(value[:10]) for value in values)
    dense = len(values) >= 20 and seconds[-1] - seconds[0] < 3 * len(values) and len(values[0]) == 10
    round_start = any(value.startswith("100000") for value in values)
    return not dense and not round_start


_DATE_SIGNS = "9a@:./-(+ ,"
DATE_RULES: tuple[Rule, ...] = (
    Rule(name="shape.date", entity="DATE_TIME", weight="value.form", only=_DATE_SIGNS + "#", needs="9",
         shape=shape(r"9{1,4}[^@]{1,2}[9a.]{1,12}[^@]{1,6}9{1,4}.{0,32}|[9a][^@#]{6,56}"), check=is_date),
    Rule(name="shape.date_of_other_scripts", entity="DATE_TIME", weight="value.form", needs="9",
         shape=shape(r"9{1,4}a[ 9]{1,3}a ?9{1,2}a|a{2}(?:9{1,2}|a)a9{1,2}a9{1,2}a|.{0,40}['º].{0,20}"), check=is_date),
    Rule(name="shape.short_date", entity="DATE_TIME", weight="value.shape", needs="9", only="9a@:./-+ ,", chance=0.07,
         shape=shape(r"9{1,2}[-/.]9{1,2}[-/.]99(?:[ a,].{1,24})?"), check=is_short_date),
    Rule(name="shape.date_digits", entity="DATE_TIME", weight="value.form", only="9a ", longest=26, needs="9", chance=0.04,
         numeric=True,
         shape=shape(r"9{8}(?:[a ]?(?:9{4}|9{6})a?)?"), check=is_compact),
    Rule(name="header.date_digits", entity="DATE_TIME", weight="value.shape", only="9", longest=26, needs="9", chance=0.2, numeric=True,
         shape=shape(r"9{6}|9{8}"), check=is_headed_digits, headed=("DATE_TIME", "DATE_OF_BIRTH")),
    Rule(name="shape.month", entity="DATE_TIME", weight="value.shape", needs="9", only="9a./- #", longest=26, chance=0.05,
         shape=shape(r"[9a]{1,12}[-/. ']{0,2}[9a ]{1,12}|9{4}a{1}9{1,2}.?9?|9{4}a ?9{1,2}a"), check=is_month),
    Rule(name="shape.time", entity="DATE_TIME", weight="value.loose", needs="9:", only="9a:.+- ,", chance=0.05,
         shape=shape(r"99?[:a]99(?::99(?:[.,]9{1,9})?)?(?: ?[a.]{1,4})?(?: ?[+-a][9a:]{1,5})?"), check=is_time),
    Rule(name="shape.epoch", entity="DATE_TIME", weight="value.shape", needs="9", only="9", longest=26, chance=0.3, numeric=True,
         shape=shape(r"9{10}(?:9{3}){0,3}"), check=is_epoch, whole=_times_and_not_numbers),
    Rule(name="header.year", entity="DATE_TIME", weight="value.loose", needs="9", only="9", longest=26, chance=0.03, numeric=True,
         shape=shape(r"9{4}"), check=is_year, headed=("DATE_TIME", "DATE_OF_BIRTH")),
)  # fmt: skip


def is_dated(value: str) -> bool:
    """Return whether a value can be a date in any written form, also a year, a month, a time or an epoch."""
    tests = (is_date, is_short_date, is_compact, is_month, is_time, is_year, is_headed_digits, is_epoch)
    return any(test(value) for test in tests)


_YEARS = re.compile(r"(?<![0-9])(?:1[6-9]|2[01])[0-9]{2}(?![0-9])")


def year_of(value: str) -> int | None:
    """Return the year that a written date shows in four digits, or None."""
    found = _YEARS.search(value) or re.match(r"(?:19|20)[0-9]{2}", value)
    return int(found.group()) if found else None
