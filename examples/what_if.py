"""Ask a model: fit accounts with two focuses, then draw rows under a condition and around given columns.

    python examples/what_if.py

The columns that are given here were made up, so the completed rows hold nobody's; had they come from a real table, the guarantee would not
cover them.
"""

from __future__ import annotations

import sys

import pandas as pd
from card_accounts import SCHEMA, card_accounts

import privsynth

WHAT_IF = pd.DataFrame({"region": ["Capital"] * 500, "age": [25] * 250 + [65] * 250, "n_late_payments": [3] * 500})


def main(rows: int = 10_000) -> int:
    focus = ["default", "region"]
    model = privsynth.fit(
        card_accounts(rows),
        epsilon=3,
        schema=SCHEMA,
        focus=focus,
        dataset="card accounts",
        ledger="what_if.ledger.sqlite",
    )
    late = privsynth.sample(model, 1000, where="n_late_payments >= 2 and region = Capital", seed=1)
    completed = privsynth.sample(model, given=WHAT_IF, seed=1)

    print(model.guarantee.sentence())
    print(f"default among late payers of the capital: {share(late):.0%}")
    for age, group in completed.groupby("age"):
        print(f"default at {age} with three late payments: {share(group):.0%}")
    return 0


def share(frame: pd.DataFrame) -> float:
    return float(frame["default"].mean())


if __name__ == "__main__":
    sys.exit(main())
