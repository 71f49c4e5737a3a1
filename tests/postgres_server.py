"""A PostgreSQL of its own for tests: made in a temporary folder, with a password, and removed afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_USER = "tester"
_UNPRIVILEGED = ("postgres", "nobody")


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a throwaway PostgreSQL on a free port of 127.0.0.1; yield its SQLAlchemy URL (psycopg 3), with user and password.

    Tests that cannot have one are skipped with the reason.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-test-"))
    account = _account()
    password = secrets.token_hex(12)
    port = _free_port()
    try:
        folder.chmod(0o700)
        if account is not None:
            shutil.chown(folder, account)
        (folder / "password").write_text(password + "\n")
        (folder / "password").chmod(0o644)
        data = str(folder / "data")
        made = ["-D", data, "-U", _USER, "-A", "scram-sha-256", "--pwfile", str(folder / "password")]
        _call([programs / "initdb", *made, "-E", "UTF8", "--locale=C", "--no-sync"], account, folder)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c shared_buffers=16MB"
        start = [programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start"]
        _call(start, account, folder)
        try:
            yield f"postgresql+psycopg://{_USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            _call([programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], account, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Return the folder of `initdb` and `pg_ctl`, or skip the test."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True) + ([Path(found).parent] if found else [])
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    pytest.skip("there is no PostgreSQL here (initdb and pg_ctl)")


def _account() -> str | None:
    """Return an account without rights, when this is root, as whom PostgreSQL refuses to run."""
    import pwd

    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    pytest.skip("PostgreSQL does not run as root, and there is no other account")


def _call(command: list[str | Path], account: str | None, folder: Path) -> None:
    import pwd

    group = None if account is None else pwd.getpwnam(account).pw_gid
    groups = None if account is None else []
    with (folder / "output").open("ab") as output:  # not a pipe: the server keeps it open
        done = subprocess.run(
            [str(part) for part in command],
            user=account,
            group=group,
            extra_groups=groups,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {(folder / 'output').read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
