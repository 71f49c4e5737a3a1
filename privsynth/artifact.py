"""Models and releases on disk: a manifest that digests every file beside it, and arrays without pickle.

Reading a model from a stranger goes through five gates in this order: sizes, names, digests, structure, shapes. No gate
runs code from the file, and each failure is an ArtifactError.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from privsynth._container import ARRAYS, MANIFEST, MAX_BYTES, read_parts, read_regular, shown, write_zip
from privsynth.errors import ArtifactError, ResourceError, UsageError
from privsynth.files import atomic_file, atomic_folder

MODEL_FORMAT, RELEASE_FORMAT, CHECKPOINT_FORMAT = "privsynth.model/1", "privsynth.release/1", "privsynth.checkpoint/1"
MAX_HEADER_BYTES = 16 * 2**20
_DTYPES = {
    "BOOL": "bool", "U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64",
    "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64", "F16": "float16", "F32": "float32", "F64": "float64",
}  # fmt: skip

Arrays = dict[str, np.ndarray[Any, Any]]


def write_model(
    path: Path, manifest: Mapping[str, Any], arrays: Mapping[str, np.ndarray[Any, Any]], *, private: bool = False
) -> dict[str, Any]:
    """Write a model, complete or not at all: a folder, or one file where `path` ends in `.zip`.

    The same content on the same day gives the same bytes.

    Args:
        path: What to make; it must not exist.
        manifest: JSON values. `format`, `version`, `day` (unless given), `arrays`, `files` and `digest` are filled in.
        arrays: By name; boolean, integer or floating point, of any shape.
        private: Let only the owner read it.

    Returns:
        The manifest as written.

    Raises:
        UsageError: `path` exists or cannot be written, the manifest is not JSON, or an array has another dtype.
        ResourceError: the arrays pass 2 GiB, or the disk is full.
    """
    path = Path(path)
    payload = _array_bytes(arrays)
    written = _sealed(manifest, format=MODEL_FORMAT, arrays=_shapes(arrays), files={ARRAYS: _digest(payload)})
    parts = {MANIFEST: _rendered(written), ARRAYS: payload}
    if path.suffix.lower() == ".zip":
        with atomic_file(path, private=private, replace=False) as temporary:
            write_zip(temporary, parts)
    else:
        with atomic_folder(path, private=private) as folder:
            for name, content in parts.items():
                (folder / name).write_bytes(content)
    return written


def read_model(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Read a model folder or zip that anybody may have made or damaged.

    Returns:
        The manifest, and the arrays by name.

    Raises:
        ArtifactError: anything at all is wrong with it, or it is not there.
    """
    return _read(Path(path), MODEL_FORMAT)


def write_checkpoint(path: Path, manifest: Mapping[str, Any], arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Write the state of a fit into one file for its owner alone (mode 0600), in place of the one before or not at all.

    Args:
        path: The file.
        manifest: As for `write_model`.
        arrays: As for `write_model`.

    Raises:
        UsageError, ResourceError: as `write_model`.
    """
    payload = _array_bytes(arrays)
    written = _sealed(manifest, format=CHECKPOINT_FORMAT, arrays=_shapes(arrays), files={ARRAYS: _digest(payload)})
    with atomic_file(Path(path), private=True) as temporary:
        write_zip(temporary, {MANIFEST: _rendered(written), ARRAYS: payload})


def read_checkpoint(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Read what `write_checkpoint` wrote, through the gates of `read_model`.

    Raises:
        ArtifactError: anything is wrong with it, or another version of privsynth wrote it.
    """
    manifest, arrays = _read(Path(path), CHECKPOINT_FORMAT)
    if manifest.get("version") != _version():
        written = shown(str(manifest.get("version")))
        raise ArtifactError(f"The checkpoint `{path}` was written by privsynth {written}. Go on with that version.")
    return manifest, arrays


def _read(path: Path, form: str) -> tuple[dict[str, Any], Arrays]:
    parts = read_parts(path)
    manifest = _parsed(parts[MANIFEST], path, form)
    content = parts[ARRAYS]
    if manifest.get("files") != {ARRAYS: _digest(content)}:
        raise _wrong(path, f"`{ARRAYS}` does not match its digest")
    if _stated_shapes(content, path) != manifest.get("arrays"):
        raise _wrong(path, "the arrays do not have the names, types and shapes that the manifest states")
    arrays = _loaded(content, path)
    if _shapes(arrays) != manifest["arrays"]:
        raise _wrong(path, f"the header of `{ARRAYS}` contradicts itself")
    return manifest, arrays


def digest_folder(folder: Path) -> dict[str, dict[str, str | int]]:
    """Return SHA-256 and size of every file under a folder but its own manifest, by relative name with slashes.

    Raises:
        ArtifactError: there is no such folder, or it holds a link or a device: a release holds plain files only.
    """
    folder, found = Path(folder), {}
    if not folder.is_dir():
        raise _wrong(folder, "there is no such folder")
    for here, folders, names in os.walk(folder, onerror=_unreadable):
        for path in (Path(here, name) for name in (*folders, *names)):
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise _wrong(folder, f"{shown(path.relative_to(folder).as_posix())} is a link or a device")
        for path in (Path(here, name) for name in names):
            name = path.relative_to(folder).as_posix()
            if name != MANIFEST:
                found[name] = _file_digest(path)
    return dict(sorted(found.items()))


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write `manifest.json` into a folder that is otherwise complete, with the digest of every file in it.

    Args:
        folder: A release folder, or one being built.
        manifest: JSON values. `format`, `version`, `day` (unless given), `files` and `digest` are filled in.

    Returns:
        The manifest as written.
    """
    written = _sealed(manifest, format=RELEASE_FORMAT, files=digest_folder(folder))
    with atomic_file(Path(folder) / MANIFEST) as temporary:
        temporary.write_bytes(_rendered(written))
    return written


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a release or model folder after checking its own digest.

    Raises:
        ArtifactError: it is missing, damaged, altered or of a newer format.
    """
    folder = Path(folder)
    return _parsed(read_regular(folder / MANIFEST, MAX_BYTES[MANIFEST], folder), folder, RELEASE_FORMAT, MODEL_FORMAT)


def verify_folder(path: Path) -> list[str]:
    """Return every problem of a release folder, a model folder or a model zip: altered, missing and foreign files.

    Returns:
        Sentences; none where every file is what the manifest says. Who wrote the manifest is not shown by this.
    """
    path = Path(path)
    try:
        if path.is_file():
            read_model(path)
            return []
        stated, found = read_manifest(path).get("files"), digest_folder(path)
        if not isinstance(stated, dict):
            return [f"The manifest of `{path}` lists no files. Make the release again."]
    except ArtifactError as error:
        return [error.message]
    problems = [f"{shown(name)} is missing." for name in sorted(stated.keys() - found.keys())]
    problems += [f"{shown(name)} is not listed in the manifest." for name in sorted(found.keys() - stated.keys())]
    both = sorted(stated.keys() & found.keys())
    return problems + [f"{shown(name)} was altered." for name in both if stated[name] != found[name]]


def verify(folder: Path | str) -> list[str]:
    """Recompute every digest of a release folder or a model; return what is wrong with it.

    Raises:
        ArtifactError: there is nothing at that path.
    """
    if not Path(folder).exists():
        raise ArtifactError(
            f"There is nothing at `{folder}`. Give the folder of a run, its `release` in it, or a model, and check the spelling."
        )
    if (Path(folder) / "release" / MANIFEST).is_file():
        folder = Path(folder) / "release"
    return verify_folder(Path(folder))


def _sealed(manifest: Mapping[str, Any], **filled: Any) -> dict[str, Any]:
    """Return the manifest with what is filled in, and with its own digest."""
    day = {"day": str(datetime.now(UTC).date())}
    whole = {**day, **manifest, "version": _version(), **filled}
    whole.pop("digest", None)
    try:
        plain: dict[str, Any] = json.loads(_rendered(whole))
        _rendered(plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"The manifest cannot be written as JSON ({type(error).__name__}). It takes text, finite numbers, lists "
            "and dicts with text keys only."
        ) from None
    if len(_rendered(plain)) > MAX_BYTES[MANIFEST] - 100:
        raise ResourceError("The manifest passes 16 MiB. A model keeps its numbers in arrays; put them there.")
    return plain | {"digest": _own_digest(plain)}


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("privsynth")
    except PackageNotFoundError:
        return "unknown"


def _rendered(manifest: Mapping[str, Any]) -> bytes:
    """Return the bytes of a manifest: two levels are broken into lines to read, the rest is compact (and fast)."""
    body = ",\n".join(f" {_compact(name)}: {_block(manifest[name])}" for name in sorted(manifest))
    return f"{{\n{body}\n}}\n".encode()


def _block(value: Any) -> str:
    if not isinstance(value, dict) or not value:
        return _compact(value)
    return "{\n" + ",\n".join(f"  {_compact(name)}: {_compact(value[name])}" for name in sorted(value)) + "\n }"


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _own_digest(manifest: Mapping[str, Any]) -> str:
    content = {name: value for name, value in manifest.items() if name != "digest"}
    return hashlib.sha256(_compact(content).encode()).hexdigest()


def _digest(content: bytes) -> dict[str, str | int]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _file_digest(path: Path) -> dict[str, str | int]:
    try:
        with path.open("rb") as file:
            return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": file.tell()}
    except OSError as error:
        _unreadable(error)
        raise


def _unreadable(error: OSError) -> None:
    reason = os.strerror(error.errno or 0)
    raise ArtifactError(f"A file or folder of the release cannot be read ({reason}). Check its permissions.") from None


def _parsed(content: bytes, path: Path, *formats: str) -> dict[str, Any]:
    """Read a manifest of one of these formats, refusing any byte that differs from what was written."""
    try:
        manifest = json.loads(content.decode())
        family, _, major = manifest["format"].partition("/")
        newer = int(major) > 1
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _wrong(path, f"`{MANIFEST}` is not a manifest of privsynth") from None
    if f"{family}/1" not in formats:
        raise _wrong(path, f"it has the format {shown(manifest['format'])} and not {formats[0]}")
    if newer:
        raise ArtifactError(f"`{path}` has the newer format {shown(manifest['format'])}. Use a newer privsynth.")
    try:
        unaltered = _rendered(manifest) == content and manifest.get("digest") == _own_digest(manifest)
    except (ValueError, RecursionError):
        unaltered = False
    if not unaltered or f"{family}/{major}" not in formats:
        raise _wrong(path, f"`{MANIFEST}` does not match its own digest")
    return dict(manifest)


def _array_bytes(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bytes:
    from safetensors.numpy import save

    for name, array in arrays.items():
        if not isinstance(name, str) or name == "__metadata__":
            raise UsageError(f"An array is named {shown(str(name))}, which the file format keeps. Use another.")
        if array.dtype.name not in _DTYPES.values():
            raise UsageError(
                f"Array {shown(name)} has the dtype {array.dtype.name}. A model takes booleans, integers and floats."
            )
    if sum(array.nbytes for array in arrays.values()) > MAX_BYTES[ARRAYS] - MAX_HEADER_BYTES:
        raise ResourceError(
            "The arrays of the model pass 2 GiB. Such a model would be refused on reading; make it smaller."
        )
    # safetensors writes the memory of a view in the wrong order without a word: hand it plain little-endian copies.
    plain = {name: np.asarray(a, dtype=a.dtype.newbyteorder("<"), order="C") for name, a in arrays.items()}
    return bytes(save(plain))


def _shapes(arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {"dtype": array.dtype.name, "shape": list(array.shape)} for name, array in arrays.items()}


def _stated_shapes(content: bytes, path: Path) -> dict[str, dict[str, Any]]:
    """Return what the header of the arrays states, before anything is loaded."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > min(MAX_HEADER_BYTES, len(content) - 8):
        raise _wrong(path, f"the header of `{ARRAYS}` is cut off or too long")
    try:
        header = json.loads(content[8 : 8 + length].decode())
        return {name: {"dtype": _DTYPES[e["dtype"]], "shape": list(e["shape"])} for name, e in header.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _wrong(path, f"the header of `{ARRAYS}` is malformed") from None


def _loaded(content: bytes, path: Path) -> Arrays:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: Arrays = load(content)
    except (SafetensorError, ValueError, TypeError, KeyError, OverflowError):
        raise _wrong(path, f"`{ARRAYS}` cannot be read") from None
    for array in arrays.values():
        if array.dtype == np.bool_ and array.size and array.view(np.uint8).max() > 1:
            raise _wrong(path, f"`{ARRAYS}` holds booleans that are neither true nor false")
    return arrays


def _wrong(path: Path, what: str) -> ArtifactError:
    return ArtifactError(
        f"`{path}` is not a whole artifact of privsynth: {what}. Nothing of it was used. Copy it again from its "
        "source, or make it again."
    )
