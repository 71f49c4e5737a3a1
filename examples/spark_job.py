"""A Spark job: draw many rows from a stored model, in parallel, and write Parquet. It reads no real row and spends nothing.

    spark-submit examples/spark_job.py MODEL OUT [ROWS] [SEED]

The same seed gives the same rows, on whatever cluster; executors need privsynth, and no file.
"""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession

import privsynth
from privsynth.spark import sample_dataframe


def main(model: str, out: str, rows: str = "1000000", seed: str = "0") -> int:
    if problems := privsynth.verify(model):
        print(*problems, file=sys.stderr)
        return 5
    spark = SparkSession.builder.appName("synthetic table").getOrCreate()
    try:
        sample_dataframe(spark, model, int(rows), seed=int(seed)).write.mode("overwrite").parquet(out)
    finally:
        spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
