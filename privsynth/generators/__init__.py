"""Floor 3: generators. Each is one file with a recipe, a claim and a deed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.errors import UsageError
from privsynth.generators.base import Config, Mechanism, Model, Rows
from privsynth.generators.copula import CopulaConfig

GENERATORS: dict[str, type[CopulaConfig]] = {"copula": CopulaConfig}
AUTO = "copula"


def make_config(name: str, options: Mapping[str, Any] | None = None) -> Config:
    """Return the recipe of a generator by name.

    Raises:
        UsageError: there is no such generator.
    """
    chosen = AUTO if name == "auto" else name
    if chosen not in GENERATORS:
        raise UsageError(f"There is no generator {name!r}. Use one of: auto, {', '.join(GENERATORS)}.")
    return GENERATORS[chosen](**(options or {}))


__all__ = ["AUTO", "GENERATORS", "Config", "Mechanism", "Model", "Rows", "make_config"]
