"""Whole tables of labelled columns: context, repeated people, missing and messy cells."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .draw import LOCALES, Draw, Person, Split, people, word_sets
from .headers import CASES, Style, folded, header, meaningless, written
from .kinds import KINDS, THEMES, Kind

ROWS = (5, 5, 5, 5, 5, 5, 5, 5, 20, 20, 20, 20, 20, 200, 200, 200, 200, 200, 200, 2000)
TABLE_STYLES: tuple[Style, ...] = (
    *("clear",) * 9, *("abbreviated",) * 3, *("foreign",) * 3, "glued", "prefixed", "prefixed", "question", *("meaningless",) * 3,
)  # fmt: skip
COLUMN_STYLES: tuple[Style, ...] = (
    "abbreviated", "foreign", "glued", "prefixed", "question", "meaningless", "meaningless", "typo", "misleading", "clear",
)  # fmt: skip
BARE_EVERY = 5
KEY_WORDS = re.compile(
    r"(?i)(?<![a-z])(id|no|nr|nbr|num|number|numer|nummer|numero|key|code|kod|ref)(?![a-z])|(Id|No|Nr|Number|Key|Code)(?![a-z])"
)
SPEAKING = [slug for slug, kind in KINDS.items() if kind.plain >= 0.5]
PLACEHOLDERS: dict[Split, tuple[str, ...]] = {
    "learn": ("N/A", "-", "unknown", "null", "?", "9999", "TEST", "none", "xxx", "tbd"),
    "hold": ("#N/A", "--", "not given", "nil", "brak", "NULL", "(blank)", "99", "n.d.", "."),
}
STRAY: dict[Split, tuple[str, ...]] = {
    "learn": ("{} (old)", "approx {}", "{}*", "{};", "see: {}"),
    "hold": ("{} [checked]", "~{}", "{} ?", '"{}"', "{} / same"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A column with what it holds.

    Attributes:
        name: The header.
        cells: Text cells; None is missing.
        entity: A key of ``privsynth.pii.entities.ENTITIES``; None for what names nobody.
        style: Of the header, a ``Style``; ``+empty`` is added where no cell is filled.
        locale: Language and country of the table's people.
        table: Name of the table.
        kind: The kind of column within the entity.
    """

    name: str
    cells: tuple[str | None, ...]
    entity: str | None
    style: str
    locale: str
    table: str
    kind: str


@dataclass(slots=True)
class Table:
    """What the columns of one table share."""

    name: str
    draw: Draw
    rows: list[Person]
    repeats: bool
    style: Style
    case: str
    shape: int


def _table(split: Split, number: int, theme: str, rng: random.Random) -> Table:
    draw = Draw(rng=rng, split=split, locale=rng.choice(LOCALES[split]))
    rows = draw.pick(ROWS)
    repeats = rows > 5 and draw.chance(0.25)
    crowd = people(draw, max(4, rows // 4) if repeats else rows)
    seats = [draw.pick(crowd) for _ in range(rows)] if repeats else crowd
    return Table(
        f"{theme}_{number}", draw, seats, repeats, draw.pick(TABLE_STYLES), draw.pick(CASES), draw.whole(0, 99)
    )


def _words(kind: Kind, table: Table) -> bool:
    """Choose the column's set of values; return whether the set speaks for itself."""
    draw = table.draw
    if kind.make is not None:
        draw.words = ()
        return draw.form < kind.plain
    alone, words = draw.pick(word_sets(draw.split)[kind.slug])
    many = draw.whole(2, len(words)) if len(words) > 2 else len(words)
    draw.words = tuple(draw.rng.sample(words, max(many, min(len(words), 3))))
    return alone and draw.form < kind.plain


def _values(kind: Kind, table: Table) -> list[str]:
    """Make a filled cell for each row; what belongs to a person repeats with the person."""
    draw, known, cells = table.draw, dict[int, str](), list[str]()
    once = kind.personal and table.repeats
    again = 0.7 if kind.code and draw.chance(0.6) else 0.0
    for row, person in enumerate(table.rows):
        draw.person, draw.row = person, person.number if once else row
        if once and person.number in known:
            cells.append(known[person.number])
            continue
        if cells and draw.chance(again):
            cells.append(draw.pick(cells))
            continue
        value = kind.make(draw) if kind.make else draw.words[min(int(draw.rng.expovariate(0.5)), len(draw.words) - 1)]
        known[person.number] = value
        cells.append(value)
    return cells


def _missing_share(draw: Draw) -> float:
    luck = draw.rng.random()
    if luck < 0.55:
        return 0.0
    if luck < 0.8:
        return draw.rng.uniform(0.01, 0.2)
    if luck < 0.93:
        return draw.rng.uniform(0.2, 0.6)
    return draw.rng.uniform(0.6, 0.9)


def _messy(cells: list[str], draw: Draw) -> list[str]:
    way = draw.pick(("spaces", "case", "stray", "placeholder", "placeholder", "decimal"))
    if way == "decimal":
        return [f"{cell}.0" if cell.isdigit() and len(cell) < 16 else cell for cell in cells]
    share = draw.rng.uniform(0.02, 0.2)
    changed = []
    for cell in cells:
        if not draw.chance(share):
            changed.append(cell)
        elif way == "spaces":
            changed.append(draw.pick((f" {cell}", f"{cell} ", f"  {cell}", cell.replace(" ", "  "))))
        elif way == "case":
            changed.append(draw.pick((cell.upper(), cell.lower(), cell.swapcase())))
        else:
            changed.append(draw.pick((STRAY if way == "stray" else PLACEHOLDERS)[draw.split]).format(cell))
    return changed


def _cells(kind: Kind, table: Table, style: Style) -> tuple[str | None, ...]:
    draw = table.draw
    if draw.chance(0.025) and style not in ("meaningless", "misleading"):
        return (None,) * len(table.rows)
    cells = _values(kind, table)
    if draw.chance(0.22):
        cells = _messy(cells, draw)
    share = _missing_share(draw)
    filled = tuple(None if draw.chance(share) else cell for cell in cells)
    return filled if any(filled) else tuple(cells)


def _label(kind: Kind, cells: tuple[str | None, ...], name: str, style: Style) -> tuple[str | None, bool]:
    """Return the label of the values, and whether there is one beyond doubt.

    Values that all differ under a name such as ``part_no`` are neither a key nor none: such columns are left out.
    """
    filled = [cell for cell in cells if cell is not None]
    differ = len(set(filled)) == len(filled)
    if kind.slug == "order_no":
        return ("RECORD_ID", True) if differ and len(filled) >= 15 else (None, not differ)
    if kind.slug == "record_id" and style == "meaningless":
        return "RECORD_ID", differ and len(filled) >= 15
    if kind.slug == "uuid" and style == "meaningless":
        return "UUID", True
    keyed = kind.entity is None and differ and len(filled) > 2 and KEY_WORDS.search(name) is not None
    return kind.entity, not keyed


def _style(kind: Kind, table: Table, alone: bool) -> Style:
    draw = table.draw
    style = draw.pick(COLUMN_STYLES) if draw.chance(0.16) and table.style != "meaningless" else table.style
    if kind.loud and draw.chance(0.12):
        style = "misleading"
    if style == "meaningless" and (not alone or kind.code):
        return "clear"
    if style == "misleading" and not (kind.loud and alone):
        return "typo"
    return style


def _name(kind: Kind, style: Style, place: int, table: Table) -> tuple[str, Style]:
    draw = table.draw
    if style == "meaningless":
        return meaningless(draw.split, table.shape, place), style
    if style == "misleading":
        others = [slug for slug in written(draw.split) if KINDS[slug].entity != kind.entity]
        name, _ = header(draw.pick(others), "clear", table.case, draw)
        return name, style
    return header(kind.slug, style, table.case, draw)


def _column(slug: str, place: int, table: Table) -> Labelled | None:
    kind, draw = KINDS[slug], table.draw
    draw.form, draw.start = draw.rng.random(), draw.whole(0, 99_999)
    alone = _words(kind, table)
    name, style = _name(kind, _style(kind, table, alone), place, table)
    cells = _cells(kind, table, style)
    entity, sure = _label(kind, cells, name, style)
    if not sure:
        return None
    written_style = style if any(cell is not None for cell in cells) else f"{style}+empty"
    return Labelled(
        name=name, cells=cells, entity=entity, style=written_style, locale=draw.locale, table=table.name, kind=slug
    )


def _deck(rng: random.Random, slugs: list[str]) -> Iterator[str]:
    """Yield all kinds in turn, shuffled anew each time."""
    while True:
        yield from rng.sample(slugs, len(slugs))


def columns(split: Split, *, seed: int, tables: int) -> Iterator[list[Labelled]]:
    """Make whole tables of labelled columns.

    Args:
        split: ``learn`` and ``hold`` share no locale, no header, no set of values, and no written sentence.
        seed: Gives the same tables again.
        tables: How many; 26 tables hold each kind about once, all other columns go with the table's theme; every fifth
            table has names without a meaning only.

    Yields:
        The columns of a table; they are of one length and differ in name.
    """
    rng = random.Random(f"{split}/{seed}")  # noqa: S311 - draws test data
    deck, bare, themes = _deck(rng, list(KINDS)), _deck(rng, SPEAKING), list(THEMES)
    for number in range(tables):
        theme = themes[number % len(themes)]
        table = _table(split, number, theme, rng)
        own = rng.sample(THEMES[theme], rng.randint(4, min(12, len(THEMES[theme]))))
        if number % BARE_EVERY == BARE_EVERY - 1:
            table.style = "meaningless"
            slugs = [slug for slug in own if slug in SPEAKING] + [next(bare) for _ in range(9)]
        else:
            slugs = own + [next(deck) for _ in range(9)]
        rng.shuffle(slugs)
        found: dict[str, Labelled] = {}
        for place, slug in enumerate(slugs):
            column = _column(slug, place, table)
            if column is not None:
                found.setdefault(folded(column.name), column)
        yield list(found.values())
