"""privsynth: a sensitive table in, a shareable table with a stated guarantee out."""

__version__ = "0.1.0"
