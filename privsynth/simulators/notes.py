"""Free-text notes of the simulated stays; a third of them name the patient, as real ones do."""

from __future__ import annotations

from typing import Final

import numpy as np

from privsynth.simulators.patients import Texts, blank

OPENINGS: Final = (
    "Admitted with {phrase}.",
    "Treated for {phrase}.",
    "Known {phrase}, stable.",
    "Seen for {phrase}.",
)
MIDDLES: Final = (
    "Course without complications.",
    "Fever on day two, settled.",
    "Medication adjusted.",
    "Mobilised with physiotherapy.",
    "Awaiting transport home.",
    "Pain controlled.",
    "Family informed.",
)
PLAIN: Final = ("Follow-up in 2 weeks.", "Discharge letter sent.", "", "To see the family doctor.")
NAMING: Final = (
    "{title} {last} was informed about the plan.",
    "Spoke with {first} {last} about the findings.",
    "{first} asks for a call at {phone}.",
    "{title} {last} lives alone, {street}.",
    "Seen with the spouse of {first} {last} by Dr. {doctor}.",
)


def write_notes(rng: np.random.Generator, people: dict[str, Texts], phrase: Texts) -> Texts:
    """Write one note a stay.

    Args:
        rng: The simulator's generator.
        people: `first_name`, `last_name`, `sex`, `phone` and `street_address` of each stay, object[n].
        phrase: The diagnosis in words, object[n].

    Returns:
        object[n], None for about one in ten.
    """
    size = len(phrase)
    picks = rng.integers(1 << 30, size=(4, size))
    named = rng.random(size) < 0.35
    doctors = rng.permutation(people["last_name"])
    notes = []
    for row in range(size):
        ending = (NAMING if named[row] else PLAIN)[picks[2, row] % (len(NAMING) if named[row] else len(PLAIN))]
        note = " ".join((OPENINGS[picks[0, row] % len(OPENINGS)], MIDDLES[picks[1, row] % len(MIDDLES)], ending))
        notes.append(
            note.format(
                phrase=phrase[row],
                title="Ms." if people["sex"][row] == "F" else "Mr.",
                first=people["first_name"][row],
                last=people["last_name"][row],
                phone=people["phone"][row] or "the ward",
                street=people["street_address"][row],
                doctor=doctors[row],
            ).strip()
        )
    return blank(np.array(notes, dtype=object), rng.random(size) < 0.1)
