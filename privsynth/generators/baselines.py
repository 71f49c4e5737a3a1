"""Baselines: SDV's synthesizers, which are NOT PRIVATE. They are here to show what privacy costs, and what an audit finds.

They read the coded table without noise, so that no finite epsilon holds. A fitted baseline lives in memory only: it has no stored
form, and the synthetic table is all that leaves.

Source: Patki, Wedge, Veeramachaneni, "The synthetic data vault", 2016 (`sdv-copula`: one beta distribution a column, joined by a
Gaussian copula); Xu et al., "Modeling tabular data using conditional GAN", 2019 (`sdv-ctgan`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend
from privsynth.errors import ArtifactError, SchemaError, UsageError
from privsynth.generators.base import Arrays, Rows, batch_sizes, gathered
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import CodedTable, DataSource
from privsynth.table.write import values_of
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema
from privsynth.threads import Shared, muted

if TYPE_CHECKING:
    import pandas as pd
    from dp_accounting import DpEvent

EPOCHS = 100
LEAST_ROWS = 10
MARK = "not-private"
_TABLE = "table"
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineConfig:
    """The recipe of a generator that is not private.

    Args:
        name: `sdv-copula` or `sdv-ctgan`.
        epochs: Passes over the table; of `sdv-ctgan` alone.
    """

    name: str
    epochs: int | None = None

    def __post_init__(self) -> None:
        if self.epochs is not None and (isinstance(self.epochs, bool) or self.epochs < 1):
            raise UsageError(f"epochs is {self.epochs!r}. It is the number of passes over the table; give 1 or more.")

    def calibrate(self, schema: Schema, unit: Unit, spend: Spend | None = None) -> BaselineMechanism:  # noqa: ARG002 - of the protocol
        """Return the mechanism; there is no noise that a budget could be turned into."""
        return BaselineMechanism(name=self.name, epochs=self.epochs)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        return {"name": self.name, **({} if self.epochs is None else {"epochs": self.epochs})}

    def load(self, schema: Schema, arrays: Mapping[str, npt.NDArray[Any]]) -> NoReturn:  # noqa: ARG002 - of the protocol
        """Refuse: a baseline has no stored form."""
        raise ArtifactError(f"A model of {self.name} is not private and is never stored. Make its table with `run`.")


def sdv_copula(name: str = "sdv-copula") -> BaselineConfig:
    """Return the recipe of SDV's Gaussian copula, with SDV's own settings."""
    return BaselineConfig(name=name)


def sdv_ctgan(name: str = "sdv-ctgan", epochs: int = EPOCHS) -> BaselineConfig:
    """Return the recipe of SDV's CTGAN, with SDV's own settings but for the passes."""
    return BaselineConfig(name=name, epochs=epochs)


BASELINES: dict[str, Callable[..., BaselineConfig]] = {"sdv-copula": sdv_copula, "sdv-ctgan": sdv_ctgan}


def in_words(name: str) -> str:
    """Return why a baseline has no guarantee, as a sentence."""
    return f"the generator {name} is NOT PRIVATE: it reads the table without noise."


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineMechanism:
    """A baseline that can be trained: its claim is that it claims nothing."""

    name: str
    epochs: int | None

    @property
    def event(self) -> DpEvent:
        """An event of infinite loss, which every accountant refuses."""
        from dp_accounting import NonPrivateDpEvent

        return NonPrivateDpEvent()

    def run(self, source: DataSource, noise: Noise) -> BaselineModel:  # noqa: ARG002 - of the protocol
        """Train on the rows as they are; the noise is not used.

        Raises:
            SchemaError: the table has too few rows, or the library cannot be trained on it.
        """
        if not isinstance(source, CodedTable):
            raise UsageError(f"The baseline {self.name} needs the rows of the table. Give it a file or a frame.")
        found = source.rows().reveal()
        codes = {domain.name: _filled(domain, found[domain.name].astype(np.int64)) for domain in source.domains}
        rows = len(next(iter(codes.values()), ()))
        if rows < LEAST_ROWS:
            raise SchemaError(f"The baseline {self.name} needs at least {LEAST_ROWS} rows to train on. Give it more.")
        constant = {name: int(column[0]) for name, column in codes.items() if (column == column[0]).all()}
        domains = tuple(domain for domain in source.domains if domain.name not in constant)
        frame = _frame(domains, codes)
        return BaselineModel(
            name=self.name,
            total=float(rows),
            domains=source.domains,
            constant=constant,
            synthesizer=self._trained(frame, domains) if domains else None,
        )

    def _trained(self, frame: pd.DataFrame, domains: Sequence[Domain]) -> Any:
        """Return SDV's synthesizer, fitted; its errors may quote cells, and are not passed on."""
        with _QUIET.held():
            from sdv.metadata import Metadata
            from sdv.single_table import CTGANSynthesizer, GaussianCopulaSynthesizer

            kinds = {
                name: {"sdtype": "numerical" if each.numeric else "categorical"}
                for name, each in zip(frame.columns, domains, strict=True)
            }
            metadata = Metadata.load_from_dict({"tables": {_TABLE: {"columns": kinds}}})
            try:
                if self.epochs is None:
                    made = GaussianCopulaSynthesizer(metadata)
                else:
                    made = CTGANSynthesizer(metadata, epochs=self.epochs, enable_gpu=False)
                made.fit({_TABLE: frame})
            except Exception as error:
                raise SchemaError(
                    f"SDV could not be trained on this table ({type(error).__name__}). Leave out columns that hold next to "
                    "nothing, or use a private generator, which takes any table."
                ) from None
        return made


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaselineModel:
    """A trained baseline, in memory.

    Args:
        name: Of the baseline.
        total: Number of rows that it was trained on, without noise.
        domains: Of all columns.
        constant: Column -> its only code; these are not modelled.
        synthesizer: SDV's, or None where all columns are constant.
    """

    name: str
    total: float
    domains: tuple[Domain, ...]
    constant: Mapping[str, int]
    synthesizer: Any

    def sample(self, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows."""
        return gathered(self.batches(rows, rng))

    def batches(self, rows: int, rng: np.random.Generator, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Draw rows in chunks of bounded memory; each chunk takes a seed of its own."""
        for size in batch_sizes(rows):
            drawn = self._drawn(size, int(rng.integers(2**31)))
            yield drawn if columns is None else drawn.only(columns)

    def _drawn(self, rows: int, seed: int) -> Rows:
        frame = self._sampled(rows, seed) if rows and self.synthesizer is not None else None
        codes, positions = {}, {}
        for domain in self.domains:
            if frame is None or domain.name in self.constant:
                codes[domain.name] = np.full(rows, self.constant.get(domain.name, 0), dtype=np.int64)
                places = np.zeros(rows, dtype=np.float32)
            elif domain.numeric:
                codes[domain.name], places = _coded(domain, frame[domain.name].to_numpy(dtype=np.float64))
            else:
                codes[domain.name] = frame[domain.name].to_numpy(dtype=np.int64)
            if domain.numeric:
                positions[domain.name] = places
        return Rows(codes, positions)

    def _sampled(self, rows: int, seed: int) -> pd.DataFrame:
        with _QUIET.held():
            self.synthesizer.reset_sampling()
            self.synthesizer._set_random_state(seed)
            frame: pd.DataFrame = self.synthesizer.sample(rows)[_TABLE]
        names = [domain.name for domain in self.domains if domain.name not in self.constant]
        return frame.set_axis(names, axis=1)

    def complete(self, given: Rows, rng: np.random.Generator) -> NoReturn:  # noqa: ARG002 - of the protocol
        """Refuse: a baseline draws whole rows."""
        raise UsageError(
            f"The baseline {self.name} draws whole rows only: it takes no given rows and no rare conditions. Use a private generator."
        )

    def shares(self, name: str) -> NoReturn:  # noqa: ARG002 - of the protocol
        """Refuse: a baseline does not know the shares that it draws by."""
        raise UsageError(f"The baseline {self.name} takes no given rows. Use a private generator.")

    def to_arrays(self) -> Arrays:
        """Refuse: what a baseline has learned may hold cells of the table."""
        raise UsageError(
            f"A model of {self.name} is not private and is never stored. Make its table with `privsynth run`, or `sample` it in "
            "the program that fitted it."
        )


def _filled(domain: Domain, codes: Codes) -> Codes:
    """Put the commonest value where a cell is missing that may not be: SDV does not know of such columns."""
    missing = codes >= domain.size
    if not domain.field.required or not missing.any():
        return codes
    counts = np.bincount(codes[~missing], minlength=1)
    return np.where(missing, int(counts.argmax()), codes)


def _frame(domains: Sequence[Domain], codes: Mapping[str, Codes]) -> pd.DataFrame:
    """Return what SDV is trained on: numbers, NaN where missing, and labels as the text of their code.

    Columns are called c0, c1, ...: some names mean something to SDV.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for number, domain in enumerate(domains):
        column = codes[domain.name]
        if domain.numeric:
            columns[f"c{number}"] = np.where(column >= domain.size, np.nan, _numbers(domain, column))
        else:
            columns[f"c{number}"] = column.astype(str).astype(object)
    return pd.DataFrame(columns)


def _numbers(domain: Domain, codes: Codes) -> npt.NDArray[np.float64]:
    """Return the number that stands for each code: the multiple in its cell, or the cell's lower end, where round numbers lie."""
    assert domain.edges is not None  # noqa: S101 - for the type checker
    if domain.field.step is not None:
        return values_of(domain, codes, np.full(len(codes), 0.5))
    return np.clip(domain.edges[np.minimum(codes, domain.size - 1)], *domain.field.bounds())


def _coded(domain: Domain, values: npt.NDArray[np.float64]) -> tuple[Codes, npt.NDArray[np.float32]]:
    """Return codes and places within their cells of drawn numbers, out-of-range ones cut off; NaN is missing."""
    assert domain.edges is not None  # noqa: S101 - for the type checker
    low, high = domain.field.bounds()
    clean = np.where(np.isnan(values), low, np.clip(values, low, high))
    if domain.whole:
        clean = np.clip(np.round(clean), np.ceil(low), np.floor(high))
    codes = domain.encode_numbers(clean).astype(np.int64)
    left = domain.edges[codes]
    middle = 0.5 if domain.whole else 0.0  # of a whole number's own stretch, so that rounding leads back to it
    places = np.clip((clean - left + middle) / (domain.edges[codes + 1] - left), 0.0, 1 - 1e-6)
    missing = np.isnan(values)
    return np.where(missing, domain.size, codes), np.where(missing, 0.0, places).astype(np.float32)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep SDV's prints and warnings, which may quote cells, to itself, and its training to one thread."""
    import torch

    threads = torch.get_num_threads()
    with muted(), redirect_stdout(io.StringIO()):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


_QUIET = Shared(_quiet)
