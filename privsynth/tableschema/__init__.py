"""Floor 0: what is public about a table."""

from privsynth.tableschema.declare import read_declaration, schema_from_declaration
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.io import dump_schema, read_schema, schema_from_document, schema_to_document
from privsynth.tableschema.model import Field, Schema, canonical_label

__all__ = [
    "Domain",
    "Field",
    "Schema",
    "canonical_label",
    "dump_schema",
    "read_declaration",
    "read_schema",
    "schema_from_declaration",
    "schema_from_document",
    "schema_to_document",
]
