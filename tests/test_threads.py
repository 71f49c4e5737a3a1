"""The library keeps to itself: no prints, no signals, nothing set for the whole program behind the back of other threads."""

from __future__ import annotations

import ast
import doctest
import io
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from command_line import DECLARED, small_table
from replay import Recording

import privsynth
from privsynth import threads
from privsynth.generators.ctgan_networks import settings

PACKAGE = Path(privsynth.__file__).parent
LIBRARY = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or not path.stem.startswith(("cli", "exits", "log", "settings", "tables"))
)
# What acts on the whole program, and who may use it there.
PROGRAM_WIDE: dict[str, tuple[str, ...]] = {
    "print": (),
    "input": (),
    "sys.exit": (),
    "os._exit": (),
    "os.chdir": (),
    "os.umask": (),
    "os.putenv": (),
    "os.environ.update": ("pii/ner.py",),  # whoever names a model for names in text gets a program that downloads none
    "os.environ.setdefault": (),
    "signal": (),
    "faulthandler": (),
    "logging.basicConfig": (),
    "logging.disable": (),
    "warnings.catch_warnings": ("threads.py",),
    "warnings.simplefilter": ("threads.py",),
    "warnings.filterwarnings": (),
    "numpy.random.seed": (),
    "numpy.seterr": (),
    "numpy.set_printoptions": (),
    "pandas.set_option": (),
    "torch.manual_seed": (),
    "torch.set_num_threads": ("generators/ctgan_networks.py", "generators/baselines.py"),
    "torch.set_default_dtype": ("generators/ctgan_networks.py",),
    "torch.set_float32_matmul_precision": ("generators/ctgan_networks.py",),
    "contextlib.redirect_stdout": ("generators/baselines.py",),
    "threadpoolctl.threadpool_limits": (),
    "ibis.set_backend": (),
    "ibis.options": (),
    "locale.setlocale": (),
}
FIRST_WORDS = {each.split(".")[0] for each in PROGRAM_WIDE}
MAKES_A_MUTABLE = ("list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict")


def names_of(tree: ast.AST) -> dict[str, str]:
    """Return what each imported name stands for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                found[each.asname or each.name.split(".")[0]] = each.name if each.asname else each.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update({each.asname or each.name: f"{node.module}.{each.name}" for each in node.names})
    return found


def dotted(node: ast.AST, names: dict[str, str]) -> str:
    """Return the full name of a name or an attribute."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def program_wide(tree: ast.AST) -> Iterator[str]:
    """Yield what a module does to the whole program."""
    names = names_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            said = dotted(node, names)
            if said.split(".")[0] not in FIRST_WORDS:
                continue
            yield from (
                each for each in PROGRAM_WIDE if said == each or (said.startswith(f"{each}.") and each != "print")
            )
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if dotted(node.value, names) == "os.environ":
                yield "os.environ[...]"
        elif isinstance(node, ast.Global):
            yield f"global {', '.join(node.names)}"


def mutable_state(tree: ast.Module) -> Iterator[str]:
    """Yield names of a module that hold a list, a dictionary or a set that something in the module changes."""
    held = set()
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in MAKES_A_MUTABLE
        if made or isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[union-attr]
            held |= {target.id for target in targets if isinstance(target, ast.Name)}
    changes = (
        "append",
        "add",
        "update",
        "setdefault",
        "extend",
        "pop",
        "clear",
        "insert",
        "remove",
        "popitem",
        "discard",
    )
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]:
        for node in ast.walk(function):
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                target: ast.AST = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in changes:
                target = node.func.value
            else:
                continue
            if isinstance(target, ast.Name) and target.id in held - _local(function):
                yield target.id


def _local(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)}


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_of_the_library_does_nothing_to_the_whole_program(path: Path) -> None:
    name, tree = path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
    assert [said for said in program_wide(tree) if name not in PROGRAM_WIDE.get(said, ())] == []
    assert list(mutable_state(tree)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def f():\n    print(1)", "print"),
        ("import signal\ndef f():\n    signal.alarm(1)", "signal"),
        ("from signal import alarm\nalarm(1)", "signal"),
        ("import logging\nlogging.basicConfig()", "logging.basicConfig"),
        ("import os\nos.environ['A'] = '1'", "os.environ[...]"),
        ("import os as o\ndel o.environ['A']", "os.environ[...]"),
        ("import warnings\nwarnings.simplefilter('ignore')", "warnings.simplefilter"),
        ("from warnings import catch_warnings as c\nc()", "warnings.catch_warnings"),
        ("import numpy as np\nnp.random.seed(1)", "numpy.random.seed"),
        ("def f():\n    global a\n    a = 1", "global a"),
    ],
)
def test_what_acts_on_the_whole_program_is_found(text: str, found: str) -> None:
    assert found in list(program_wide(ast.parse(text)))


def test_state_of_a_module_is_found() -> None:
    assert list(mutable_state(ast.parse("seen = {}\ndef f(a):\n    seen[a] = 1"))) == ["seen"]
    assert list(mutable_state(ast.parse("seen: list[int] = []\ndef f(a):\n    seen.append(a)"))) == ["seen"]
    assert list(mutable_state(ast.parse("seen = []\ndef f(seen):\n    seen.append(1)"))) == []


class Counted:
    """A context that counts who is in it."""

    def __init__(self) -> None:
        self.said: list[str] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.said.append("on")
        yield
        self.said.append("off")


def test_the_first_puts_a_setting_in_place_and_the_last_puts_it_back() -> None:
    counted = Counted()
    setting = threads.Shared(counted)
    both, leave = threading.Barrier(2), threading.Event()

    def stay() -> None:
        with setting.held():
            both.wait(10)
            leave.wait(10)

    other = threading.Thread(target=stay)
    other.start()
    with setting.held():
        both.wait(10)
    assert counted.said == ["on"]  # the other one still needs it
    leave.set()
    other.join(10)
    assert counted.said == ["on", "off"]
    with setting.held():
        pass
    assert counted.said == ["on", "off"] * 2


def crossing(context: Callable[[], Any], inside: Callable[[], None]) -> None:
    """Let two threads be in a context at once, and the one that came first leave it first."""
    entered, held, left = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with context():
            entered.set()
            held.wait(10)
        left.set()

    def second() -> None:
        entered.wait(10)
        with context():
            held.set()
            left.wait(10)
            inside()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(second)]:
            done.result(20)


def test_filters_of_warnings_are_put_back_when_threads_cross() -> None:
    before = list(warnings.filters)
    said: list[int] = []

    def inside() -> None:
        warnings.warn("a cell", UserWarning, stacklevel=1)  # an error, were it not ignored
        said.append(1)

    crossing(threads.muted, inside)
    assert said == [1]
    assert warnings.filters == before


def test_settings_of_torch_are_put_back_when_threads_cross() -> None:
    kept = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    seen: list[str] = []
    try:
        crossing(lambda: settings(1), lambda: seen.append(torch.get_float32_matmul_precision()))
        assert seen == ["highest"]  # of the one that still trains
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(kept)


def test_products_stay_on_one_thread_when_threads_cross() -> None:
    from threadpoolctl import ThreadpoolController

    def at_most() -> set[int]:
        return {pool["num_threads"] for pool in ThreadpoolController().select(user_api="blas").info()}

    def of_a_new_thread() -> set[int]:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(at_most).result()

    before, seen = of_a_new_thread(), []
    crossing(threads.one_thread, lambda: seen.append(at_most()))
    assert seen == [{1}]
    assert of_a_new_thread() == before


def story(table: Path, declared: dict[str, Any], seed: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Fit, sample and audit with seeds for all that is random: noise here comes from a test's own."""
    model = privsynth.fit(table, epsilon=3, declare=declared, dataset=f"of seed {seed}")
    drawn = privsynth.sample(model, 400, seed=seed)
    some = privsynth.sample(model, 50, seed=seed, where="age >= 50")
    found = privsynth.audit(table, drawn, seed=seed).to_json()
    return drawn, some, {name: value for name, value in found.items() if "seconds" not in name}


def test_two_threads_do_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = threading.local()
    monkeypatch.setattr("privsynth.fitting.OsNoise", lambda: Recording(seed=local.seed))
    monkeypatch.setattr("privsynth.paying.OsNoise", lambda: Recording(seed=local.seed))
    monkeypatch.setattr("privsynth.audits.codes.OsNoise", lambda: Recording(seed=0))
    monkeypatch.setattr(signal, "signal", lambda *_: pytest.fail("the library asked for a signal"))
    (tmp_path / "t.csv").write_text(small_table(800))
    together = threading.Barrier(2)

    def one(seed: int, *, wait: bool) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
        local.seed = seed
        if wait:
            together.wait(30)
        return story(tmp_path / "t.csv", DECLARED, seed)

    said = io.StringIO()
    with redirect_stdout(said):
        alone = [one(seed, wait=False) for seed in (1, 2)]
        with ThreadPoolExecutor(2) as pool:
            beside = list(pool.map(lambda seed: one(seed, wait=True), (1, 2)))
    assert said.getvalue() == ""
    for (drawn, some, found), (drawn_2, some_2, found_2) in zip(alone, beside, strict=True):
        pd.testing.assert_frame_equal(drawn, drawn_2)
        pd.testing.assert_frame_equal(some, some_2)
        assert found == found_2
    assert not alone[0][0].equals(alone[1][0])


def test_one_model_is_drawn_from_by_many_threads(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(small_table(500))
    model = privsynth.fit(tmp_path / "t.csv", epsilon=3, declare=DECLARED)
    model.save(tmp_path / "m")
    alone = [privsynth.sample(tmp_path / "m", 300, seed=seed) for seed in range(6)]
    with ThreadPoolExecutor(3) as pool:
        beside = list(pool.map(lambda seed: privsynth.sample(model, 300, seed=seed), range(6)))
    for one, other in zip(alone, beside, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_two_threads_cannot_spend_the_same_budget(tmp_path: Path) -> None:
    from privsynth.ledger import Ledger
    from privsynth.privacy import Budget

    (tmp_path / "t.csv").write_text(small_table(300))
    book = tmp_path / "ledger.db"
    Ledger(book).open("people", Budget(epsilon=1.0, delta=1e-6))

    def refused(_: int) -> bool:
        try:
            privsynth.fit(tmp_path / "t.csv", epsilon=0.7, declare=DECLARED, dataset="people", ledger=book)
        except privsynth.BudgetError:
            return True
        return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(refused, range(2))) == [False, True]


def test_the_example_of_a_shared_setting_runs() -> None:
    assert doctest.testmod(threads).failed == 0
    assert sys.modules["privsynth.threads"] is threads
    assert np.random.get_state()[0] == "MT19937"
