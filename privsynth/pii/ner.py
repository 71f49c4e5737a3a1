"""Names by a language model that is already on this machine (``privsynth[ner]``): spaCy, or a folder of transformers.

Optional: the scan needs no model. Nothing is ever downloaded. A model only sees columns of free text and columns whose values
look like names, and of those ``SAMPLE`` distinct values.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from privsynth.errors import UsageError
from privsynth.pii.entities import in_family
from privsynth.pii.model import Sign
from privsynth.pii.weights import ramp
from privsynth.threads import muted

if TYPE_CHECKING:
    from privsynth.pii.profile import Profile

Span: TypeAlias = tuple[str, int, int]  # label of the model, start, end
Finder: TypeAlias = Callable[[Sequence[str]], Iterable[Sequence[Span]]]

SAMPLE = 300  # distinct values of a column that a model reads
COVERED = 0.8  # share of a value's letters that a span covers when the value is a name
LONG_WORDS, LONG_LETTERS = 6, 60  # medians above which a column is text
NAME_LIKE = 0.5  # share of values that look like names, for a column without a header that says so
_BATCH = 64
_ENTITY = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "CITY",
    "LOC": "CITY",
    "LOCATION": "CITY",
    "CITY": "CITY",
    "ORG": "ORGANIZATION",
    "ORGANIZATION": "ORGANIZATION",
}
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
_HOW = "Install privsynth[ner] and the model by hand: privsynth never downloads one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A model that finds names.

    Attributes:
        name: What the owner calls it: part of the rule's public name.
        find: Texts -> the spans of each, with the model's own labels.
    """

    name: str
    find: Finder

    def signs(self, view: Profile, *, headed: Collection[str] = ()) -> list[Sign]:
        """Return what the model sees in a column of free text, or of values that look like names.

        In free text, and in values that hold more than the name, the spans are counted (weight ``span``). Where a span
        covers the values, it speaks for the entity: persons as ``names.full`` or ``names.one``, cities and organisations as
        ``value.shape``.

        Args:
            view: The column.
            headed: Entities that the header names: under the header of a name, place or organisation all text is read.

        Returns:
            Signs of source ``ner``; none for other columns. Nothing in a cell can raise.
        """
        values = view.values[:SAMPLE]
        if view.kind != "text" or not values:
            return []
        free = _is_free_text(values)
        if not (free or _has_name_header(headed) or _name_like(values)):
            return []
        spans = [[(label, start, end) for label, start, end in each if label in _ENTITY] for each in self._read(values)]
        rule = f"ner.{self.name}"
        return [
            sign for entity in dict.fromkeys(_ENTITY.values()) for sign in _signs(entity, rule, values, spans, free)
        ]

    def _read(self, values: Sequence[str]) -> list[Sequence[Span]]:
        """Return the spans of each value, labels without the prefix of a tag; a value on which the model fails has none."""
        found: list[Sequence[Span]] = []
        for place in range(0, len(values), _BATCH):
            batch = values[place : place + _BATCH]
            try:
                spans = [list(each) for each in self.find(batch)]
            except Exception:  # a model may raise anything, and no cell can
                spans = [self._read_one(value) for value in batch]
            found += spans if len(spans) == len(batch) else [self._read_one(value) for value in batch]
        return [[(_plain(label), start, end) for label, start, end in each] for each in found]

    def _read_one(self, value: str) -> list[Span]:
        try:
            return [span for each in self.find([value]) for span in each]
        except Exception:  # as above
            return []


def _plain(label: str) -> str:
    """Return ``PER`` of ``B-PER``."""
    return label.upper().removeprefix("B-").removeprefix("I-")


def _is_free_text(values: Sequence[str]) -> bool:
    words = float(np.median([value.count(" ") + 1 for value in values]))
    letters = float(np.median([len(value) for value in values]))
    return words > LONG_WORDS or letters > LONG_LETTERS


def _name_like(values: Sequence[str]) -> bool:
    return sum(_could_be_name(value) for value in values) >= NAME_LIKE * len(values)


def _could_be_name(value: str) -> bool:
    """Say whether a value is one to six words of letters, the first of them a capital where the script has capitals."""
    words = value.split()
    plain = all(letter.isalpha() or letter in " .,'’-" for letter in value)
    return 0 < len(words) <= LONG_WORDS and plain and len(value) >= 2 and not words[0][0].islower()


def _has_name_header(headed: Collection[str]) -> bool:
    return any(in_family(entity, "name") or entity in ("CITY", "ORGANIZATION") for entity in headed)


def _signs(entity: str, rule: str, values: Sequence[str], spans: Sequence[Sequence[Span]], free: bool) -> list[Sign]:
    """Return what the spans say about one entity: that values are such names, or how many are inside."""
    mine = [[span for span in each if _ENTITY[span[0]] == entity] for each in spans]
    whole = sum(_covers(each, value) for each, value in zip(mine, values, strict=True))
    strength = 0.0 if free else ramp(whole / len(values), 0.2, 0.7) * (whole + 1) / (whole + 3)
    if strength > 0:
        weight = _weight(entity, values)
        return [
            Sign(
                source="ner",
                entity=entity,
                weight=weight,
                strength=strength,
                n_tested=len(values),
                n_hit=whole,
                rule=rule,
            )
        ]
    inside = sum(map(len, mine))
    if not inside:
        return []
    return [Sign(source="ner", entity=entity, weight="span", n_tested=len(values), n_hit=inside, rule=f"{rule}.inside")]


def _weight(entity: str, values: Sequence[str]) -> str:
    if entity != "PERSON":
        return "value.shape"
    several = sum(" " in value for value in values) >= len(values) / 2
    return "names.full" if several else "names.one"


def _covers(spans: Sequence[Span], value: str) -> bool:
    letters = sum(letter.isalpha() for letter in value)
    inside = sum(letter.isalpha() for _, start, end in spans for letter in value[start:end])
    return letters > 0 and inside >= COVERED * letters


def open_model(name: str) -> Names:
    """Open a model that is on this machine; never download one.

    Args:
        name: An installed spaCy package (``en_core_web_sm``), or the folder of a spaCy or of a transformers model
            (safetensors; pickled weights are not read).

    Returns:
        The model. Its public name is that of the package or folder, without the path.

    Raises:
        UsageError: it is not installed, is no such model, or cannot be loaded.
    """
    os.environ.update(_OFFLINE)  # of this process and what it starts: a model must be here already
    folder = Path(name).expanduser()
    if folder.is_dir():
        if (folder / "meta.json").is_file():
            return Names(name=folder.name, find=_opened(name, lambda: _spacy(folder)))
        if (folder / "config.json").is_file():
            return Names(name=folder.name, find=_opened(name, lambda: _transformers(folder)))
        raise UsageError(
            f"The folder `{name}` holds no model: neither spaCy's meta.json nor transformers' config.json. Check the path."
        )
    if not _is_package(name):
        raise UsageError(f"`{name}` is neither an installed spaCy model nor a folder. {_HOW}")
    return Names(name=name, find=_opened(name, lambda: _spacy(name)))


def _is_package(name: str) -> bool:
    try:
        return bool(importlib.import_module("spacy.util").is_package(name))
    except ImportError:
        raise UsageError(f"The model `{name}` needs spaCy, which is not installed. {_HOW}") from None


def _opened(name: str, make: Callable[[], Finder]) -> Finder:
    try:
        with muted():  # of versions of models
            return make()
    except ImportError as error:
        missing = error.name or "a library"
        raise UsageError(f"The model `{name}` needs {missing}, which is not installed. {_HOW}") from None
    except Exception as error:  # loaders of models raise whatever they meet; no cell was read yet
        raise UsageError(
            f"The model `{name}` could not be loaded ({type(error).__name__}): it is incomplete or of another version. "
            "Install it again."
        ) from None


def _spacy(model: str | Path) -> Finder:
    """Return the entities of a spaCy pipeline; parts that only serve grammar are not run."""
    spacy = importlib.import_module("spacy")
    pipeline: Any = spacy.load(model, exclude=["parser", "lemmatizer", "textcat"])

    def find(texts: Sequence[str]) -> list[list[Span]]:
        with muted():
            return [
                [(span.label_, span.start_char, span.end_char) for span in document.ents]
                for document in pipeline.pipe(texts, batch_size=_BATCH)
            ]

    return find


def _transformers(folder: Path) -> Finder:
    """Return the entities of a token classifier, from local files only and from safetensors only."""
    library = importlib.import_module("transformers")
    tokenizer = library.AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    model = library.AutoModelForTokenClassification.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True
    )
    classify: Any = library.pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple", device=-1
    )

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return [
            [(str(span["entity_group"]), int(span["start"]), int(span["end"])) for span in spans]
            for spans in classify(list(texts))
        ]

    return find
