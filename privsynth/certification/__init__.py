"""What our own generators give away at least: attacks on toy tables whose every answer is known.

`bounds` and `ceilings` are statistics; `toys`, `worlds`, `gradient_worlds`, `gradient_canaries` and `sampler` are the attacks; `judging`
and `result` say what they found; `run` does all of it.
"""

from __future__ import annotations

from privsynth.certification.result import FORMAT, Attack, CertifyResult, Loss, Twin

__all__ = ["FORMAT", "Attack", "CertifyResult", "Loss", "Twin"]
