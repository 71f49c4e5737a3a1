"""privsynth: a sensitive table in, a shareable table with a stated guarantee out.

Every command of the command line is a function here, of the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from privsynth.datasheet import card
    from privsynth.error_bars import error_bar, noise_rows
    from privsynth.errors import (
        ArtifactError,
        BudgetError,
        LeakFound,
        PrivsynthError,
        ResourceError,
        SchemaError,
        UsageError,
    )
    from privsynth.generators.fitted import Fitted, load_model
    from privsynth.ledger import Ledger
    from privsynth.pipeline import (
        audit,
        certify,
        check,
        curate,
        demo,
        drift,
        evaluate,
        fit,
        mock,
        plan_fit,
        run,
        sample,
        scan,
        schema,
        shadow_audit,
        split,
        verify,
    )
    from privsynth.privacy import Budget, Guarantee, Unit
    from privsynth.table.engines_opening import engine_table
    from privsynth.tableschema import read_schema

_HOMES = {
    "privsynth.error_bars": ("error_bar", "noise_rows"),
    "privsynth.datasheet": ("card",),
    "privsynth.errors": (
        "ArtifactError",
        "BudgetError",
        "LeakFound",
        "PrivsynthError",
        "ResourceError",
        "SchemaError",
        "UsageError",
    ),
    "privsynth.generators.fitted": ("Fitted", "load_model"),
    "privsynth.ledger": ("Ledger",),
    "privsynth.pipeline": (
        "audit",
        "certify",
        "check",
        "curate",
        "demo",
        "drift",
        "evaluate",
        "fit",
        "mock",
        "plan_fit",
        "run",
        "sample",
        "scan",
        "schema",
        "shadow_audit",
        "split",
        "verify",
    ),
    "privsynth.privacy": ("Budget", "Guarantee", "Unit"),
    "privsynth.table.engines_opening": ("engine_table",),
    "privsynth.tableschema": ("read_schema",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ArtifactError",
    "Budget",
    "BudgetError",
    "Fitted",
    "Guarantee",
    "LeakFound",
    "Ledger",
    "PrivsynthError",
    "ResourceError",
    "SchemaError",
    "Unit",
    "UsageError",
    "__version__",
    "audit",
    "card",
    "certify",
    "check",
    "curate",
    "demo",
    "drift",
    "engine_table",
    "error_bar",
    "evaluate",
    "fit",
    "load_model",
    "mock",
    "noise_rows",
    "plan_fit",
    "read_schema",
    "run",
    "sample",
    "scan",
    "schema",
    "shadow_audit",
    "split",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command line starts quickly."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
