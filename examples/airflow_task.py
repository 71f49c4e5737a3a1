"""Two functions for a scheduler: `refresh` draws rows every night and spends nothing, `refit` learns anew and spends.

    python examples/airflow_task.py refit   ACCOUNTS.csv models/2026-q1 --epsilon 1 --ledger ledger.db
    python examples/airflow_task.py refresh models/2026-q1 synthetic.parquet --rows 5000 --seed 20260131

Both may be tried again: what is there already is left as it is or made again, the same, and never half. In Airflow they
are tasks as they stand, `task(refresh)(MODEL, OUT, rows=5000, seed="{{ ds_nodash }}")`; in Dagster or Prefect likewise.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from card_accounts import SCHEMA, card_accounts

import privsynth
from privsynth.saving import save_batches

DATASET = "card accounts"


def refresh(model: str, out: str, rows: int | None = None, seed: int | str = 0) -> str:
    """Draw rows from a stored model into a file, whole or not at all; the same seed gives the same rows.

    Raises:
        privsynth.ArtifactError: the model is not what was stored.
    """
    if problems := privsynth.verify(model):
        raise privsynth.ArtifactError(" ".join(problems))
    save_batches(privsynth.load_model(model).batches(rows, seed=int(seed)), Path(out))
    return out


def refit(table: str | None, model: str, epsilon: float, ledger: str) -> str:
    """Fit a model within the limit of the ledger; a model that is there already costs nothing.

    Raises:
        privsynth.BudgetError: no limit was set, or this fit would pass it.
    """
    if Path(model).exists():
        return model
    accounts = privsynth.Ledger(Path(ledger)).show()["datasets"]
    if not any(account["limit"] for account in accounts if account["dataset"] == DATASET):
        raise privsynth.BudgetError(
            f"No limit is set. Set one: privsynth ledger open --dataset '{DATASET}' --epsilon E."
        )
    Path(model).parent.mkdir(parents=True, exist_ok=True)  # before anything is spent
    fitted = privsynth.fit(
        card_accounts() if table is None else table, epsilon=epsilon, schema=SCHEMA, dataset=DATASET, ledger=ledger
    )
    fitted.save(model)
    return model


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    draw = verbs.add_parser("refresh")
    draw.add_argument("model")
    draw.add_argument("out")
    draw.add_argument("--rows", type=int)
    draw.add_argument("--seed", default="0")
    learn = verbs.add_parser("refit")
    learn.add_argument("table")
    learn.add_argument("model")
    learn.add_argument("--epsilon", type=float, default=1.0)
    learn.add_argument("--ledger", default="ledger.db")
    options = vars(parser.parse_args(arguments))
    try:
        print({"refresh": refresh, "refit": refit}[options.pop("verb")](**options))
    except privsynth.PrivsynthError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
