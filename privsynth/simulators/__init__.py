"""A simulated hospital table and its ready-made schema: nobody in it exists.

Example:
    >>> from privsynth.simulators import hospital_admissions
    >>> hospital_admissions(100, seed=1).shape
    (100, 30)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from privsynth.simulators.hospital import hospital_admissions

HOSPITAL_SCHEMA_PATH: Final = Path(__file__).with_name("hospital_admissions.yaml")
"""The declared schema of `hospital_admissions`: public medical ranges and code lists, nothing read from rows."""

__all__ = ["HOSPITAL_SCHEMA_PATH", "hospital_admissions"]
