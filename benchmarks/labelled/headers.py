"""Names of columns: clear, abbreviated, foreign, asked, glued, prefixed, mistyped or without a meaning."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, TypeAlias

from .draw import Draw, Split, items, lines

Style: TypeAlias = Literal[
    "clear", "abbreviated", "foreign", "question", "glued", "prefixed", "typo", "meaningless", "misleading"
]
WRITTEN: tuple[Style, ...] = ("clear", "abbreviated", "foreign", "question")
PREFIXES: dict[Split, tuple[str, ...]] = {
    "learn": ("cust_", "pt_", "tbl.", "#", "emp_", "client_", "t.", "user_"),
    "hold": ("mbr_", "subj.", "rsp_", "x_", "d1_", "applicant_", "public.t_", "_"),
}
MEANINGLESS: dict[Split, tuple[str, ...]] = {
    "learn": ("c{n}", "V{n}", "field_{n}", "Unnamed: {n}", "col{n}", "X{n}"),
    "hold": ("column_{n}", "F{n}", "attr{n}", "_c{n}", "Q{n}", "var_{n:03d}"),
}
CASES = ("snake", "snake", "snake", "snake", "title", "camel", "upper", "spaced", "pascal", "kebab")


def folded(name: str) -> str:
    """Return the letters and digits of a name in lower case: two names that agree in these are one."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


@cache
def written(split: Split) -> dict[str, dict[Style, tuple[str, ...]]]:
    """Return slug -> style -> the names that the text file of a split holds."""
    return {row[0]: dict(zip(WRITTEN, map(items, row[1:]), strict=True)) for row in lines(f"headers_{split}.txt")}


@cache
def reserved(split: Split) -> frozenset[str]:
    """Return the folded names of a split, with and without its prefixes."""
    names = {folded(name) for styles in written(split).values() for group in styles.values() for name in group}
    return frozenset(names | {folded(prefix) + name for prefix in PREFIXES[split] for name in names})


def cased(name: str, case: str) -> str:
    """Return a name of several words in one way of joining them; one that is not plain words stays as it is."""
    if not re.fullmatch(r"[\w ]+", name):
        return name
    words = [word for word in re.split(r"[_ ]+", name) if word]
    if case == "snake":
        return "_".join(words)
    if case == "kebab":
        return "-".join(words)
    if case == "upper":
        return "_".join(words).upper()
    if case == "spaced":
        return " ".join(words)
    titles = [word[:1].upper() + word[1:] for word in words]
    if case == "title":
        return " ".join(titles)
    return "".join(titles) if case == "pascal" else words[0].lower() + "".join(titles[1:])


def mistyped(name: str, draw: Draw) -> str:
    """Return the name with two letters swapped, one left out or one doubled."""
    at = draw.whole(1, max(1, len(name) - 2))
    swapped = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    return draw.pick((swapped, name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]))


def _made(slug: str, style: Style, case: str, draw: Draw) -> str | None:
    groups = written(draw.split)[slug]
    if style in WRITTEN:
        group = groups[style]
        if not group:
            return None
        name = draw.pick(group)
        return name if style == "question" else cased(name, case)
    name = draw.pick(groups["clear"])
    if style == "glued":
        return re.sub(r"[\W_]+", "", name) if len(re.split(r"[\W_]+", name)) > 1 else None
    if style == "prefixed":
        return draw.pick(PREFIXES[draw.split]) + cased(name, "snake")
    if style == "typo":
        return mistyped(cased(name, case), draw) if len(name) > 5 else None
    raise ValueError(style)


def header(slug: str, style: Style, case: str, draw: Draw) -> tuple[str, Style]:
    """Return a name for a kind of column, and the style that it has: the clear one where the wanted one has none.

    A name that the other split has too is not used.
    """
    other = reserved("hold" if draw.split == "learn" else "learn")
    for _ in range(6):
        name = _made(slug, style, case, draw)
        if name and folded(name) not in other:
            return name, style
    return cased(draw.pick(written(draw.split)[slug]["clear"]), case), "clear"


def meaningless(split: Split, form: int, number: int) -> str:
    """Return a name that says nothing."""
    shapes = MEANINGLESS[split]
    return shapes[form % len(shapes)].format(n=number)
