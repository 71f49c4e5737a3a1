"""What an attacker who plants rows, or one odd cell, must not be able to do."""

from __future__ import annotations

import os
import stat

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import privsynth
from privsynth.privacy import Unit
from privsynth.table import connection as table_connection
from privsynth.table.source import open_table
from privsynth.table.units import split_units


def texts(frame: object) -> list[tuple[object, ...]]:
    return open_table(frame).rows("SELECT * FROM {table}")


def coins(frame: pd.DataFrame, key: bytes) -> np.ndarray:
    return split_units(open_table(frame).loaded(), Unit(), 50, key).reveal()


def test_the_coin_of_a_row_is_its_own() -> None:
    frame = pd.DataFrame({"a": [f"x{i}" for i in range(400)], "b": "y"})
    before = coins(frame, b"k" * 32)
    planted = pd.concat([pd.DataFrame({"a": ["planted"], "b": ["y"]}), frame], ignore_index=True)
    assert (coins(planted, b"k" * 32)[1:] == before).all()
    assert 140 < before.sum() < 260


def test_coins_depend_on_the_key_and_on_where_cells_end() -> None:
    frame = pd.DataFrame({"a": [f"x{i}" for i in range(300)], "b": "y"})
    assert (coins(frame, b"k" * 32) != coins(frame, b"q" * 32)).any()
    shifted = pd.DataFrame({"a": [f"x{i}y" for i in range(300)], "b": ""})
    assert (coins(frame, b"k" * 32) != coins(shifted, b"k" * 32)).any()


@pytest.mark.parametrize("cells", [[b"abc", b"\xff\xfe"], [b"abc", b"\xff\xfe", None]])
def test_bytes_that_are_no_text_change_nobody_elses_cell(cells: list[bytes | None]) -> None:
    for column in (pa.array(cells, type=pa.binary()), pa.array(cells, type=pa.binary()).dictionary_encode()):
        found = texts(pa.table({"a": column}))
        assert found[0] == ("abc",)
        assert found[1] == (None,)


def test_one_text_does_not_change_how_numbers_are_written() -> None:
    plain = texts(pd.DataFrame({"a": [1.0, 2.5, 1e-7, 1e22]}))
    mixed = texts(pd.DataFrame({"a": [1.0, 2.5, 1e-7, 1e22, "x"]}))
    assert mixed[:4] == plain
    assert plain[0] == ("1",)


def test_labels_that_are_one_number_count_together() -> None:
    frame = pd.DataFrame({"code": ["1", "1.0", "2", "2.0"] * 400, "other": ["a", "b", "c", "d"] * 400})
    assert set(privsynth.schema(frame, epsilon=50, delta=1e-7)["other"].enum or ()) == {"a", "b", "c", "d"}


def test_what_spills_is_for_the_owner_alone() -> None:
    mode = stat.S_IMODE(os.stat(table_connection.spill_folder()).st_mode)
    assert mode == 0o700
    settings = (
        table_connection.connect()
        .sql(
            "SELECT name, value FROM duckdb_settings() "
            "WHERE name IN ('temp_file_encryption', 'autoload_known_extensions', 'temp_directory')"
        )
        .fetchall()
    )
    assert dict(settings) == {
        "temp_file_encryption": "true",
        "autoload_known_extensions": "false",
        "temp_directory": table_connection.spill_folder(),
    }


def test_a_wrong_unit_is_refused_before_a_schema_is_paid_for() -> None:
    from privsynth.ledger import default_path

    with pytest.raises(privsynth.SchemaError):
        privsynth.schema(pd.DataFrame({"a": ["1"] * 50}), epsilon=1, unit="nobody")
    assert not default_path().exists()


@pytest.mark.parametrize("epsilon", [0, -1, float("nan"), float("inf"), 1e300])
def test_an_epsilon_that_is_none_is_a_usage_error(epsilon: float) -> None:
    with pytest.raises(privsynth.UsageError):
        privsynth.fit(pd.DataFrame({"a": ["1"]}), epsilon=epsilon)
