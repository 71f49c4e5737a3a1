"""What a reader sees of a cell: footnote marks, tags, quotes and brackets that wrap a value away."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

_LOOKED_AT = 500  # values of a column that decide whether any is wrapped
_TAG = re.compile(
    r"</?(?:a|b|i|p|u|br|em|h\d|li|ol|td|th|tr|ul|div|img|sub|sup|font|span|strong|small|center)(?:\s[^<>]{0,300})?/?>",
    re.I,
)
_LINKED = re.compile(r"<(?:a|img)\s[^<>]*?(?:href|src)\s?=\s?[\"']?([^\"'<>\s]{4,300})", re.IGNORECASE)
_FOOTNOTES = re.compile(
    r"(?<=.)\s?(?:\[(?:\d{1,3}|[a-z]|(?:note|nb|n) ?\d{1,2}|citation needed|who\?)\])+$", re.IGNORECASE
)
_BYTES = re.compile(r"b(['\"])(.*)\1", re.DOTALL)
_LIST = re.compile(r"""[\[({]\s?(?:'[^']*'|"[^"]*")(?:\s?,\s?(?:'[^']*'|"[^"]*"))*\s?,?\s?[\])}]""", re.DOTALL)
_ITEM = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_TELLING = re.compile(r"[0-9@]|://|www\.|\w\.\w{2,}$")
_WRAPPED = re.compile(r"^[\[({'\"b<].*[\])}'\">]$|\]$|<\w|&#?\w{2,8};|[\u200b\u200e\u200f\ufeff]", re.DOTALL)
_QUOTED = re.compile(r"""(?<![^\W_])(?:'([^'\[\]{}]{1,120})'|"([^"\[\]{}]{1,120})")(?!\s*:)""")
_PICTURES = re.compile(r"[\u200b-\u200f\u2190-\u2bff\u3000\ufe00-\ufe0f\ufeff\U0001f000-\U0001faff]+")
_REMNANT = re.compile(r"[\[{<&\u200b-\u200f\u2190-\u2bff\u3000\ufe0f\ufeff\U0001f000-\U0001faff]")


def unwrapped(value: str) -> str:
    """Return a value without what wraps it; the value itself where nothing does, or nothing would be left.

    A link is its address; quotes go where they hold a number, an address or a link, as quoted words are titles.

    Example:
        >>> [unwrapped(text) for text in ('52.37[1]', '<p>4.9</p>', "['a@b.org', 'c@d.org']", '"Pilot"')]
        ['52.37', '4.9', 'a@b.org;c@d.org', '"Pilot"']
    """
    if _WRAPPED.search(value) is None:
        return value
    plain = value.strip("\u200b\u200e\u200f\ufeff ")
    if "<" in plain and _TAG.search(plain):
        link = _LINKED.search(plain)
        plain = link[1] if link else _TAG.sub(" ", plain).strip()
    if "&" in plain and ";" in plain:
        plain = html.unescape(plain)
    if plain.endswith("]"):
        plain = _FOOTNOTES.sub("", plain)
    if found := _BYTES.fullmatch(plain):
        plain = found[2]
    if _LIST.fullmatch(plain):
        plain = ";".join(one or two for one, two in _ITEM.findall(plain))
    if len(plain) > 2 and plain[0] == plain[-1] and plain[0] in "'\"" and plain[0] not in plain[1:-1]:
        plain = plain[1:-1].strip() if _TELLING.search(plain) else plain
    return plain or value


def all_unwrapped(values: Sequence[str]) -> list[str]:
    """Return the values without what wraps them; looks at the first ones to spare a column of which none is wrapped."""
    if not any(map(_WRAPPED.search, values[:_LOOKED_AT])):
        return list(values)
    return [unwrapped(value) for value in values]


def plain_text(text: str) -> str:
    """Return the words of a value: strings of JSON as parts, tags, entities and pictures away.

    Example:
        >>> plain_text('[{"name": "English"}, {"name": "Hindi"}]'), plain_text("Ann Lee ✈")
        ('English; Hindi', 'Ann Lee')
    """
    if _REMNANT.search(text) is None:
        return text
    if text[0] + text[-1] in ("[]", "{}"):
        parts = [one or two for one, two in _QUOTED.findall(text)]
        named = [part for part in parts if len(part) > 3] or parts
        return "; ".join(named) if named else text[1:-1].strip() or text
    return _PICTURES.sub(" ", _TAG.sub(" ", html.unescape(text))).strip() or text
