"""Synthetic rows drawn by Spark: each partition draws its own from the same released model.

A model is public, so it is sent to all workers, as the bytes of its artifact; workers need privsynth installed, and no rows. Counting a
Spark table for a fit is `privsynth.engine_table`.
"""

from __future__ import annotations

import functools
import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.errors import UsageError
from privsynth.generators.fitted import Fitted, load_model
from privsynth.provenance import MARK

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

_ROWS_OF_A_PARTITION = 250_000
_MOST_PARTITIONS = 100_000


def sample_dataframe(
    spark: SparkSession,
    model: Fitted | Path | str,
    rows: int | None = None,
    *,
    seed: int | None = None,
    partitions: int | None = None,
) -> DataFrame:
    """Draw synthetic rows as a Spark data frame, with the columns and types of `Fitted.sample`.

    Each partition draws its share of the rows with a seed of its own, so a partition that Spark computes again is the same. The rows
    follow from the seed, their number and the number of partitions, whatever the cluster.

    Args:
        spark: The session.
        model: A fitted model, or the path of a saved one.
        rows: How many; the noisy number of rows of the table by default.
        seed: Makes the rows reproducible.
        partitions: How many draw apart; by default one for each 250,000 rows. With fewer rows in each, each is less balanced.

    Raises:
        UsageError: the numbers are not usable, or the model is a baseline, which is never sent.

    Example:
        >>> frame = sample_dataframe(spark, "model.zip", 10_000_000, seed=1)  # doctest: +SKIP
        >>> frame.write.parquet("synthetic")  # doctest: +SKIP
    """
    fitted = model if isinstance(model, Fitted) else load_model(model)
    if not fitted.stored:
        raise UsageError(f"{fitted.generator} is not private, and its model is sent nowhere. Sample it here.")
    wanted = fitted.default_rows if rows is None else rows
    if partitions is not None and (isinstance(partitions, bool) or not 1 <= partitions <= _MOST_PARTITIONS):
        raise UsageError(f"{partitions!r} partitions cannot be drawn. Give a number from 1 to {_MOST_PARTITIONS:,}.")
    fitted.batches(wanted, seed=seed)  # refuses what cannot be drawn
    number = max(1, math.ceil(wanted / _ROWS_OF_A_PARTITION)) if partitions is None else partitions
    drawn = functools.partial(
        _drawn,
        spark.sparkContext.broadcast(_artifact(fitted)),
        _seeds(seed),
        [wanted // number + (each < wanted % number) for each in range(number)],
    )
    return spark.range(0, number, 1, number).mapInArrow(drawn, _spark_schema(fitted, wanted))


def _artifact(fitted: Fitted) -> bytes:
    with tempfile.TemporaryDirectory(prefix="privsynth-") as folder:
        fitted.save(Path(folder) / "model.zip")
        return (Path(folder) / "model.zip").read_bytes()


def _seeds(seed: int | None) -> Any:
    """Return the entropy of a seed, or fresh one, from which each partition's seed is spawned."""
    return np.random.SeedSequence(seed).entropy


def _drawn(
    artifact: Any, entropy: int, rows: Sequence[int], partitions: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Draw the rows of partitions, on a worker.

    Args:
        artifact: The broadcast bytes of the model.
        entropy: Of the seed.
        rows: Of each partition.
        partitions: Their numbers, in the column `id`.
    """
    with tempfile.TemporaryDirectory(prefix="privsynth-") as folder:
        path = Path(folder) / "model.zip"
        path.write_bytes(artifact.value)
        fitted = load_model(path)
    for numbers in partitions:
        for number in numbers.column("id").to_pylist():
            state = np.random.SeedSequence(entropy, spawn_key=(number,)).generate_state(4, np.uint64)
            seed = int.from_bytes(state.tobytes(), "little")
            for table in fitted.batches(rows[number], seed=seed):
                yield from table.cast(_arrow_schema(table.schema)).to_batches()


def _arrow_schema(schema: pa.Schema) -> pa.Schema:
    """Return a schema with moments in microseconds, which is what Spark has."""
    import pyarrow as pa

    return pa.schema(
        [(field.name, pa.timestamp("us") if pa.types.is_timestamp(field.type) else field.type) for field in schema]
    )


def _spark_schema(fitted: Fitted, rows: int) -> StructType:
    """Return the schema of what is drawn; the metadata `privsynth` of each column says where it comes from."""
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.types import StructField, StructType

    known = from_arrow_schema(_arrow_schema(fitted.sample(0).schema), prefer_timestamp_ntz=True)
    said = replace(fitted.provenance(rows), columns=tuple(known.names)).to_json()
    return StructType(
        [StructField(field.name, field.dataType, True, {MARK: json.dumps(said)}) for field in known.fields]
    )
