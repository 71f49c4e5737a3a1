"""A nightly job: read a table of accounts, synthesise it, audit the result, write Parquet.

    python examples/etl.py -o synthetic.parquet [ACCOUNTS.csv]

Exits with 6 and writes no table when the audit finds a leak. That decision looks at real rows, so it is outside the
guarantee; say so when you publish.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from card_accounts import SCHEMA, card_accounts

import privsynth


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", nargs="?", help="a CSV file; without one, simulated accounts")
    parser.add_argument("-o", "--output", type=Path, default=Path("synthetic.parquet"))
    parser.add_argument("--epsilon", type=float, default=3.0)
    options = parser.parse_args(arguments)

    table = options.table or card_accounts()
    train, holdout = privsynth.split(table, unit="customer_id")
    ledger = options.output.with_suffix(".ledger.sqlite")
    model = privsynth.fit(train, epsilon=options.epsilon, schema=SCHEMA, ledger=ledger, dataset="card accounts")
    synthetic = privsynth.sample(model)
    findings = privsynth.audit(train, synthetic, holdout, unit="customer_id")

    print(model.guarantee.sentence())
    print(f"audit: {findings.verdict}")
    if findings.verdict == "leak":
        return 6
    synthetic.to_parquet(options.output, index=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
