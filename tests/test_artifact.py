"""Models survive a round trip; a damaged, foreign or hostile file gets no further than an ArtifactError."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import pickle
import shutil
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from privsynth import _container, artifact
from privsynth.artifact import (
    digest_folder,
    read_manifest,
    read_model,
    verify,
    verify_folder,
    write_manifest,
    write_model,
)
from privsynth.errors import ArtifactError, PrivsynthError, ResourceError, UsageError

ROOT = Path(__file__).resolve().parents[1]
FILES = ("manifest.json", "arrays.safetensors")
MANIFEST = {"generator": "copula", "columns": ["Größe", "b"], "guarantee": {"epsilon": 1.25, "void": None}, "dp": True}
few = settings(max_examples=40, deadline=2000, derandomize=True, suppress_health_check=list(HealthCheck), database=None)


def arrays() -> dict[str, np.ndarray[Any, Any]]:
    return {
        "flags": np.array([True, False, True]),
        "counts": np.arange(6, dtype=np.int64).reshape(2, 3),
        "codes": np.arange(4, dtype=np.uint8),
        "floats": np.array([0.1, -np.inf, 1e300]),
        "half": np.array([0.5], dtype=np.float16),
        "none": np.zeros((0, 3), dtype=np.float32),
        "one": np.array(7, dtype=np.int16),
    }


def resealed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest as an attacker would, who can compute digests too."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(manifest)
    manifest.pop("digest", None)
    manifest["digest"] = artifact._own_digest(manifest)
    (folder / "manifest.json").write_bytes(artifact._rendered(manifest))


def with_arrays(folder: Path, content: bytes) -> None:
    (folder / "arrays.safetensors").write_bytes(content)
    stated = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    resealed(folder, lambda manifest: manifest.update(files={"arrays.safetensors": stated}))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    write_model(tmp_path / "model", MANIFEST, arrays())
    return tmp_path / "model"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scratch") / "model"
    write_model(folder, MANIFEST, arrays())
    return folder


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_round_trip(tmp_path: Path, name: str) -> None:
    written = write_model(tmp_path / name, MANIFEST, arrays())
    manifest, loaded = read_model(tmp_path / name)
    assert manifest == written
    assert {**manifest, **MANIFEST} == manifest
    assert manifest["format"] == "privsynth.model/1"
    assert set(manifest["files"]) == {"arrays.safetensors"}
    assert loaded.keys() == arrays().keys()
    for key, array in arrays().items():
        assert loaded[key].dtype == array.dtype
        assert loaded[key].shape == array.shape
        np.testing.assert_array_equal(loaded[key], array)


def test_a_model_without_arrays_round_trips(tmp_path: Path) -> None:
    write_model(tmp_path / "m", {}, {})
    assert read_model(tmp_path / "m")[1] == {}


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_writing_is_deterministic_and_private_when_asked(tmp_path: Path, name: str) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        reordered = dict(reversed(arrays().items())) if place == "b" else arrays()
        write_model(tmp_path / place / name, MANIFEST | {"day": "2026-01-01"}, reordered, private=True)
    paths = ("model.zip",) if name.endswith("zip") else tuple(f"model/{file}" for file in FILES)
    for path in paths:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()
        assert stat.S_IMODE((tmp_path / "a" / path).stat().st_mode) == 0o600
        if path == "model.zip":
            with zipfile.ZipFile(tmp_path / "a" / path) as archive:
                assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_manifest_reads_like_text(model: Path) -> None:
    text = (model / "manifest.json").read_text()
    assert ' "columns": ["Größe","b"],\n' in text
    assert '  "epsilon": 1.25,\n' in text


def test_views_and_foreign_byte_orders_are_written_by_value(tmp_path: Path) -> None:
    odd = {"view": np.arange(12).reshape(3, 4)[:, ::2], "transposed": np.arange(6).reshape(2, 3).T}
    odd["big"] = np.arange(4, dtype=">i4")
    write_model(tmp_path / "m", {}, odd)
    for name, array in read_model(tmp_path / "m")[1].items():
        np.testing.assert_array_equal(array, odd[name])


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_an_existing_model_is_never_overwritten(tmp_path: Path, name: str) -> None:
    write_model(tmp_path / name, MANIFEST, arrays())
    with pytest.raises(UsageError, match="exists already"):
        write_model(tmp_path / name, {}, {})
    assert read_model(tmp_path / name)[0]["generator"] == "copula"


@pytest.mark.parametrize(
    ("manifest", "content", "expected", "match"),
    [
        ({"x": np.int64(1)}, {}, UsageError, "cannot be written as JSON"),
        ({"x": float("nan")}, {}, UsageError, "cannot be written as JSON"),
        ({"x": "\ud800"}, {}, UsageError, "cannot be written as JSON"),
        ({"x": "y" * 17 * 2**20}, {}, ResourceError, "16 MiB"),
        ({}, {"x": np.array([object()])}, UsageError, "has the dtype object"),
        ({}, {"x": np.array(["a"])}, UsageError, "has the dtype str"),
        ({}, {"x": np.zeros(1, dtype=complex)}, UsageError, "has the dtype complex"),
        ({}, {"__metadata__": np.zeros(1)}, UsageError, "which the file format keeps"),
        ({}, {"x": np.broadcast_to(np.float64(0), (2**14, 2**14))}, ResourceError, "2 GiB"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    tmp_path: Path, manifest: Any, content: Any, expected: type[PrivsynthError], match: str
) -> None:
    with pytest.raises(expected, match=match):
        write_model(tmp_path / "m", manifest, content)
    assert os.listdir(tmp_path) == []


def test_a_full_disk_leaves_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(artifact, "write_zip", full)
    for name in ("m", "m.zip"):
        with pytest.raises(ResourceError, match="full"):
            write_model(tmp_path / name, MANIFEST, arrays())
    assert os.listdir(tmp_path) == []


# Damage


@pytest.mark.parametrize("name", FILES)
def test_every_changed_byte_is_refused(model: Path, name: str) -> None:
    original = (model / name).read_bytes()
    for position in np.linspace(0, len(original) - 1, 100).astype(int):
        for bit in (1, 0x20):  # 0x20 turns letters to the other case and a space to NUL
            damaged = bytearray(original)
            damaged[position] ^= bit
            (model / name).write_bytes(damaged)
            with pytest.raises(ArtifactError):
                read_model(model)
    (model / name).write_bytes(original)
    read_model(model)


def test_every_changed_byte_of_the_content_of_a_zip_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path / "m.zip", MANIFEST, arrays())
    original = (tmp_path / "m.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "m.zip") as archive:
        size = sum(member.file_size + 30 + len(member.filename) for member in archive.infolist())
        starts = [member.header_offset + 30 + len(member.filename) for member in archive.infolist()]
    for position in [*starts, *np.linspace(60, size - 1, 60).astype(int)]:
        if starts[1] - 48 <= position < starts[1]:
            continue  # the second header, whose time stamp nobody reads
        damaged = bytearray(original)
        damaged[position] ^= 1
        (tmp_path / "m.zip").write_bytes(damaged)
        with pytest.raises(ArtifactError):
            read_model(tmp_path / "m.zip")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_truncated_and_longer_files_are_refused(model: Path, name: str, share: float) -> None:
    original = (model / name).read_bytes()
    (model / name).write_bytes(original[: int(len(original) * share)])
    with pytest.raises(ArtifactError):
        read_model(model)
    (model / name).write_bytes(original + b"\n")
    with pytest.raises(ArtifactError):
        read_model(model)


def test_a_truncated_zip_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path / "m.zip", MANIFEST, arrays())
    original = (tmp_path / "m.zip").read_bytes()
    for size in (0, 21, len(original) // 2, len(original) - 1):
        (tmp_path / "m.zip").write_bytes(original[:size])
        with pytest.raises(ArtifactError):
            read_model(tmp_path / "m.zip")


# Hostile makers, who compute digests too


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda m: m.update(format="privsynth.model/2"), "Use a newer privsynth"),
        (lambda m: m.update(format="privsynth.model/0"), "does not match its own digest"),
        (lambda m: m.update(format="privsynth.model/x"), "not a manifest of privsynth"),
        (lambda m: m.update(format="privsynth.release/1"), "and not privsynth.model/1"),
        (lambda m: m.update(format=7), "not a manifest of privsynth"),
        (lambda m: m.pop("format"), "not a manifest of privsynth"),
        (lambda m: m.pop("files"), "does not match its digest"),
        (lambda m: m["files"].update({"../evil": {"sha256": "0", "bytes": 1}}), "does not match its digest"),
        (lambda m: m.update(arrays={}), "names, types and shapes"),
        (lambda m: m["arrays"]["flags"].update(dtype="uint8"), "names, types and shapes"),
        (lambda m: m["arrays"]["flags"].update(shape=[4]), "names, types and shapes"),
    ],
)
def test_contradictions_are_refused_though_the_digest_is_right(
    model: Path, change: Callable[[dict[str, Any]], None], match: str
) -> None:
    resealed(model, change)
    with pytest.raises(ArtifactError, match=match) as caught:
        read_model(model)
    assert caught.value.exit_code == 5


def header(content: dict[str, Any] | bytes, data: bytes = b"") -> bytes:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x01", struct.pack("<Q", 2**63), struct.pack("<Q", 17 * 2**20) + b" " * 17 * 2**20,
        header(b"[" * 100_000), header(b"[]"), header(b"\xff"), header({"x": 1}),
        header({"x": {"dtype": "O", "shape": [], "data_offsets": [0, 0]}}),
        header({"x": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}, b"\0\0"),
    ],
    ids=range(10),
)  # fmt: skip
def test_malformed_array_headers_are_refused(model: Path, content: bytes) -> None:
    with_arrays(model, content)
    with pytest.raises(ArtifactError, match="header"):
        read_model(model)


@pytest.mark.parametrize(
    ("entry", "stated", "data"),
    [
        ({"dtype": "F64", "shape": [2**61], "data_offsets": [0, 8]}, ("float64", [2**61]), b"\0" * 8),
        ({"dtype": "F64", "shape": [0, 2**70], "data_offsets": [0, 0]}, ("float64", [0, 2**70]), b""),
        ({"dtype": "F64", "shape": [-1], "data_offsets": [0, 8]}, ("float64", [-1]), b"\0" * 8),
        ({"dtype": "F64", "shape": [1], "data_offsets": [8, 16]}, ("float64", [1]), b"\0" * 16),
        ({"dtype": "F64", "shape": [1]}, ("float64", [1]), b"\0" * 8),
        ({"dtype": "BOOL", "shape": [1], "data_offsets": [0, 1]}, ("bool", [1]), b"\x02"),
    ],
    ids=["overflow", "huge", "negative", "hole", "no offsets", "third truth value"],
)
def test_impossible_arrays_are_refused(model: Path, entry: Any, stated: tuple[str, list[int]], data: bytes) -> None:
    with_arrays(model, header({"x": entry}, data))
    resealed(model, lambda m: m.update(arrays={"x": {"dtype": stated[0], "shape": stated[1]}}))
    with pytest.raises(ArtifactError):
        read_model(model)


def test_a_header_that_contradicts_itself_is_refused(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact, "_loaded", lambda *_: {"x": np.zeros(1)})
    with pytest.raises(ArtifactError, match="contradicts itself"):
        read_model(model)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5000, b"null", b'{"format":"privsynth.model/1","x":1e999}',
        b'{"format":"privsynth.model/1","x":NaN}', b'{"format":"privsynth.model/1","x":"\\ud800"}', b"\xef\xbb\xbf{}",
    ],
    ids=range(8),
)  # fmt: skip
def test_malformed_manifests_are_refused(model: Path, content: bytes) -> None:
    (model / "manifest.json").write_bytes(content)
    with pytest.raises(ArtifactError):
        read_model(model)
    assert verify_folder(model)


def test_a_large_hostile_manifest_takes_little_time(model: Path) -> None:
    (model / "manifest.json").write_text('{"format":"privsynth.model/1","x":[' + ",".join(["[[]]"] * 800_000) + "]}")
    begin = time.process_time()
    with pytest.raises(ArtifactError):
        read_model(model)
    assert time.process_time() - begin < 6


def test_files_larger_than_the_caps_are_refused_unread(model: Path) -> None:
    for name, limit in _container.MAX_BYTES.items():
        whole = (model / name).read_bytes()
        os.truncate(model / name, limit + 1)  # sparse: takes no room
        begin = time.process_time()
        with pytest.raises(ArtifactError, match="is larger than"):
            read_model(model)
        assert time.process_time() - begin < 1
        (model / name).write_bytes(whole)


def test_foreign_names_links_and_devices_are_refused(model: Path, tmp_path: Path) -> None:
    (model / "weights.pkl").write_bytes(b"x")
    with pytest.raises(ArtifactError, match=r"foreign name 'weights\.pkl'"):
        read_model(model)
    (model / "weights.pkl").unlink()
    for name in FILES:
        shutil.move(model / name, tmp_path / "elsewhere")
        (model / name).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(ArtifactError, match="cannot be opened"):
            read_model(model)
        (model / name).unlink()
        os.mkfifo(model / name)
        with pytest.raises(ArtifactError, match="not a plain file"):
            read_model(model)
        (model / name).unlink()
        with pytest.raises(ArtifactError, match="is missing"):
            read_model(model)
        shutil.move(tmp_path / "elsewhere", model / name)
    read_model(model)


def test_names_are_shown_escaped_and_short(model: Path) -> None:
    (model / ("\x1b[31m" + "n" * 200)).touch()
    with pytest.raises(ArtifactError) as caught:
        read_model(model)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(model))


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("exploded",))


def test_pickles_are_refused_and_never_run(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bomb = pickle.dumps(Bomb())
    (tmp_path / "model.pkl").write_bytes(bomb)
    boxed = io.BytesIO()
    np.save(boxed, np.array([Bomb()], dtype=object), allow_pickle=True)
    for content in (bomb, boxed.getvalue()):
        (tmp_path / "model.zip").write_bytes(content)
        with_arrays(model, content)
        for path in (tmp_path / "model.pkl", tmp_path / "model.zip", model):
            with pytest.raises(ArtifactError):
                read_model(path)
    assert not (tmp_path / "exploded").exists()


def zipped(path: Path, members: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED, mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name)
            member.compress_type, member.external_attr = method, mode << 16
            archive.writestr(member, content)
    return path


def test_foreign_zips_are_refused(model: Path, tmp_path: Path) -> None:
    parts = [(name, (model / name).read_bytes()) for name in FILES]
    out = tmp_path / "m.zip"
    read_model(zipped(out, parts))
    cases = [
        ([("a.txt", b"x")], "exactly the two files"),
        ([*parts, ("more", b"")], "exactly the two files"),
        ([parts[0], ("../arrays.safetensors", b"x")], "foreign name"),
        ([parts[0], ("/etc/passwd", b"x")], "foreign name"),
        ([parts[0], ("n" * 5000, b"x")], "exactly the two files"),
    ]
    for members, match in cases:
        with pytest.raises(ArtifactError, match=match):
            read_model(zipped(out, members))
    zipped(out, [parts[0], ("arrays.safetensors_.pkl", parts[1][1])])
    out.write_bytes(out.read_bytes().replace(b"safetensors_.pkl", b"safetensors\0.pkl"))
    with pytest.raises(ArtifactError, match="foreign name"):
        read_model(out)
    with pytest.raises(ArtifactError, match="compressed"):
        read_model(zipped(out, [parts[0], ("arrays.safetensors", b"\0" * 10**8)], zipfile.ZIP_DEFLATED))
    zipped(out, parts)
    claimed = out.read_bytes().replace(b"PK\x03\x04\x14\0\0\0\0", b"PK\x03\x04\x14\0\0\0\x08")
    out.write_bytes(claimed.replace(b"PK\x01\x02\x14\x03\x14\0\0\0\0", b"PK\x01\x02\x14\x03\x14\0\0\0\x08"))
    with pytest.raises(ArtifactError, match="compressed"):
        read_model(out)
    with pytest.raises(ArtifactError, match="not a plain file"):
        read_model(zipped(out, parts, mode=stat.S_IFLNK | 0o777))
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(out, [parts[0], parts[0]])
    with pytest.raises(ArtifactError, match="is missing"):
        read_model(out)


def test_zips_with_other_ends_are_refused(model: Path, tmp_path: Path) -> None:
    out = zipped(tmp_path / "m.zip", [(name, (model / name).read_bytes()) for name in FILES])
    whole = out.read_bytes()
    far = b"PK\x06\x07" + b"\0" * 16
    commented = bytearray(whole)
    commented[-2] = 1
    for content in (whole[:-22] + far + whole[-22:], bytes(commented), whole + b"\0"):
        out.write_bytes(content)
        with pytest.raises(ArtifactError, match="does not end as a model zip does"):
            read_model(out)
    os.truncate(out, 3 * 2**30)
    with pytest.raises(ArtifactError, match="its size"):
        read_model(out)


def test_a_zip_that_states_other_sizes_is_refused(model: Path, tmp_path: Path) -> None:
    out = zipped(tmp_path / "m.zip", [(name, (model / name).read_bytes()) for name in FILES])
    whole, size = out.read_bytes(), (model / "arrays.safetensors").stat().st_size
    pair = struct.pack("<II", size, size)
    for stated in (size + 1, 2**31 + 1, 2**32 - 2):
        out.write_bytes(whole.replace(pair, struct.pack("<II", stated, stated)))
        begin = time.process_time()
        with pytest.raises(ArtifactError):
            read_model(out)
        assert time.process_time() - begin < 1


def test_a_missing_model_is_an_artifact_error(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="There is no model at"):
        read_model(tmp_path / "none")
    with pytest.raises(ArtifactError, match="There is no model at"):
        read_model(Path("/dev/null"))


def test_an_unreadable_model_is_an_artifact_error(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(ArtifactError, match="Permission denied"):
        read_model(model)


def refused_or_read(folder: Path) -> None:
    with suppress(ArtifactError):
        read_model(folder)
    assert isinstance(verify_folder(folder), list)


@few
@given(content=st.binary(max_size=300), name=st.sampled_from(FILES))
@example(content=b"\x80\x04.", name="manifest.json")
def test_random_bytes_raise_nothing_else(scratch: Path, content: bytes, name: str) -> None:
    whole = (scratch / name).read_bytes()
    try:
        (scratch / name).write_bytes(content)
        refused_or_read(scratch)
        zipped(scratch.parent / "random.zip", [("manifest.json", content), ("arrays.safetensors", content)])
        refused_or_read(scratch.parent / "random.zip")
        (scratch.parent / "random.zip").write_bytes(content)
        refused_or_read(scratch.parent / "random.zip")
    finally:
        (scratch / name).write_bytes(whole)


@few
@given(cut=st.integers(0, 10**6), put=st.binary(min_size=1, max_size=12))
def test_damaged_zips_raise_nothing_else(scratch: Path, cut: int, put: bytes) -> None:
    box = scratch.parent / "whole.zip"
    if not box.exists():
        write_model(box, MANIFEST, arrays())
    whole = box.read_bytes()
    at = len(whole) - cut % 400  # the directory at the end is what a reader believes first
    out = scratch.parent / "damaged.zip"
    out.write_bytes(whole[:at] + put + whole[at + len(put) :])
    refused_or_read(out)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


array_entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["BOOL", "F64", "I8", "U16"]),
        "shape": st.lists(st.integers(-1, 2**65), max_size=3),
        "data_offsets": st.lists(st.integers(-1, 40), min_size=1, max_size=3),
    }
)


@few
@given(arrays_=json_values, files=json_values, head=json_values, data=st.binary(max_size=20))
def test_well_sealed_nonsense_raises_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, arrays_: Any, files: Any, head: Any, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("nonsense") / "m"
    write_model(folder, {}, {})
    with_arrays(folder, header(head if isinstance(head, dict) else {"x": head}, data))
    for change in ({}, {"arrays": arrays_}, {"files": files}):
        resealed(folder, lambda m, change=change: m.update(change))
        refused_or_read(folder)


@few
@given(head=st.dictionaries(st.text(max_size=3), array_entries, max_size=3), data=st.binary(max_size=20))
def test_plausible_array_headers_raise_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, head: dict[str, Any], data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("plausible") / "m"
    write_model(folder, {}, {})
    with_arrays(folder, header(head, data))
    names = {"BOOL": "bool", "F64": "float64", "I8": "int8", "U16": "uint16"}
    stated = {name: {"dtype": names[e["dtype"]], "shape": e["shape"]} for name, e in head.items()}
    resealed(folder, lambda m: m.update(arrays=stated))
    refused_or_read(folder)


# Release folders


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "synthetic.csv").write_text("a\n1\n")
    write_model(folder / "model", MANIFEST, arrays())
    write_manifest(folder, {"guarantee": {"epsilon": 1.0}, "ledger": {"head": "0" * 64, "count": 0}})
    return folder


def test_a_release_is_listed_and_verified(release: Path) -> None:
    manifest = read_manifest(release)
    assert manifest["format"] == "privsynth.release/1"
    assert list(manifest["files"]) == ["model/arrays.safetensors", "model/manifest.json", "synthetic.csv"]
    assert manifest["files"] == digest_folder(release)
    content = (release / "synthetic.csv").read_bytes()
    assert manifest["files"]["synthetic.csv"] == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": 4}
    assert verify_folder(release) == []
    assert verify_folder(release / "model") == []


def test_every_change_of_a_release_is_found(release: Path) -> None:
    (release / "synthetic.csv").write_text("a\n2\n")
    (release / "model" / "manifest.json").unlink()
    (release / "extra\n.txt").write_text("x")
    assert verify_folder(release) == [
        "'model/manifest.json' is missing.",
        "'extra\\n.txt' is not listed in the manifest.",
        "'synthetic.csv' was altered.",
    ]


def test_a_release_with_an_altered_or_missing_manifest_is_found(release: Path, tmp_path: Path) -> None:
    text = (release / "manifest.json").read_text()
    (release / "manifest.json").write_text(text.replace('"epsilon": 1.0', '"epsilon": 0.1'))
    assert "does not match its own digest" in verify_folder(release)[0]
    (release / "manifest.json").unlink()
    assert "cannot be opened" in verify_folder(release)[0]
    assert "cannot be opened" in verify_folder(tmp_path / "none")[0]
    with pytest.raises(ArtifactError, match=r"There is nothing at `.*none`\. Give the folder of a run"):
        verify(tmp_path / "none")


def test_a_manifest_that_lists_nothing_is_found(release: Path) -> None:
    resealed(release, lambda m: m.update(files=[]))
    assert "lists no files" in verify_folder(release)[0]


def test_a_model_zip_can_be_verified(tmp_path: Path) -> None:
    write_model(tmp_path / "m.zip", MANIFEST, arrays())
    assert verify_folder(tmp_path / "m.zip") == []
    (tmp_path / "m.zip").write_bytes(b"x")
    assert len(verify_folder(tmp_path / "m.zip")) == 1


def test_links_and_devices_in_a_release_are_refused(release: Path) -> None:
    (release / "link").symlink_to("/etc")
    with pytest.raises(ArtifactError, match="is a link or a device"):
        write_manifest(release, {})
    assert "'link' is a link or a device" in verify_folder(release)[0]
    (release / "link").unlink()
    os.mkfifo(release / "pipe")
    assert "'pipe' is a link or a device" in verify_folder(release)[0]


def test_a_missing_folder_cannot_be_digested(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no such folder"):
        digest_folder(tmp_path / "none")


def test_an_unreadable_file_of_a_release_is_reported(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(hashlib, "file_digest", broken)
    assert "cannot be read" in verify_folder(release)[0]


def test_manifests_match_their_json_schema(release: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "manifest.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for folder in (release, release / "model"):
        manifest = read_manifest(folder)
        jsonschema.validate(manifest, schema)
        for key in ("format", "files", "digest", "version", "day"):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({k: v for k, v in manifest.items() if k != key}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({k: v for k, v in manifest.items() if k != "arrays"}, schema)


def test_a_package_that_is_not_installed_has_an_unknown_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import metadata

    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    assert write_model(tmp_path / "m", {}, {})["version"] == "unknown"
