"""Outputs are complete or absent, whatever happens while they are written."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from privsynth import files
from privsynth.errors import PrivsynthError, ResourceError, UsageError
from privsynth.files import atomic_file, atomic_folder

ROOT = Path(__file__).resolve().parents[1]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def child(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_a_file_appears_only_when_complete_and_keeps_its_endings(tmp_path: Path) -> None:
    out = tmp_path / "table.csv.gz"
    with atomic_file(out) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".tmp-")
        assert temporary.name.endswith("table.csv.gz")
        temporary.write_bytes(b"x")
        assert not out.exists()
    assert out.read_bytes() == b"x"
    assert os.listdir(tmp_path) == ["table.csv.gz"]


def test_a_file_is_replaced_only_when_allowed(tmp_path: Path) -> None:
    out = tmp_path / "f"
    out.write_text("old")
    with pytest.raises(UsageError, match="exists already"), atomic_file(out, replace=False):
        pass
    with atomic_file(out) as temporary:
        temporary.write_text("new")
    assert out.read_text() == "new"


def test_a_file_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "f"
    with pytest.raises(UsageError, match="taken meanwhile"), atomic_file(out, replace=False) as temporary:  # noqa: PT012
        temporary.write_text("mine")
        out.write_text("theirs")
    assert out.read_text() == "theirs"
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_appears_with_and_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", unsupported)
    with atomic_file(tmp_path / "f", replace=False) as temporary:
        temporary.write_text("x")
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("error", [ValueError("bug"), KeyboardInterrupt(), SystemExit(3)])
def test_no_torso_is_left_by_any_error(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "f").write_text("old")
    for make in (atomic_file(tmp_path / "f"), atomic_folder(tmp_path / "d")):
        with pytest.raises(type(error)), make as temporary:  # noqa: PT012
            if temporary.is_dir():
                (temporary / "sub").mkdir()
                (temporary / "sub" / "x").write_text("half")
            else:
                temporary.write_text("half")
            raise error
    assert os.listdir(tmp_path) == ["f"]
    assert (tmp_path / "f").read_text() == "old"


def test_private_outputs_are_for_the_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with atomic_file(tmp_path / "f", private=True) as temporary:
            assert mode(temporary) == 0o600
            temporary.unlink()
            temporary.write_text("made anew by a writer")
        with atomic_folder(tmp_path / "d", private=True) as temporary:
            assert mode(temporary) == 0o700
            (temporary / "sub").mkdir()
            (temporary / "sub" / "x").write_text("x")
        with atomic_file(tmp_path / "public") as temporary:
            temporary.write_text("x")
        with atomic_folder(tmp_path / "folder") as temporary:
            (temporary / "x").write_text("x")
    finally:
        os.umask(before)
    modes = {name: mode(tmp_path / name) for name in ("f", "d", "d/sub", "d/sub/x", "public", "folder", "folder/x")}
    assert modes == {
        "f": 0o600, "d": 0o700, "d/sub": 0o700, "d/sub/x": 0o600, "public": 0o644, "folder": 0o755, "folder/x": 0o644,
    }  # fmt: skip


def test_a_link_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with atomic_file(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize("existing", ["file", "folder", "dangling"])
def test_a_folder_never_replaces_anything(tmp_path: Path, existing: str) -> None:
    out = tmp_path / "out"
    if existing == "file":
        out.write_text("x")
    elif existing == "folder":
        out.mkdir()
    else:
        out.symlink_to("nowhere")
    with pytest.raises(UsageError, match=r"out` exists already.*never overwritten.*Choose another name"):
        atomic_folder(out).__enter__()
    assert os.listdir(tmp_path) == ["out"]


def test_a_folder_made_meanwhile_is_kept(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="taken meanwhile"), atomic_folder(tmp_path / "out"):  # noqa: PT012
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "theirs").write_text("x")
    assert os.listdir(tmp_path) == ["out"]


def test_a_folder_holding_links_is_complete(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "out", private=True) as temporary:
        (temporary / "link").symlink_to("nowhere")
    assert (tmp_path / "out" / "link").is_symlink()


def test_a_folder_in_the_way_or_missing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"), atomic_file(tmp_path):
        pass
    for make in (atomic_file, atomic_folder):
        with pytest.raises(UsageError, match=r"could not be written\. A folder on the way does not exist"):
            make(tmp_path / "none" / "f").__enter__()
        with pytest.raises(UsageError, match="too long"):
            make(tmp_path / ("n" * 300)).__enter__()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (errno.ENOSPC, ResourceError), (errno.EDQUOT, ResourceError), (errno.EFBIG, ResourceError),
        (errno.EIO, ResourceError), (errno.EROFS, ResourceError),
        (errno.EACCES, UsageError), (errno.ENOENT, UsageError),
    ],
)  # fmt: skip
def test_errors_of_the_system_become_ours(tmp_path: Path, code: int, expected: type[PrivsynthError]) -> None:
    for make in (atomic_file, atomic_folder):
        with pytest.raises(expected) as caught, make(tmp_path / "out"):
            raise OSError(code, os.strerror(code), str(tmp_path / ".tmp-secret"))
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None
    assert os.listdir(tmp_path) == []


def test_other_errors_of_the_system_pass(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), atomic_file(tmp_path / "out"):
        raise ConnectionResetError(errno.ECONNRESET, "gone")
    with pytest.raises(FileNotFoundError), atomic_folder(tmp_path / "out"):
        open("/no/such/input")  # noqa: SIM115
    assert os.listdir(tmp_path) == []


def test_a_failing_sync_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(ResourceError), atomic_file(tmp_path / "out"):
        pass
    assert os.listdir(tmp_path) == []
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EINVAL, "cannot sync this")))
    with atomic_folder(tmp_path / "out"):
        pass
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_a_resource_error_and_stays_a_device() -> None:
    with pytest.raises(ResourceError, match="full"), atomic_file(Path("/dev/full")) as temporary:
        temporary.write_bytes(b"x")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_size_limit_leaves_nothing_behind(tmp_path: Path, what: str) -> None:
    done = child(
        """
        import resource, sys
        from pathlib import Path
        from privsynth.errors import PrivsynthError
        from privsynth.files import atomic_file, atomic_folder
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        make = {"file": atomic_file, "folder": atomic_folder}[sys.argv[2]]
        try:
            with make(Path(sys.argv[1])) as temporary:
                (temporary / "x" if temporary.is_dir() else temporary).write_bytes(b"x" * 100_000)
        except PrivsynthError as error:
            print(error.exit_code, error)
        """,
        str(tmp_path / "out"), what,
    )  # fmt: skip
    assert done.stdout.startswith("7 The disk or the quota is full."), done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_a_usage_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="Permission"):
        atomic_folder(tmp_path / "out").__enter__()
    tmp_path.chmod(0o700)


def test_temporary_names_begin_alike() -> None:
    assert files.TEMPORARY == ".tmp-"
