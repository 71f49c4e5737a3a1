"""One synthesizer fitted to one table, in a process of its own: `python synthesizer.py REQUEST.json`.

Runs in this project's environment and in those of other synthesizers, so it needs only the standard library and what the
synthesizer brings. The request says `generator`, `folder`, `epsilon`, `delta`, `scratch`; `scratch` then holds `synthetic.csv` with
as many rows as the train table, and `answer.json` with seconds and peak memory. Modules are loaded before the clock starts; reading
the table is part of the fit, writing the rows is not part of sampling. Columns declared as whole numbers are rounded.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

BINS, MOST_VALUES = 64, 100
"""For smartnoise, whose marginals take categories only: equal bins of a column of numbers, and up to how many whole numbers each
gets a bin of its own. On the census table 20 bins err twice as much."""


class Clock:
    """Seconds of the steps, in turn."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[f"{name}_seconds"] = round(now - self.last, 3)
        self.last = now


def load(*modules: str) -> None:
    for name in modules:
        importlib.import_module(name)


def peak_mib() -> float:
    """Largest resident memory of this process, in MiB; that of the process which started it does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return round(int(line.split()[1]) / 1024, 1)
    return round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1024, 1
    )


def domain_of(folder: Path) -> dict[str, Any]:
    columns: dict[str, Any] = json.loads((folder / "domain.json").read_text())["columns"]
    return columns


def label(value: object) -> str:
    """A category as text, the same for 1, 1.0 and "1"."""
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return str(int(number)) if number == int(number) else str(number)


def table_of(folder: Path, domain: dict[str, Any]) -> Any:
    """The train table: categories as text, numbers as numbers, the empty cell missing."""
    import pandas as pd

    texts = {name: str for name, spec in domain.items() if isinstance(spec, list)}
    (path,) = folder.glob("train.csv*")
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=texts, usecols=list(domain))[list(domain)]
    for name in texts:
        frame[name] = frame[name].map({value: label(value) for value in frame[name].dropna().unique()})
    return frame


def privsynth(request: dict[str, Any], clock: Clock) -> Any:
    """One of ours, with the domain declared."""
    load(
        "privsynth.pipeline",
        "pandas",
        "duckdb",
        "pyarrow",
        "dp_accounting",
        "opendp.prelude",
        "scipy.optimize",
        "scipy.stats",
    )
    import privsynth as ours

    folder = Path(request["folder"])
    rows = len(table_of(folder, domain_of(folder)))
    clock.lap("load")
    (path,) = folder.glob("train.csv*")
    model = ours.fit(
        path,
        epsilon=request["epsilon"],
        delta=request["delta"],
        generator=request["method"],
        declare=folder / "domain.json",
        ledger=Path(request["scratch"]) / "ledger.db",
        dataset="bench",
    )
    clock.lap("fit")
    table = model.sample(rows)
    clock.lap("sample")
    return table.to_pandas()


def dpmm(request: dict[str, Any], clock: Clock) -> Any:
    """A dpmm pipeline: categories and bounds declared, a tenth of epsilon for its PrivTree bins, all else as it comes."""
    pipelines = importlib.import_module("dpmm.pipelines")
    pipeline = {"mst": "MSTPipeline", "aim": "AIMPipeline", "privbayes": "PrivBayesPipeline"}[request["method"]]
    folder = Path(request["folder"])
    domain = domain_of(folder)
    clock.lap("load")
    frame = table_of(folder, domain)
    declared = {
        name: {"categories": sorted({label(value) for value in spec})}
        if isinstance(spec, list)
        else {"lower": spec["lower"], "upper": spec["upper"]}
        for name, spec in domain.items()
    }
    epsilon = request["epsilon"]
    model = getattr(pipelines, pipeline)(epsilon=0.9 * epsilon, delta=request["delta"], proc_epsilon=0.1 * epsilon)
    model.fit(frame, declared)
    clock.lap("fit")
    synthetic = model.generate(n_records=len(frame))
    clock.lap("sample")
    return synthetic


def transformer_of(spec: Any, holes: bool) -> Any:
    """One of smartnoise's transformers, fitted to what is declared and to no row."""
    from snsynth.transform import BinTransformer, LabelTransformer

    if isinstance(spec, list):
        labels = LabelTransformer(nullable=holes)
        labels.fit(sorted({label(value) for value in spec}))
        return labels
    lower, upper, count = spec["lower"], spec["upper"], BINS
    if spec["integer"] and upper - lower < MOST_VALUES:
        lower, upper, count = lower - 0.5, upper + 0.5, int(upper - lower) + 1
    bins = BinTransformer(bins=count, lower=lower, upper=upper, nullable=holes)
    bins.fit([lower, upper])
    return bins


def network_transformer_of(spec: Any, holes: bool) -> Any:
    """The same for its networks: categories one-hot, numbers scaled to [-1, 1] by their bounds."""
    from snsynth.transform import ChainTransformer, LabelTransformer, MinMaxTransformer, OneHotEncoder

    if isinstance(spec, list):
        labels = ChainTransformer([LabelTransformer(nullable=holes), OneHotEncoder()])
        labels.fit([*sorted({label(value) for value in spec}), *[None] * holes])
        return labels
    bounds = MinMaxTransformer(lower=spec["lower"], upper=spec["upper"], nullable=holes)
    bounds.fit([spec["lower"], spec["upper"]])
    return bounds


def smartnoise(request: dict[str, Any], clock: Clock) -> Any:
    """A smartnoise synthesizer: labels and bounds declared in transformers of its own."""
    import snsynth

    folder = Path(request["folder"])
    domain = domain_of(folder)
    networks = request["method"] == "dpctgan"
    load("snsynth.pytorch.nn.dpctgan" if networks else f"snsynth.{request['method']}")
    clock.lap("load")
    transformed = network_transformer_of if networks else transformer_of
    frame = table_of(folder, domain)
    table = snsynth.TableTransformer(
        [transformed(spec, holes=bool(frame[name].isna().any())) for name, spec in domain.items()]
    )
    model = snsynth.Synthesizer.create(request["method"], epsilon=float(request["epsilon"]), delta=request["delta"])
    model.fit(frame, transformer=table)
    clock.lap("fit")
    synthetic = model.sample(len(frame))
    clock.lap("sample")
    return synthetic


SYNTHESIZERS: dict[str, tuple[Callable[[dict[str, Any], Clock], Any], str]] = {
    "privsynth": (privsynth, "privsynth"),
    "dpmm": (dpmm, "dpmm"),
    "smartnoise": (smartnoise, "smartnoise-synth"),
}


def main() -> None:
    warnings.simplefilter("ignore")
    request = json.loads(Path(sys.argv[1]).read_text())
    run, package = SYNTHESIZERS[request["library"]]
    clock = Clock()
    frame = run(request, clock)
    answer = {**clock.seconds, "peak_mib": peak_mib(), "version": version(package)}
    for name, spec in domain_of(Path(request["folder"])).items():
        if name not in frame:
            frame[name] = None
        elif isinstance(spec, dict) and spec["integer"]:
            frame[name] = frame[name].astype(float).round()
    scratch = Path(request["scratch"])
    frame.to_csv(scratch / "synthetic.csv", index=False)
    (scratch / "answer.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
