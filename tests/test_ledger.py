"""No order, crash, race or damage lets the ledger grant more than the limit or forget what it granted."""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from dp_accounting import ComposedDpEvent, DpEvent, GaussianDpEvent, NonPrivateDpEvent, SelfComposedDpEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privsynth import _chain, _chain_file
from privsynth._events import ThresholdedDpEvent
from privsynth.accounting import Spend, composed, gaussian, mu_of, spend_of, thresholded
from privsynth.errors import ArtifactError, BudgetError, PrivsynthError, ResourceError, UsageError
from privsynth.ledger import Entry, Ledger, default_path
from privsynth.privacy import RELATION, Budget, Unit

ROOT = Path(__file__).resolve().parents[1]
LIMIT = Budget(epsilon=1.0, delta=1e-6)
SPENDS = 10
# Exactly ten of these are within LIMIT: their mu**2 adds up to that of the limit, less one part in 10**12.
TENTH = math.sqrt(SPENDS) / mu_of(LIMIT.epsilon, LIMIT.delta) * (1 + 1e-12)


def spend(ledger: Ledger, event: DpEvent | None = None, *, dataset: str = "visits", unit: Unit | None = None) -> Entry:
    event = event or gaussian(TENTH)
    return ledger.reserve(dataset, event, unit=unit or Unit(), purpose="fit copula", config_digest="c0")


def account(ledger: Ledger, dataset: str = "visits") -> dict[str, Any]:
    accounts: list[dict[str, Any]] = ledger.show(dataset)["datasets"]
    return accounts[0]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.db")


# Where it lies


def test_default_path_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVSYNTH_LEDGER", "/data/l.db")
    assert default_path() == Path("/data/l.db")
    monkeypatch.setenv("PRIVSYNTH_LEDGER", "")
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg")
    assert default_path() == Path("/xdg/privsynth/ledger.db")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert default_path() == Path("/home/me/.local/share/privsynth/ledger.db")


def test_the_file_and_its_new_folder_are_for_the_owner_only(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "new" / "with ? and #" / "ledger.db")
    spend(ledger)
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(ledger.path.parent.stat().st_mode) == 0o700
    assert os.listdir(ledger.path.parent) == ["ledger.db"]


def test_looking_makes_no_file(ledger: Ledger) -> None:
    assert ledger.head() == ("0" * 64, 0)
    assert ledger.show()["datasets"] == []
    assert "There is no ledger at" in ledger.verify()[0]
    assert not ledger.path.exists()


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(_chain_file, "_MOUNTS", mounts)
    disk = tmp_path / "my disk"
    disk.mkdir()
    written = str(disk).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nhost:/x {written} nfs4 rw 0 0\n")
    with pytest.raises(UsageError, match=r"network disk \(nfs4\)"):
        spend(Ledger(disk / "ledger.db"))
    assert spend(Ledger(disk / "ledger.db", allow_network=True)).id == 1
    assert spend(Ledger(tmp_path / "ledger.db")).id == 1
    mounts.unlink()
    assert spend(Ledger(tmp_path / "other.db")).id == 1


# Limits and grants


def test_equal_spends_fill_the_limit_exactly(ledger: Ledger) -> None:
    ledger.open("visits", LIMIT)
    for number in range(1, SPENDS + 1):
        assert spend(ledger).id == number
    with pytest.raises(
        BudgetError, match=r"does not allow epsilon 0\.292 .* epsilon 0 of 1 is left\. Ask for"
    ) as caught:
        spend(ledger)
    assert caught.value.exit_code == 4
    assert (caught.value.requested, caught.value.remaining) == ("epsilon 0.292", "epsilon 0 of 1")
    shown = account(ledger)
    assert shown["epsilon"] == 1.0
    assert shown["epsilon_sum"] == pytest.approx(2.92)
    assert shown["remaining_epsilon"] == 0.0
    assert len(shown["entries"]) == SPENDS


def test_what_remains_is_granted_and_more_is_not(ledger: Ledger) -> None:
    ledger.open("visits", LIMIT)
    spend(ledger, thresholded(20.0, 2e-7))
    remaining = account(ledger)["remaining_epsilon"]
    assert 0.5 < remaining < 1
    with pytest.raises(BudgetError, match=f"epsilon {remaining:g} of 1 is left"):
        spend(ledger, gaussian(1 / mu_of(remaining * 1.02, LIMIT.delta)))
    spend(ledger, gaussian(1 / mu_of(remaining, LIMIT.delta)))


def test_thresholds_spend_delta(ledger: Ledger) -> None:
    ledger.open("visits", LIMIT)
    spend(ledger, thresholded(1e4, 6e-7))
    with pytest.raises(BudgetError) as caught:
        spend(ledger, thresholded(1e4, 6e-7))
    assert caught.value.remaining is not None
    with pytest.raises(BudgetError, match="more than this delta can hold"):
        spend(ledger, thresholded(1e4, 1e-5))
    ledger.open("visits", Budget(epsilon=1.0, delta=5e-7), replace=True)
    assert account(ledger)["epsilon"] is None
    assert account(ledger)["epsilon_sum"] is None
    assert account(ledger)["remaining_epsilon"] == 0.0


def test_a_limit_is_kept_unless_replaced(ledger: Ledger) -> None:
    ledger.open("visits", LIMIT)
    ledger.open("visits", Budget(epsilon=1, delta=1e-6))
    assert ledger.head()[1] == 1
    with pytest.raises(UsageError, match=r"has the limit epsilon 1, delta 1e-06 already"):
        ledger.open("visits", Budget(epsilon=2.0))
    spend(ledger)
    ledger.open("visits", Budget(epsilon=0.01), replace=True)
    assert account(ledger)["limit"] == {"epsilon": 0.01, "delta": 1e-6}
    with pytest.raises(BudgetError, match=r"epsilon 0 of 0\.01 is left"):
        spend(ledger, gaussian(1e6))
    ledger.open("visits", Budget(epsilon=0.3), replace=True)
    spend(ledger, gaussian(1e6))


def test_a_check_refuses_what_a_reservation_would_and_writes_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "new.db")
    ledger.check("visits", GaussianDpEvent(1.0))
    assert not ledger.path.exists()
    ledger.open("visits", LIMIT)
    before = ledger.head()
    ledger.check("visits", GaussianDpEvent(100.0))
    with pytest.raises(BudgetError, match="does not allow"):
        ledger.check("visits", GaussianDpEvent(0.01))
    with pytest.raises(BudgetError, match="keeps to none"):
        ledger.check("visits", None)
    assert ledger.head() == before


def test_a_dataset_without_a_limit_is_recorded_and_granted(ledger: Ledger) -> None:
    for noise in (0.01, 1e-160, 5.0):
        spend(ledger, gaussian(noise))
    shown = account(ledger)
    assert shown["limit"] is None
    assert shown["delta"] == 1e-6
    assert shown["remaining_epsilon"] is None
    assert shown["epsilon"] is None
    assert len(shown["entries"]) == 3
    ledger.open("visits", LIMIT)
    with pytest.raises(BudgetError, match="epsilon 0 of 1 is left"):
        spend(ledger, gaussian(1e6))


def test_datasets_do_not_share_a_limit(ledger: Ledger) -> None:
    for dataset in ("a", "b"):
        ledger.open(dataset, Budget(epsilon=0.3))
        spend(ledger, dataset=dataset)
        with pytest.raises(BudgetError):
            spend(ledger, dataset=dataset)
    assert [a["dataset"] for a in ledger.show()["datasets"]] == ["a", "b"]
    with pytest.raises(UsageError, match="`c` is not in the ledger"):
        ledger.show("c")


def test_an_abort_never_refunds(ledger: Ledger) -> None:
    ledger.open("visits", Budget(epsilon=0.3))
    entry = spend(ledger)
    assert ledger.abort(entry.id).state == "aborted-counted"
    count = ledger.head()[1]
    ledger.abort(entry.id)
    assert ledger.head()[1] == count
    with pytest.raises(BudgetError):
        spend(ledger)
    assert account(ledger)["epsilon"] == pytest.approx(0.292)


def test_commits_record_every_release(ledger: Ledger) -> None:
    first, second = spend(ledger), spend(ledger)
    ledger.abort(second.id)
    ledger.commit(first.id, "r1")
    ledger.commit(first.id, "r1")
    ledger.commit(first.id, "r2")
    ledger.commit(second.id, "resumed")
    states = [(e["state"], e["release_digest"]) for e in account(ledger)["entries"]]
    assert states == [("committed", "r2"), ("committed", "resumed")]
    assert ledger.head()[1] == 6
    assert account(ledger)["epsilon"] == account(ledger)["epsilon"]
    with pytest.raises(UsageError, match="Entry 1 was released"):
        ledger.abort(first.id)
    for unknown in (0, 3, "1"):
        with pytest.raises(UsageError, match="has no entry"):
            ledger.commit(unknown, "r")  # type: ignore[arg-type]
    assert ledger.verify() == []


def test_a_limit_line_is_no_entry(ledger: Ledger) -> None:
    ledger.open("visits", LIMIT)
    with pytest.raises(UsageError, match="has no entry 0"):
        ledger.abort(0)
    assert account(ledger)["entries"] == []
    assert account(ledger)["epsilon"] == 0.0


def test_differing_units_are_composed_and_said(ledger: Ledger) -> None:
    spend(ledger)
    assert account(ledger)["note"] is None
    spend(ledger, unit=Unit(column="patient", max_rows=4))
    shown = account(ledger)
    assert "protect different units" in shown["note"]
    assert any(unit.startswith("one row") for unit in shown["units"])
    assert any("`patient`" in unit for unit in shown["units"])
    assert shown["epsilon"] > 0.4


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\ud800", None, 7])
def test_a_dataset_needs_a_printable_name(ledger: Ledger, name: Any) -> None:
    with pytest.raises(UsageError, match="name of a dataset"):
        spend(ledger, dataset=name)
    with pytest.raises(UsageError, match="name of a dataset"):
        ledger.open(name, LIMIT)
    assert ledger.head()[1] == 0


def test_texts_must_be_writable(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="`purpose` is no text"):
        ledger.reserve("visits", gaussian(1.0), unit=Unit(), purpose="\ud800", config_digest="c")
    entry = spend(ledger)
    with pytest.raises(UsageError, match="`release_digest` is no text"):
        ledger.commit(entry.id, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "event",
    [
        NonPrivateDpEvent(),
        GaussianDpEvent(0.0),
        GaussianDpEvent(math.inf),
        GaussianDpEvent(math.nan),
        ThresholdedDpEvent(1.0, -1e-7),
        ThresholdedDpEvent(1.0, math.nan),
        ThresholdedDpEvent(1.0, math.inf),
        SelfComposedDpEvent(gaussian(1.0), -5),
        SelfComposedDpEvent(gaussian(1.0), 0),
        composed([gaussian(1.0), ThresholdedDpEvent(1.0, -1e-7)]),
        SelfComposedDpEvent(SelfComposedDpEvent(gaussian(1.0), 10**2000), 10**2000),
    ],
    ids=range(11),
)
def test_events_that_cannot_be_accounted_are_refused(ledger: Ledger, event: DpEvent) -> None:
    with pytest.raises(BudgetError):
        spend(ledger, event)
    assert ledger.head()[1] == 0


def test_spends_are_recorded_exactly(ledger: Ledger) -> None:
    event = ComposedDpEvent([gaussian(0.1, 3), thresholded(7.7, 1e-9)])
    entry = spend(ledger, event)
    assert entry.spend == spend_of(event)
    assert entry.relation == RELATION
    assert int(entry.mu_squared_num) / int(entry.mu_squared_den) == pytest.approx(300 + 1 / 7.7**2)
    assert entry.to_json()["event"]["type"] == "composed"


def test_very_long_fractions_are_rounded_up(ledger: Ledger) -> None:
    event = composed(gaussian(1 + step / 999) for step in range(400))
    entry = spend(ledger, event)
    excess = entry.spend.mu_squared - spend_of(event).mu_squared
    assert 0 <= excess < Fraction(1, 2**256)
    assert entry.spend.mu_squared.denominator <= 2**256
    assert ledger.verify() == []


def test_show_matches_its_json_schema(ledger: Ledger) -> None:
    schema = json.loads((ROOT / "schemas" / "ledger.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(ledger.show(), schema)
    ledger.open("visits", LIMIT)
    ledger.commit(spend(ledger, composed([gaussian(50.0, 2), thresholded(60.0, 1e-8)])).id, "r")
    spend(ledger, gaussian(1e-170), dataset="other", unit=Unit(column="who", max_rows=2))
    shown = ledger.show()
    jsonschema.validate(shown, schema)
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    shown["datasets"][0]["entries"][0]["state"] = "refunded"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(shown, schema)


noise = st.floats(1, 60).map(gaussian) | st.builds(thresholded, st.floats(5, 60), st.floats(1e-12, 4e-7))
steps = st.lists(
    st.tuples(st.just("reserve"), noise)
    | st.tuples(st.sampled_from(["commit", "abort"]), st.integers(1, 4))
    | st.tuples(st.just("open"), st.floats(0.1, 2)),
    max_size=10,
)


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_no_order_of_steps_passes_the_limit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("order") / "ledger.db")
    limit, granted = LIMIT, Spend()
    ledger.open("visits", limit)
    for step, value in steps:
        try:
            if step == "reserve":
                spend(ledger, value)
                granted += spend_of(value)
                assert granted.fits(limit)
            elif step == "open":
                limit = Budget(epsilon=value)
                ledger.open("visits", limit, replace=True)
            else:
                ledger.commit(value, "r") if step == "commit" else ledger.abort(value)
        except BudgetError:
            assert not (granted + spend_of(value)).fits(limit)
        except UsageError:
            assert step in {"commit", "abort"}
    recorded = sum(
        (Fraction(int(e["mu_squared_num"]), int(e["mu_squared_den"])) for e in account(ledger)["entries"]), Fraction(0)
    )
    assert recorded == granted.mu_squared
    assert ledger.verify() == []


# Races and crashes

LAUNCHER = """
import math, os, random, signal, sys, time
from pathlib import Path
from privsynth.errors import BudgetError
from privsynth.ledger import Ledger
from privsynth.accounting import Spend, gaussian, spend_of
from privsynth.privacy import Budget, Unit

Spend().fits(Budget(epsilon=1.0))
spend_of(gaussian(1.0))  # what is imported late is imported before the children are made
ledger, noise = Ledger(Path(sys.argv[1])), float(sys.argv[2])

def spend():
    entry = ledger.reserve("visits", gaussian(noise), unit=Unit(), purpose="race", config_digest="c")
    os.write(1, f"{entry.id} {entry.hash}\\n".encode())

def child(action):
    number = os.fork()
    if number:
        return number
    try:
        action()
    except BaseException as error:
        os.write(2, repr(error).encode())
    os._exit(0)
"""
RACE = """
def tries():
    for _ in range(int(sys.argv[3])):
        try:
            spend()
        except BudgetError:
            pass

for number in [child(tries) for _ in range(8)]:
    os.waitpid(number, 0)
"""
KILLS = """
def forever():
    while True:
        spend()

for _ in range(int(sys.argv[3])):
    number = child(forever)
    time.sleep(random.uniform(0.002, 0.4))
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
"""


def launched(code: str, *arguments: object) -> list[tuple[int, str]]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LAUNCHER + textwrap.dedent(code), *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=200, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.stderr == ""
    return [(int(line.split()[0]), line.split()[1]) for line in done.stdout.splitlines()]


def test_eight_programs_spend_one_budget_exactly_once(ledger: Ledger) -> None:
    ledger.open("visits", LIMIT)
    acknowledged = launched(RACE, ledger.path, TENTH, 5)
    assert sorted(number for number, _ in acknowledged) == list(range(1, SPENDS + 1))
    assert len(account(ledger)["entries"]) == SPENDS
    assert ledger.verify() == []


def test_eight_programs_make_one_ledger(ledger: Ledger) -> None:
    acknowledged = launched(RACE, ledger.path, TENTH, 2)
    assert sorted(number for number, _ in acknowledged) == list(range(1, 17))
    assert os.listdir(ledger.path.parent) == ["ledger.db"]
    assert ledger.verify() == []


def killed(ledger: Ledger, kills: int) -> None:
    acknowledged = launched(KILLS, ledger.path, TENTH, kills)
    entries = {e["id"]: e["hash"] for e in account(ledger)["entries"]}
    assert len(acknowledged) > kills / 2
    assert [pair for pair in acknowledged if entries.get(pair[0]) != pair[1]] == []
    assert 0 <= len(entries) - len(acknowledged) <= kills
    assert ledger.verify() == []
    assert spend(ledger).id == len(entries) + 1


def test_no_acknowledged_spend_is_lost_when_killed(ledger: Ledger) -> None:
    killed(ledger, 5)


@pytest.mark.integration
def test_no_acknowledged_spend_is_lost_in_fifty_kills(ledger: Ledger) -> None:
    killed(ledger, 50)


@pytest.mark.integration
def test_the_race_is_won_every_time(tmp_path: Path) -> None:
    for turn in range(10):
        ledger = Ledger(tmp_path / f"{turn}.db")
        ledger.open("visits", LIMIT)
        assert len(launched(RACE, ledger.path, TENTH, 40)) == SPENDS


def test_an_interrupted_spend_is_undone(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    spend(ledger)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Entry, "digest", interrupted)
        patched.setattr(_chain_file, "broken_links", lambda _: [])
        with pytest.raises(KeyboardInterrupt):
            spend(ledger)
    assert ledger.head()[1] == 1
    assert spend(ledger).id == 2


# Damage and tampering


def altered(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TRIGGER IF EXISTS entry_stays; DROP TRIGGER IF EXISTS entry_remains;")
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.fixture
def used(ledger: Ledger) -> Ledger:
    ledger.open("visits", LIMIT)
    ledger.commit(spend(ledger).id, "r1")
    spend(ledger)
    return ledger


@pytest.mark.parametrize("column", [name for name in _chain.COLUMNS if name not in {"line", "id", "hash"}])
def test_every_altered_column_is_found(used: Ledger, column: str) -> None:
    altered(used.path, f"UPDATE entry SET {column} = '1' || {column} WHERE line = 2")  # noqa: S608
    assert any("Line 2" in told for told in used.verify())
    for act in (lambda: spend(used), used.show, used.head, lambda: used.commit(2, "r")):
        with pytest.raises(ArtifactError, match=r"was altered\. Line 2 .* Nothing is granted"):
            act()


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("DELETE FROM entry WHERE line = 2", "Line 2 is missing"),
        ("DELETE FROM entry WHERE line = 1", "Line 1 is missing"),
        ("UPDATE entry SET id = 9 WHERE line = 4", "does not match its hash"),
        ("UPDATE entry SET hash = 'x' WHERE line = 2", "Line 3 does not follow"),
        ("UPDATE entry SET line = 9 WHERE line = 4", "Line 4 is missing"),
        ("UPDATE entry SET mu_squared_num = x'00' WHERE line = 2", "is damaged"),
        ("UPDATE entry SET purpose = CAST(x'ff' AS TEXT) WHERE line = 2", "is damaged"),
        ("DROP TABLE entry", "is damaged"),
        ("PRAGMA user_version = 2", "newer form 2. Use a newer privsynth"),
        ("PRAGMA application_id = 3", "is not a ledger of privsynth"),
    ],
)
def test_altered_structure_is_found(used: Ledger, statement: str, match: str) -> None:
    altered(used.path, statement)
    assert any(match in told for told in used.verify())
    with pytest.raises(ArtifactError):
        spend(used)


def test_lines_cannot_be_changed_by_accident(used: Ledger) -> None:
    connection = sqlite3.connect(used.path)
    for statement in ("UPDATE entry SET purpose = ''", "DELETE FROM entry"):
        with pytest.raises(sqlite3.IntegrityError, match="only appended to"):
            connection.execute(statement)
    connection.close()


def rechained(ledger: Ledger, change: Callable[[dict[str, Any]], None], *, line: int) -> None:
    """Rewrite a line and every hash after it, as somebody would who knows this code."""
    connection = sqlite3.connect(ledger.path)
    rows = [dict(zip(_chain.COLUMNS, row, strict=True)) for row in connection.execute(_chain_file._SELECT)]
    connection.close()
    change(rows[line - 1])
    statements, before = [], "0" * 64
    for row in rows:
        content = row | {"prev_hash": before}
        before = content["hash"] = Entry(**content).digest()
        values = ", ".join(f"{name} = " + "'" + str(value).replace("'", "''") + "'" for name, value in content.items())
        statements.append(f"UPDATE entry SET {values} WHERE line = {row['line']}")  # noqa: S608
    altered(ledger.path, *statements)


@pytest.mark.parametrize(
    ("line", "change", "match"),
    [
        (2, {"mu_squared_num": "1"}, "records another spend"),
        (2, {"delta_num": "-1"}, "records another spend"),
        (2, {"mu_squared_den": "0"}, "cannot be read"),
        (2, {"mu_squared_den": "9" * 5000}, "cannot be read"),
        (2, {"mu_squared_num": "x"}, "cannot be read"),
        (2, {"unit": "[]"}, "cannot be read"),
        (2, {"unit": '{"column": null, "max_rows": 0}'}, "cannot be read"),
        (2, {"event_json": "[" * 100_000}, "cannot be read"),
        (2, {"event_json": '{"type": "free"}'}, "cannot be read"),
        (1, {"event_json": '{"type": "limit"}'}, "cannot be read"),
        (1, {"event_json": '{"epsilon": -1, "delta": 0.1}'}, "cannot be read"),
        (2, {"state": "limit"}, "cannot follow"),
        (2, {"state": "committed"}, "cannot follow"),
        (3, {"state": "reserved"}, "cannot follow"),
        (3, {"dataset": "other"}, "cannot follow"),
        (3, {"mu_squared_num": "0"}, "cannot follow"),
        (4, {"state": "refunded"}, "cannot follow"),
    ],
    ids=range(17),
)
def test_forged_lines_with_right_hashes_are_found(used: Ledger, line: int, change: dict[str, Any], match: str) -> None:
    manifest = {"ledger": dict(zip(("head", "count"), used.head(), strict=True))}
    rechained(used, lambda row: row.update(change), line=line)
    problems = used.verify([manifest])
    assert any(match in told and f"Line {line} " in told for told in problems)
    assert any("made with another ledger" in told for told in problems)
    try:
        used.show()
        spend(used)
    except PrivsynthError:
        pass


def test_a_forged_history_is_found_by_a_manifest_alone(used: Ledger) -> None:
    head, count = used.head()
    rechained(used, lambda row: row.update(purpose="something else"), line=4)
    assert used.verify() == []
    told = used.verify([{"digest": "abcdef", "ledger": {"head": head, "count": count}}])
    assert told == ["Release 1 (abcdef) was made with another ledger, or line 4 was replaced."]


def test_a_rolled_back_or_deleted_file_is_found(used: Ledger, tmp_path: Path) -> None:
    shutil.copy(used.path, tmp_path / "old")
    early = {"ledger": dict(zip(("head", "count"), used.head(), strict=True))}
    spend(used)
    late = {"ledger": dict(zip(("head", "count"), used.head(), strict=True))}
    assert used.verify([early, late]) == []
    shutil.copy(tmp_path / "old", used.path)
    assert used.verify([early]) == []
    assert used.verify([early, late]) == [
        "Release 2 was made when the ledger had 5 lines; it has 4. It was rolled back."
    ]
    used.path.unlink()
    assert "deleted, or elsewhere" in used.verify([late])[0]
    spend(used)
    assert any("rolled back" in told for told in used.verify([late]))


@pytest.mark.parametrize("known", [None, [], {}, {"count": "4"}, {"count": 4}, {"count": -1, "head": "x"}])
def test_a_manifest_without_a_usable_head_is_said(used: Ledger, known: Any) -> None:
    assert len(used.verify([{"ledger": known}])) == 1


def test_a_manifest_from_before_the_first_spend_holds(used: Ledger) -> None:
    assert used.verify([{"ledger": {"head": "0" * 64, "count": 0}}]) == []


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_foreign_and_empty_files_are_refused(ledger: Ledger, content: bytes) -> None:
    ledger.path.write_bytes(content)
    for act in (lambda: spend(ledger), ledger.show, ledger.head, lambda: ledger.open("a", LIMIT)):
        with pytest.raises(ArtifactError, match=r"(?i)ledger of privsynth.*restore"):
            act()
    assert len(ledger.verify()) == 1
    assert ledger.path.read_bytes() == content


def test_another_programs_database_is_refused(ledger: Ledger) -> None:
    with sqlite3.connect(ledger.path) as connection:
        connection.execute("CREATE TABLE entry (line INTEGER)")
    connection.close()
    with pytest.raises(ArtifactError, match="not a ledger of privsynth"):
        spend(ledger)


def test_damaged_pages_raise_nothing_else(used: Ledger) -> None:
    whole = used.path.read_bytes()
    for position in range(100, len(whole), len(whole) // 40):
        used.path.write_bytes(whole[:position] + b"\xa5" * 16 + whole[position + 16 :])
        try:
            spend(used)
        except ArtifactError:
            assert used.verify() != []
    used.path.write_bytes(whole[:5000])
    with pytest.raises(ArtifactError):
        spend(used)


# Resources


def test_a_full_disk_grants_nothing(used: Ledger) -> None:
    count = used.head()[1]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent("""
            import resource, sys
            from pathlib import Path
            from privsynth.errors import PrivsynthError
            from privsynth.ledger import Ledger
            from privsynth.accounting import gaussian
            from privsynth.privacy import Unit
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
            try:
                for _ in range(50):
                    Ledger(Path(sys.argv[1])).reserve("x", gaussian(9.0), unit=Unit(), purpose="p", config_digest="c")
                    print("granted")
            except PrivsynthError as error:
                print(error.exit_code, error)
            """), str(used.path), str(used.path.stat().st_size)],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    *granted, last = done.stdout.splitlines()
    assert last.startswith("7 The ledger"), done.stderr
    assert "Nothing was granted" in last
    assert used.verify() == []
    assert used.head()[1] == count + len(granted)


def test_a_held_ledger_is_a_resource_error(used: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_chain_file, "WAIT_SECONDS", 0.05)
    other = sqlite3.connect(used.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ResourceError, match="another program held it"):
        spend(used)
    other.close()
    spend(used)


def test_unusable_places_are_resource_errors(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "ledger.db", tmp_path):
        with pytest.raises(ResourceError, match=r"cannot be used: .*\. Nothing was granted\. Free it"):
            spend(Ledger(path))
    for device in ("/dev/null", "/dev/full"):
        with pytest.raises(PrivsynthError):
            spend(Ledger(Path(device)))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_FULL, ResourceError), (sqlite3.SQLITE_READONLY, ResourceError),
        (sqlite3.SQLITE_READONLY_ROLLBACK, ResourceError), (sqlite3.SQLITE_IOERR_FSYNC, ResourceError),
        (sqlite3.SQLITE_CANTOPEN, ResourceError), (sqlite3.SQLITE_CORRUPT_VTAB, ArtifactError),
        (sqlite3.SQLITE_NOTADB, ArtifactError), (sqlite3.SQLITE_ERROR, ArtifactError), (None, ArtifactError),
    ],
)  # fmt: skip
def test_errors_of_sqlite_become_ours(
    used: Ledger, monkeypatch: pytest.MonkeyPatch, code: int | None, expected: type[PrivsynthError]
) -> None:
    def failing(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("words of SQLite")
        if code is not None:
            error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(_chain_file.sqlite3, "connect", failing)
    with pytest.raises(expected) as caught:
        spend(used)
    assert "words of SQLite" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_ledger_is_a_resource_error(used: Ledger) -> None:
    used.path.chmod(0o400)
    assert used.show()["head"]["count"] == 4
    with pytest.raises(ResourceError, match="read-only"):
        spend(used)
