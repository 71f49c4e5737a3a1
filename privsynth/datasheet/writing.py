"""The card of a dataset: one page of Markdown that says what a synthetic table is, what holds for it, and how it was made.

All of it follows from the release: the schema, the guarantee and the table's manifest. The head is in the form of Hugging Face's
dataset cards (`license`, `tags`, `size_categories`, `configs`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from privsynth.artifact import digest_folder, read_manifest
from privsynth.datasheet.page import markdown
from privsynth.errors import ArtifactError, PrivsynthError
from privsynth.generators.fitted import Fitted, load_model
from privsynth.privacy import Guarantee
from privsynth.provenance import Provenance, read_provenance
from privsynth.tableschema.io import read_schema
from privsynth.tableschema.model import Schema

_MANIFEST, _SCHEMA = "manifest.json", "schema.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a card is made of. All of it is public.

    Args:
        schema: Of the table.
        guarantee: What was proven.
        provenance: The table's manifest.
        file: Name of the table's file beside the card, or None.
    """

    schema: Schema
    guarantee: Guarantee
    provenance: Provenance
    file: str | None = None

    def markdown(self) -> str:
        """Return the page."""
        return markdown(self.schema, self.guarantee, self.provenance, self.file)


def card_of(fitted: Fitted, provenance: Provenance, file: str | None = None) -> Card:
    """Return the card of rows that were drawn from a model.

    Args:
        fitted: The model.
        provenance: What is said of the rows.
        file: Name of their file, or None.
    """
    return Card(schema=fitted.schema, guarantee=fitted.guarantee, provenance=provenance, file=file)


def card(source: Fitted | Path | str) -> str:
    """Return the card of a release, or of what a model draws, as Markdown; nothing private is read.

    Args:
        source: The folder of a run or of its release, or a model (in memory, folder or zip).

    Raises:
        ArtifactError: it is neither, or damaged.
    """
    if isinstance(source, Fitted):
        return card_of(source, source.provenance()).markdown()
    folder = Path(source)
    folder = folder / "release" if (folder / "release" / _MANIFEST).is_file() else folder
    if not (folder / _SCHEMA).is_file():
        fitted = load_model(folder)
        return card_of(fitted, fitted.provenance()).markdown()
    try:
        return _of_release(folder).markdown()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArtifactError(
            f"The release {folder} is incomplete or was made by another version ({type(error).__name__}). Copy it again."
        ) from None


def _of_release(folder: Path) -> Card:
    manifest = read_manifest(folder)
    try:
        schema = read_schema(folder / _SCHEMA)
    except PrivsynthError as error:
        raise ArtifactError(f"The schema of the release {folder} cannot be read: {error.message}") from None
    tables = sorted(name for name in manifest["files"] if name.startswith("synthetic.") and "/" not in name)
    file = next((name for name in tables if not name.endswith(".json")), None)
    _check_unaltered(folder, manifest, (_SCHEMA, *tables))
    said = None if file is None else read_provenance(folder / file)
    return Card(
        schema=schema,
        guarantee=Guarantee.from_json(manifest["guarantee"]),
        provenance=_stated(manifest) if said is None else said,
        file=file,
    )


def _check_unaltered(folder: Path, manifest: dict[str, Any], names: tuple[str, ...]) -> None:
    """Refuse a release whose table, its manifest or its schema is another one than was released: the card would vouch for it."""
    found = digest_folder(folder)
    altered = [name for name in names if name in found and found[name] != manifest["files"].get(name)]
    altered += [name for name in found if name.startswith("synthetic.") and name not in manifest["files"]]
    if altered:
        raise ArtifactError(
            f"{altered[0]} of the release {folder} is not the one that was released, so no card is written for it. Copy it again."
        )


def _stated(manifest: dict[str, Any]) -> Provenance:
    """Return what a release's own manifest says of its table, where the table's is not there."""
    guarantee = manifest["guarantee"]
    said = Provenance(generation=manifest.get("generation", 1), dp=manifest["dp"], generator=manifest["generator"])
    return replace(
        said,
        model_digest=manifest["model_digest"],
        guarantee={name: guarantee[name] for name in ("sentence", "epsilon", "delta", "unit")},
        rows=manifest["rows"],
        columns=tuple(manifest["columns"]),
    )


def write_card(path: Path, card: Card) -> None:
    """Write a card to a new file in a folder that is being made."""
    path.write_text(card.markdown(), encoding="utf-8")
