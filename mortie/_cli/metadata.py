"""What tables say about themselves, when several are put together or get other rows."""

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from mortie._cli.columns import some
from mortie._cli.errors import CommandError, Say

APART = "give a folder for the output, NAME/, to keep the files apart"


def together(paths: list[str], schemas: list[pa.Schema], same_rows: bool, say: Say) -> pa.Schema:
    """Give what all of several tables say of columns and of themselves, or refuse to join them.

    `same_rows` says whether the rows are those of the only table; `say` hears what is left out.
    """
    first = schemas[0]
    fields = list(first)
    for path, schema in zip(paths, schemas, strict=True):
        if (schema.names, schema.types) != (first.names, first.types):
            raise differ(path, schema, paths[0], first)
        for i, field in enumerate(schema):
            if said(field) != said(fields[i]):
                raise CommandError(
                    f"{path} says other things of column {field.name!r} than {paths[0]}, "
                    f"{said(field)} and not {said(fields[i])}: {APART}"
                )
            fields[i] = fields[i].with_nullable(fields[i].nullable or field.nullable)
    metas = [whole(schema.metadata or {}, same_rows) for schema in schemas]
    for path, meta in zip(paths, metas, strict=True):
        if meta.get(b"geo") != metas[0].get(b"geo"):
            raise CommandError(f"{path} has other GeoParquet metadata than {paths[0]}: {APART}")
    kept = {
        key: value for key, value in metas[0].items() if all(m.get(key) == value for m in metas)
    }
    if lost := sorted(
        {key.decode(errors="replace") for meta in metas for key in meta.keys() - kept}
    ):
        say(f"left out metadata that differs from file to file: {some(lost)}")
    return pa.schema(fields, kept or None)


def differ(path: str, schema: pa.Schema, other: str, first: pa.Schema) -> CommandError:
    """Give the error for tables whose columns differ."""
    one, two = (some([f"{field.name} ({field.type})" for field in s]) for s in (schema, first))
    return CommandError(f"{path} has other columns than {other}, {one} and not {two}: {APART}")


def said(field: pa.Field) -> dict[bytes, bytes]:
    """Give what a table says of a column, but for the numbers that Parquet gives to each."""
    return {k: v for k, v in (field.metadata or {}).items() if not k.startswith(b"PARQUET:")}


def whole(metadata: dict[bytes, bytes], same_rows: bool) -> dict[bytes, bytes]:
    """Leave out what holds of the rows of one table alone."""
    if same_rows:
        return metadata
    return edited(edited(metadata, b"geo", forget_extents), b"pandas", forget_range)


def forget_extents(geo: dict[str, Any]) -> None:
    """Leave out boxes and kinds of geometries, which GeoParquet need not have (1.1, "Columns")."""
    for column in geo["columns"].values():
        column.pop("bbox", None)
        column["geometry_types"] = []


def forget_range(about: dict[str, Any]) -> None:
    """Leave out the numbers of rows, and which version of pandas wrote them."""
    about["index_columns"] = [name for name in about["index_columns"] if isinstance(name, str)]
    about.pop("pandas_version", None)
    about.pop("creator", None)


def replaced(schema: pa.Schema, name: str) -> pa.Schema:
    """Note for pandas that a column holds integers now."""

    def change(about):
        for column in about["columns"]:
            if column["field_name"] == name:
                column |= {"pandas_type": "int64", "numpy_type": "int64", "metadata": None}

    return schema.with_metadata(edited(schema.metadata or {}, b"pandas", change))


def edited(
    metadata: dict[bytes, bytes], key: bytes, change: Callable[[Any], None]
) -> dict[bytes, bytes]:
    """Change what a key holds as JSON, unless it is not what it should be."""
    try:
        about = json.loads(metadata[key])
        change(about)
    except (ValueError, TypeError, KeyError, AttributeError):  # written by whoever, or by no one
        return metadata
    return metadata | {key: json.dumps(about, sort_keys=True).encode()}
