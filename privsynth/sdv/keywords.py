"""Constructor keywords of SDV's synthesizers: those that can be honoured, and what to do instead of the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.errors import UsageError

# Keyword -> (the values that ask for nothing else than what is done anyway, what to do instead).
_DONE: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "enforce_min_max_values": (
        (True,),
        "Values stay within the bounds of the schema, and the extremes of the table are never used. Leave it out, and give wider "
        "bounds with `declare=` where you need them.",
    ),
    "enforce_rounding": (
        (True,),
        "Numbers are written with the decimals of the schema. Leave it out, and give `decimals` with `declare=` where you need more.",
    ),
    "numerical_distributions": (
        (None, {}),
        "Marginals are measured and not fitted by a family. Leave it out.",
    ),
    "default_distribution": ((None,), "Marginals are measured and not fitted by a family. Leave it out."),
    "enable_gpu": ((True,), "Leave it out; which devices are visible is a matter of the environment."),
}
_NETWORK = (
    "batch_size",
    "compress_dims",
    "decompress_dims",
    "discriminator_decay",
    "discriminator_dim",
    "discriminator_lr",
    "discriminator_steps",
    "embedding_dim",
    "epochs",
    "generator_decay",
    "generator_dim",
    "generator_lr",
    "l2scale",
    "log_frequency",
    "loss_factor",
    "pac",
)
ABSENT = (
    "auto_assign_transformers",
    "fit_processed_data",
    "get_learned_distributions",
    "get_loss_values",
    "get_loss_values_plot",
    "get_transformers",
    "preprocess",
    "update_transformers",
)
_STEPS = "Under a budget the steps, the batch and the networks follow from epsilon and the schema. Leave it out."


def check_keywords(synthesizer: str, given: Mapping[str, Any]) -> None:
    """Refuse keywords of SDV that cannot be honoured.

    Args:
        synthesizer: Name of the class, for the message.
        given: Keyword -> value.

    Raises:
        UsageError: naming the keyword and what to do.
    """
    for name, value in given.items():
        if name not in _DONE and name not in _NETWORK:
            raise UsageError(
                f"{synthesizer} has no keyword `{name}`. It takes: epsilon, delta, unit, max_rows, declare, declared_types, "
                f"declared_ranges, target, focus, ledger, dataset, locales, verbose, and of SDV's own {', '.join(_DONE)}."
            )
        allowed, instead = _DONE.get(name, ((), _STEPS))
        if not any(value is each or (type(value) is type(each) and value == each) for each in allowed):
            raise UsageError(f"{synthesizer} cannot honour SDV's keyword `{name}` with this value. {instead}")


def check_batches(max_tries_per_batch: Any, batch_size: Any) -> None:
    """Refuse numbers of tries and rows that are none.

    Raises:
        UsageError: naming the argument.
    """
    for name, value in (("max_tries_per_batch", max_tries_per_batch), ("batch_size", batch_size)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise UsageError(f"`{name}` is {value!r}. Give a whole number, 1 or more, or leave it out.")
