"""A simulated table of card accounts and loans: nobody in it exists, no number in it is issued.

python examples/card_accounts.py accounts.csv
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from faker.providers.person.en_US import Provider

SCHEMA = Path(__file__).parents[1] / "schemas" / "card_accounts.yaml"
REGIONS = ("Capital", "North", "South", "East", "West", "Islands")
PURPOSES = ("car", "home improvement", "debt consolidation", "education", "medical", "wedding", "boat")
SNAPSHOT = np.datetime64("2024-12-31")
Columns = dict[str, Any]


def card_accounts(n_rows: int = 10_000, *, seed: int = 0) -> pd.DataFrame:
    """Simulate card accounts, about 1.25 a customer and at most 4; `default` is worth predicting.

    Args:
        n_rows: Number of accounts, at least 1.
        seed: Seed of the simulator; the same seed gives the same table.

    Returns:
        A frame of `n_rows` x 18 whose cells are strings, integers, floats or None, in random order.
    """
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(n_rows), np.minimum(1 + rng.poisson(0.25, n_rows), 4))[:n_rows]
    customers = _customers(rng, int(owner[-1]) + 1)
    columns: Columns = {name: values[owner] for name, values in customers.items()}
    columns |= _accounts(rng, columns)
    columns |= _loans(rng, columns)
    columns["default"] = _defaults(rng, columns)
    _plant_outliers(rng, columns)
    order = (
        "customer_id name iban card_number email age income credit_limit balance utilisation months_on_book "
        "n_late_payments loan_amount loan_purpose interest_rate region opened_on default"
    )
    shuffled = rng.permutation(n_rows)
    return pd.DataFrame({name: columns[name][shuffled] for name in order.split()})


def luhn_digit(digits: str) -> str:
    """Return the check digit that makes `digits` a valid card number.

    Example:
        >>> luhn_digit("400000000000000")
        '2'
    """
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _customers(rng: np.random.Generator, size: int) -> Columns:
    """Invent customers; `stress` is latent and never written."""
    first = list(Provider.first_names)
    last, weights = list(Provider.last_names), np.array(list(Provider.last_names.values()))
    pairs = zip(
        rng.integers(len(first), size=size), rng.choice(len(last), size, p=weights / weights.sum()), strict=True
    )
    names = [(first[one], last[two]) for one, two in pairs]
    tags = rng.integers(1, 1000, size)
    age = np.clip(rng.gamma(9.0, 5.0, size), 18, 92).astype(np.int64)
    earning = 10.35 + 0.72 * np.exp(-(((age - 50) / 22) ** 2)) + 0.45 * rng.standard_normal(size)
    emails = [f"{one}.{two}{tag}@example.org".lower() for (one, two), tag in zip(names, tags, strict=True)]
    return {
        "customer_id": np.array([f"C{number:08d}" for number in rng.choice(10**8, size, replace=False)], dtype=object),
        "name": np.array([" ".join(name) for name in names], dtype=object),
        "email": _blank(emails, rng.random(size) < 0.07),
        "age": age,
        "income": _blank(np.round(np.exp(earning), -2).astype(np.int64), rng.random(size) < 0.05),
        "earning": earning,
        "stress": rng.standard_normal(size),
        "region": rng.choice(np.array(REGIONS, dtype=object), size, p=[0.31, 0.2, 0.2, 0.14, 0.13, 0.02]),
    }


def _accounts(rng: np.random.Generator, columns: Columns) -> Columns:
    """Limits follow income, balances follow stress; German IBANs of no bank, cards of a test range."""
    size, stress = len(columns["age"]), columns["stress"]
    months = np.minimum(rng.exponential(52, size), 12.0 * (columns["age"] - 17)).astype(np.int64)
    limit = np.round(
        np.exp(columns["earning"] - 1.75 - 0.15 * stress + 0.002 * months + 0.35 * rng.standard_normal(size)), -2
    )
    limit = np.clip(limit, 200, 60_000).astype(np.int64)
    used = 1 / (1 + np.exp(-(-1.1 + 0.9 * stress + 0.9 * rng.standard_normal(size))))
    balance = np.where(rng.random(size) < 0.06, -rng.exponential(40, size), used * limit).round(2)
    late = rng.poisson(np.exp(-1.5 + 0.75 * stress) * np.minimum(months / 24 + 0.2, 2))
    ibans = [_iban(number) for number in rng.choice(10**15, size)]
    cards = [f"400000{number:09d}" for number in rng.choice(10**9, size, replace=False)]
    opened = SNAPSHOT - (months * 30.44).astype(np.int64) - rng.integers(0, 28, size)
    return {
        "months_on_book": months,
        "credit_limit": limit,
        "balance": balance,
        "utilisation": np.maximum(balance / limit, 0).round(3),
        "n_late_payments": np.minimum(late, 24),
        "iban": np.array(ibans, dtype=object),
        "card_number": np.array([card + luhn_digit(card) for card in cards], dtype=object),
        "opened_on": opened.astype(str).astype(object),
    }


def _iban(number: int) -> str:
    """A German IBAN with a valid check; its bank code starts with 000, which no bank has."""
    account = f"{number:018d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def _loans(rng: np.random.Generator, columns: Columns) -> Columns:
    """A loan for 45% of the accounts; without one, its three cells are missing together."""
    size, without = len(columns["age"]), rng.random(len(columns["age"])) > 0.45
    amount = np.round(np.exp(8.9 + 0.5 * (columns["earning"] - 10.8) + 0.6 * rng.standard_normal(size)), -2)
    rate = 7.5 + 1.6 * columns["stress"] + 0.35 * np.minimum(columns["n_late_payments"], 8) + rng.standard_normal(size)
    purpose = rng.choice(np.array(PURPOSES, dtype=object), size, p=[0.3, 0.22, 0.24, 0.1, 0.09, 0.045, 0.005])
    return {
        "loan_amount": _blank(np.clip(amount, 500, 90_000).astype(np.int64), without),
        "loan_purpose": _blank(purpose, without),
        "interest_rate": _blank(np.clip(rate, 1.9, 24).round(2), without),
    }


def _defaults(rng: np.random.Generator, columns: Columns) -> Any:
    logit = -4.6 + 2.4 * columns["utilisation"] + 0.55 * np.minimum(columns["n_late_payments"], 6)
    logit += 0.35 * columns["stress"] - 0.6 * (columns["earning"] - 10.8) + 0.5 * (columns["months_on_book"] < 12)
    return (rng.random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(np.int64)


def _plant_outliers(rng: np.random.Generator, columns: Columns) -> None:
    rows = rng.permutation(len(columns["age"]))[: max(1, len(columns["age"]) // 5_000)]
    columns["income"][rows] = 9_500_000
    columns["balance"][rows] = 250_000.0


def _blank(values: Any, missing: Any) -> Any:
    cells = np.array(values).astype(object)
    cells[missing] = None
    return cells


if __name__ == "__main__":
    card_accounts().to_csv(sys.argv[1] if len(sys.argv) > 1 else sys.stdout, index=False)
