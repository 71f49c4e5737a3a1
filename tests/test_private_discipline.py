"""Rules that a reader can check with `grep`, checked on the syntax tree: who may reveal, who may draw, what nobody may use."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "privsynth"
# Who may look at private data: what reads and counts it, what adds noise to it, and what an owner looks at alone.
# Baselines are not private at all: they train on rows as they are, and say so wherever they are named.
# Certification attacks our own generators on toy tables that it made itself: nobody's rows go in, and nothing is released.
MAY_REVEAL = (
    "table",
    "noise.py",
    "pii",
    "quality",
    "audits",
    "certification",
    "generators/ctgan",
    "generators/baselines.py",
)
# Who may draw: the noise; models, which sample from noisy answers with a seed; findings that an owner looks at; simulators.
MAY_DRAW = {
    "secrets": ("noise.py",),
    "numpy.random": (
        "noise.py",
        "generators",
        "quality",
        "curating.py",
        "audits",
        "certification",
        "simulators",
        "spark.py",
    ),
    "randomgen": ("noise.py",),
}
MAY_NOT_DRAW = ("random", "torch.seed", "uuid.uuid4")
PICKLES = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")
# The only functions of generators that may make a generator of random numbers: sampling is post-processing. `_expected` draws rows
# from what a fit has measured so far, to hold the next answers against; its seed is a constant, so that neighbouring tables see the
# same rows, and no noise is drawn from it.
# `ctgan` trains with public random numbers, from a constant and the number of a step: what the generator is fed, which fakes are
# made, which rows of the survey's model teach first, and which pairs are asked for. What is random about private rows and about
# noise is not drawn there but comes from `noise.py`.
SAMPLERS = {
    "generators/fitted.py": {"batches"},
    "generators/maxent_survey.py": {"_expected"},
    "generators/ctgan_choice.py": {"nearest"},
    "generators/ctgan_model.py": {"_factors"},
    "generators/ctgan_run.py": {"_warm"},
    "generators/ctgan_training.py": {"__init__", "begin"},
}
TORCH_DRAWS = (
    "rand",
    "randn",
    "randint",
    "randperm",
    "normal",
    "bernoulli",
    "multinomial",
    "poisson",
    "rand_like",
    "randn_like",
)


@functools.cache
def trees() -> dict[str, ast.Module]:
    found = {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    assert len(found) > 40
    return found


def within(path: str, allowed: tuple[str, ...]) -> bool:
    return any(path == each or path.startswith((each + "/", each + ".", each + "_")) for each in allowed)


def named(node: ast.AST) -> str:
    """Return the dotted name of an expression, or nothing."""
    if isinstance(node, ast.Attribute):
        return f"{named(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every imported dotted name: modules, and names that are taken from modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def revealing(tree: ast.AST) -> list[int]:
    """Return the lines that open private data, by its method or round it."""
    lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "reveal"]
    lines += [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "_value"]
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in ("reveal", "_value")]
    return lines + [node.lineno for node in texts]


def drawing(tree: ast.AST) -> dict[str, list[int]]:
    """Return the lines that use each source of randomness."""
    found: dict[str, list[int]] = {}
    for name, line in imports(tree):
        root = name.split(".")[0]
        for source in ("secrets", "randomgen", "random"):
            if root == source:
                found.setdefault(source, []).append(line)
        if name.startswith("numpy.random"):
            found.setdefault("numpy.random", []).append(line)
    for call in calls(tree):
        name = named(call.func)
        if name.startswith(("np.random.", "numpy.random.")):
            found.setdefault("numpy.random", []).append(call.lineno)
        if name in (
            "os.urandom",
            "os.getrandom",
            "uuid.uuid4",
            "uuid4",
            "torch.manual_seed",
            "torch.seed",
            "np.random.seed",
        ):
            found.setdefault(name, []).append(call.lineno)
    return found


def pickling(tree: ast.AST) -> list[str]:
    """Return what would run code from a file."""
    found = [f"{name}:{line}" for name, line in imports(tree) if name.split(".")[0] in PICKLES]
    for call in calls(tree):
        name = named(call.func)
        loose = {word.arg: word.value for word in call.keywords}
        if name.endswith(("to_pickle", "read_pickle", "torch.load", "torch.save")) or name in (
            "eval",
            "exec",
            "__import__",
        ):
            found.append(f"{name}:{call.lineno}")
        if name.endswith("yaml.load") or (
            isinstance(loose.get("allow_pickle"), ast.Constant) and loose["allow_pickle"].value
        ):  # type: ignore[attr-defined]
            found.append(f"{name}:{call.lineno}")
    return found


def printing(tree: ast.AST) -> list[int]:
    return [
        call.lineno
        for call in calls(tree)
        if named(call.func) in ("print", "pprint", "breakpoint", "logging.basicConfig")
    ]


def test_private_data_is_revealed_in_a_few_modules_only() -> None:
    found = {path: lines for path, tree in trees().items() if (lines := revealing(tree))}
    found.pop("privacy.py")  # where the wrapper is written
    outside = {path: lines for path, lines in found.items() if not within(path, MAY_REVEAL)}
    assert outside == {}


def test_generators_never_see_rows() -> None:
    seen = {
        path: revealing(tree)
        for path, tree in trees().items()
        if path.startswith("generators/") and "ctgan" not in path and "baselines" not in path
    }
    assert len(seen) >= 5
    assert {path for path, lines in seen.items() if lines} == set()


def test_randomness_is_drawn_where_it_may_be() -> None:
    for path, tree in trees().items():
        for source, lines in drawing(tree).items():
            assert within(path, MAY_DRAW.get(source, ())), f"{path} uses {source} at lines {lines}"


def test_the_noise_knows_no_other_randomness_than_that_of_the_operating_system() -> None:
    tree = trees()["noise.py"]
    assert set(drawing(tree)) == {"secrets", "randomgen", "numpy.random"}
    made = [call for call in calls(tree) if "Generator" in named(call.func) or named(call.func) == "ChaCha"]
    keyed = [call for call in made if "token_bytes" not in ast.dump(call)]
    assert len(made) == 4
    assert all("rounds', value=Constant(value=20" in ast.dump(call) for call in made)
    (function,) = (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "secret_uniform"
    )
    assert keyed == [call for call in calls(function) if call in keyed]  # from a key that `unit_key` drew
    assert all("id='key'" in ast.dump(call) for call in keyed)


def test_generators_make_random_numbers_for_sampling_only() -> None:
    for path, tree in trees().items():
        if not path.startswith("generators/"):
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and any(
                "random.default_rng" in named(call.func) for call in calls(function)
            ):
                assert function.name in SAMPLERS.get(path, set()), f"{path}: {function.name} draws"


def test_torch_draws_from_generators_of_its_own_and_from_no_global_one() -> None:
    drawn = 0
    for path, tree in trees().items():
        for call in calls(tree):
            name = named(call.func)
            if name.startswith("torch.") and name.split(".")[-1] in TORCH_DRAWS:
                assert "generator" in {word.arg for word in call.keywords}, f"{path}:{call.lineno}"
                drawn += 1
            assert not name.endswith(("Dropout", "set_rng_state")), f"{path}:{call.lineno}"
    assert drawn >= 4


def test_private_rows_get_their_secrets_in_one_place() -> None:
    users = {path for path, tree in trees().items() for name, _ in imports(tree) if name.endswith("secret_uniform")}
    assert users == {"generators/ctgan_rows.py"}
    asked = [call for call in calls(trees()["generators/ctgan_training.py"]) if named(call.func) == "noise.unit_key"]
    assert len(asked) == 1
    assert "self" in ast.dump(asked[0])  # its purpose names the step, so that each has a key of its own
    assert "done" in ast.dump(asked[0])


def test_a_fit_takes_no_seed() -> None:
    names = {
        "run",
        "calibrate",
        "execute",
        "fit",
        "measure",
        "thresholded",
        "unit_key",
        "measure_marginals",
        "derive_paid",
        "encode",
        "reserve",
    }
    seen = set()
    for path, tree in trees().items():
        if path.startswith("quality/"):
            continue
        for node in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name in names):
            if (path, node.name) != ("pipeline.py", "run"):
                taken = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
                assert not taken & {"seed", "rng", "random_state"}, f"{path}: {node.name}"
                seen.add(node.name)
    assert seen == names


def test_the_seed_of_a_run_reaches_sampling_alone() -> None:
    run = next(
        node for node in ast.walk(trees()["pipeline.py"]) if isinstance(node, ast.FunctionDef) and node.name == "run"
    )
    takers = {named(call.func) for call in calls(run) if "seed" in ast.dump(call) and named(call.func)}
    assert takers == {"write_release"}


def test_nothing_is_pickled_or_evaluated() -> None:
    assert {path: found for path, tree in trees().items() if (found := pickling(tree))} == {}


def test_nothing_is_printed_but_by_the_terminal_module() -> None:
    assert {path: lines for path, tree in trees().items() if (lines := printing(tree))} == {}


def test_messages_carry_no_text_of_an_error_that_a_reader_raised() -> None:
    """DuckDB, pyarrow and the decoders quote cells: a message of ours names the type of such an error at most."""
    bad = []
    for path, tree in trees().items():
        if not path.startswith(("table/", "generators/", "derive", "fitting", "noise")):
            continue
        for handler in (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name):
            for text in (node for node in ast.walk(handler) if isinstance(node, ast.FormattedValue)):
                if named(text.value) == handler.name or (
                    isinstance(text.value, ast.Call) and named(text.value.func) == "str"
                ):
                    bad.append(f"{path}:{text.lineno}")
    assert bad == []


def test_nothing_is_logged_or_warned_from_where_cells_are_read() -> None:
    for path, tree in trees().items():
        if path.startswith(("table/", "generators/", "noise", "derive")):
            assert not {name.split(".")[0] for name, _ in imports(tree)} & {"logging", "rich"}, path
            assert not [call.lineno for call in calls(tree) if named(call.func).endswith("warn")], path


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (revealing, "rows = private.reveal()"),
        (revealing, "look = Private.reveal"),
        (revealing, "rows = private._value"),
        (revealing, "rows = getattr(private, 'reveal')()"),
        (drawing, "import random"),
        (drawing, "from numpy.random import default_rng"),
        (drawing, "x = np.random.normal()"),
        (drawing, "key = os.urandom(8)"),
        (pickling, "import pickle"),
        (pickling, "def f():\n    from joblib import load"),
        (pickling, "a = np.load(path, allow_pickle=True)"),
        (pickling, "m = torch.load(path)"),
        (pickling, "d = yaml.load(text)"),
        (printing, "print(rows)"),
    ],
)
def test_a_planted_line_is_found(found: object, text: str) -> None:
    assert found(ast.parse(text))  # type: ignore[operator]
