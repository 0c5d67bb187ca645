"""Tables in HDF5 and NetCDF-4 files, as Arrow tables: altimetry products such as ATL06.

The datasets of one dimension in a group are the columns of its table. Values that the file
declares as missing become nulls, packed ones are unpacked, and all others keep their values.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

try:
    import h5py
    import pyarrow as pa
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"mortie.hdf5 needs h5py and pyarrow ({_error}): pip install 'mortie[hdf5]'",
        name=_error.name,
    ) from _error

__all__ = ["Source", "read"]

BATCH_ROWS = 1 << 17
CACHE = 16 << 20  # bytes of unpacked chunks that h5py keeps for each dataset
TOLD = ("units", "long_name")  # attributes that become metadata of fields
LACKS = ("_FillValue", "missing_value")
# All attributes that count.
KNOWN = {
    *(*TOLD, *LACKS, "NAME", "_Unsigned", "valid_min", "valid_max", "valid_range"),
    *("scale_factor", "add_offset"),
}
SOURCES = ("file", "group")  # columns that say where a row is from


def read(
    path: str | os.PathLike[str], group: str = "/", *, columns: Sequence[str] | None = None
) -> pa.Table:
    """Read the table in a group of an HDF5 or NetCDF-4 file, or in several groups.

    Parameters
    ----------
    path : str or path-like
        The file.
    group : str, default "/"
        The group, or a pattern such as ``"gt*/land_ice_segments"``: the rows of
        all groups that match follow each other.
    columns : sequence of str, optional
        The datasets to read, by their paths below the group, such as
        ``"h_li"`` or ``"dem/dem_h"``. By default those are read that lie in the
        group itself and have one dimension.

    Returns
    -------
    pyarrow.Table
        A column for each dataset, and the columns ``file`` and ``group``. Integers,
        floats, booleans and text keep their types; the metadata of the fields
        have ``units`` and ``long_name``, and ``enum``, the names of values, as JSON.
        Nulls are values that equal ``_FillValue`` or ``missing_value``, or lie
        outside ``valid_min``, ``valid_max`` or ``valid_range``. Where there is a
        ``scale_factor`` or ``add_offset`` the values are unpacked to float64.

    Raises
    ------
    OSError
        If the file can't be read, is damaged or no HDF5 file: one line that names
        it.
    ValueError
        If no group matches, the datasets of a table have different lengths, two
        groups differ in columns, types or units, or a dataset of `columns` is
        missing or has values that no column can hold.
    ImportError
        At import, if h5py or pyarrow is missing.

    Warns
    -----
    UserWarning
        If, without `columns`, datasets are left out: those of another length or
        of more dimensions, compound ones, and those in other files.

    See Also
    --------
    Source : reads in batches, for files that don't fit into memory.

    Examples
    --------
    >>> import h5py, mortie.hdf5, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "ATL06.h5")
    ...     with h5py.File(path, "w") as file:
    ...         heights = file.create_dataset("gt1l/land_ice_segments/h_li", data=[12.5, 3e38])
    ...         heights.attrs["_FillValue"] = 3e38
    ...     table = mortie.hdf5.read(path, "gt*/land_ice_segments")
    >>> table["h_li"].to_pylist(), table["group"][0].as_py()
    ([12.5, None], 'gt1l/land_ice_segments')
    """
    with contextlib.closing(Source(path, group, columns)) as source:
        return pa.Table.from_batches(source.batches(), source.schema)


class Source:
    """The table in a group of a file, read batch by batch; `close` it in the end.

    Parameters
    ----------
    path, group, columns
        As for `read`.
    say : callable, default warnings.warn
        Is called with a text about what is left out.

    Attributes
    ----------
    schema : pyarrow.Schema
        The columns.
    rows : int
        How many rows there are.

    Raises
    ------
    OSError, ValueError
        As `read` does.

    Examples
    --------
    >>> import h5py, mortie.hdf5, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "points.h5")
    ...     with h5py.File(path, "w") as file:
    ...         file["height"] = range(300_000)
    ...     source = mortie.hdf5.Source(path)
    ...     sizes = [batch.num_rows for batch in source.batches()]
    ...     source.close()
    >>> sizes
    [131072, 131072, 37856]
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        group: str = "/",
        columns: Sequence[str] | None = None,
        say: Callable[[str], object] = warnings.warn,
    ) -> None:
        self.path = os.fspath(path)
        with self._errors("", "it is damaged, or no HDF5 file"):
            self._file = h5py.File(self.path, "r", rdcc_nbytes=CACHE)
        try:
            self._parts = self._tables(group, columns, say)
        except BaseException:
            self.close()
            raise
        first = self._parts[0]
        self.rows = sum(part.rows for part in self._parts)
        names = pa.dictionary(pa.int32(), pa.string())
        self.schema = pa.schema(
            [column.field for column in first.columns] + [pa.field(name, names) for name in SOURCES]
        )

    def batches(self, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows of all columns, or of some; at most 131,072 at once, or one chunk."""
        kept = [name for name in self.schema.names if columns is None or name in columns]
        schema = pa.schema([self.schema.field(name) for name in kept])
        groups = [part.name for part in self._parts]
        for number, part in enumerate(self._parts):
            reads = [column for column in part.columns if column.field.name in kept]
            step = _rows_at_once(reads)
            for begin in range(0, part.rows, step):
                end = min(begin + step, part.rows)
                arrays = {
                    "file": _repeated(0, end - begin, [self.path]),
                    "group": _repeated(number, end - begin, groups),
                }
                for column in reads:
                    name = _below(part.name, column.field.name)
                    with self._errors(f"{name}: ", "it can't be read"):
                        raw = column.dataset[begin:end]
                    arrays[column.field.name] = self._array(column, raw, name)
                yield pa.record_batch([arrays[name] for name in kept], schema=schema)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _tables(
        self, group: str, columns: Sequence[str] | None, say: Callable[[str], object]
    ) -> list[_Part]:
        """Find the tables in the groups, and see that they are alike."""
        with self._errors("", "its contents can't be listed"):
            groups = list(_matches(self._file, [part for part in group.split("/") if part]))
            if not groups:
                held = ", ".join(list(self._file)[:9]) or "nothing"
                raise ValueError(f"{self.path}: no group matches {group!r}; the file holds {held}")
            parts = [self._part(name, found, columns, say) for name, found in groups]
        first = parts[0]
        for part in parts[1:]:
            mine, others = (
                {column.field.name: column for column in each.columns} for each in (part, first)
            )
            for name in mine.keys() ^ others.keys():
                has, lacks = (part, first) if name in mine else (first, part)
                raise ValueError(
                    f"{self.path}: {has.name} has a column {name!r}, and {lacks.name} has none"
                )
            for name, column in mine.items():
                for what, one, other in (
                    ("type", column.field.type, others[name].field.type),
                    *(
                        (key, *(_told(each.field, key) for each in (column, others[name])))
                        for key in ("units", "enum")
                    ),
                ):
                    if one != other:
                        raise ValueError(
                            f"{self.path}: {name!r} has the {what} {one} in {part.name}, and "
                            f"{other} in {first.name}"
                        )
        return parts

    def _part(
        self,
        name: str,
        group: h5py.Group,
        columns: Sequence[str] | None,
        say: Callable[[str], object],
    ) -> _Part:
        """Find the columns in a group."""
        found, left_out = [], []
        for each in group if columns is None else columns:
            try:
                column = _column(group, each)
            except ValueError as error:
                if columns is not None:
                    raise ValueError(f"{self.path}: {_below(name, each)} {error}") from None
                left_out.append(f"{each} ({error})")
            else:
                found += [column] if column else []
        lengths = Counter(len(column.dataset) for column in found)
        if not lengths:
            groups = [key for key in group if group.get(key, getclass=True) is h5py.Group]
            more = f"; its groups are {', '.join(groups[:9])}" if groups else ""
            raise ValueError(f"{self.path}: {name} has no dataset of one dimension{more}")
        [(rows, count), *_] = lengths.most_common()
        if len(lengths) > 1 and (columns is not None or count <= len(found) / 2):
            sizes = ", ".join(f"{each.field.name} {len(each.dataset):,}" for each in found[:9])
            raise ValueError(f"{self.path}: the datasets in {name} have different lengths: {sizes}")
        left_out += [
            f"{each.field.name} (it has {len(each.dataset):,} values, others {rows:,})"
            for each in found
            if len(each.dataset) != rows
        ]
        found = [each for each in found if len(each.dataset) == rows]
        for each in found:
            if each.field.name in SOURCES:
                raise ValueError(
                    f"{self.path}: {name} has a dataset {each.field.name!r}, which is the name of "
                    "the column that says where rows are from: choose others as columns"
                )
        if left_out:
            say(f"{self.path}: left out of {name}: {', '.join(left_out)}")
        return _Part(name, rows, found)

    def _array(self, column: _Column, raw: Any, name: str) -> pa.Array:
        """Make an Arrow array of values as they are in the file."""
        kind = column.field.type
        if pa.types.is_string(kind):
            try:
                text = [each.decode() if isinstance(each, bytes) else each for each in raw]
            except UnicodeDecodeError as error:
                raise ValueError(f"{self.path}: {name}: text that is not UTF-8: {error}") from None
            return pa.array([None if each in column.missing else each for each in text], kind)
        values = raw.view(column.seen).astype(column.seen.newbyteorder("="), copy=False)
        missing = None
        for lack in column.missing:
            gaps = np.isnan(values) if lack != lack else values == lack
            missing = gaps if missing is None else missing | gaps
        if column.low is not None:
            missing = _either(missing, values < column.low)
        if column.high is not None:
            missing = _either(missing, values > column.high)
        if column.packing is not None:
            scale, offset = column.packing
            values = values * scale + offset
        return pa.array(values, kind, mask=missing if missing is None or missing.any() else None)

    @contextlib.contextmanager
    def _errors(self, where: str, what: str) -> Iterator[None]:
        """Turn errors of HDF5 into one line that names the file."""
        try:
            yield
        except (OSError, RuntimeError, KeyError, TypeError, UnicodeDecodeError) as error:
            number = getattr(error, "errno", None)
            if isinstance(error, OSError) and number:
                raise OSError(number, os.strerror(number), self.path) from None
            why = " ".join(str(error.args[0] if error.args else error).split())
            raise OSError(f"{self.path}: {where}{what}: {why}") from error


class _Column(NamedTuple):
    """A dataset, and what its attributes say of its values."""

    field: pa.Field
    dataset: h5py.Dataset
    seen: np.dtype  # as which the values are meant
    missing: tuple[Any, ...]
    low: Any
    high: Any
    packing: tuple[float, float] | None


class _Part(NamedTuple):
    """The table in one group."""

    name: str
    rows: int
    columns: list[_Column]


def _matches(group: h5py.Group, parts: list[str], name: str = "") -> Iterator[tuple[str, Any]]:
    """Find the groups below that match a pattern, with their names."""
    if not parts:
        yield name or "/", group
        return
    for key in group:
        if isinstance(key, bytes):  # which is not UTF-8, so that no pattern can name it
            continue
        if fnmatch.fnmatchcase(key, parts[0]) and group.get(key, getclass=True) is h5py.Group:
            yield from _matches(group[key], parts[1:], f"{name}/{key}".lstrip("/"))


def _below(group: str, name: str) -> str:
    return f"{group.rstrip('/')}/{name}"


def _column(group: h5py.Group, name: str) -> _Column | None:
    """Read what a dataset is, None for groups; a ValueError says why it can be no column."""
    if isinstance(name, bytes):
        raise ValueError("has a name that is not UTF-8")
    link = group.get(name, getlink=True)
    if link is None:
        raise ValueError("is missing")
    if isinstance(link, h5py.ExternalLink):
        raise ValueError("lies in another file")
    if isinstance(link, h5py.SoftLink) and group.get(link.path) is None:
        raise ValueError("leads nowhere")
    dataset = group[name]
    if isinstance(dataset, h5py.Group):
        return None
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise ValueError("has no values")
    try:
        seen = dataset.dtype
    except TypeError as error:
        raise ValueError(f"has values of a type unknown to NumPy: {error}") from None
    held = dataset.attrs
    attributes = {key: held[key] for key in KNOWN.intersection(held)}
    if _text(attributes.get("NAME", "")).startswith("This is a netCDF dimension but not"):
        return None
    if dataset.ndim != 1:
        raise ValueError(f"has {dataset.ndim} dimensions")
    if dataset.external:
        raise ValueError("has its values in another file")
    told = {key: _text(attributes[key]) for key in TOLD if key in attributes}
    names = h5py.check_enum_dtype(seen)
    if names is not None:
        told["enum"] = json.dumps({key: int(value) for key, value in names.items()})
    if h5py.check_string_dtype(seen) is not None:
        lacks = tuple(_text(value) for value in _values(attributes, *LACKS))
        return _Column(_field(name, pa.string(), told), dataset, seen, lacks, None, None, None)
    if seen.kind not in "iufb" or seen.itemsize > 8:
        kind = "compound values" if seen.names else f"values of type {seen}"
        raise ValueError(f"has {kind}")
    if seen.kind == "i" and _text(attributes.get("_Unsigned", "")).lower() == "true":
        seen = np.dtype(f"{seen.byteorder}u{seen.itemsize}")
    elif seen.kind != "b":
        seen = np.dtype(seen.str)  # without the names of an enum
    low, high = _limits(attributes, seen)
    lacks = tuple(_like(value, seen, key) for key in LACKS for value in _values(attributes, key))
    packing = tuple(
        float(next(iter(_values(attributes, key)), default))
        for key, default in (("scale_factor", 1), ("add_offset", 0))
    )
    packed = packing != (1.0, 0.0)
    return _Column(
        _field(name, pa.float64() if packed else pa.from_numpy_dtype(seen.newbyteorder("=")), told),
        dataset,
        seen,
        tuple(each for each in lacks if each is not None),
        low,
        high,
        (packing[0], packing[1]) if packed else None,
    )


def _field(name: str, kind: pa.DataType, told: dict[str, str]) -> pa.Field:
    return pa.field(name, kind, metadata=told or None)


def _told(field: pa.Field, key: str) -> str | None:
    value = (field.metadata or {}).get(key.encode())
    return None if value is None else value.decode()


def _text(value: Any) -> str:
    """Give an attribute as text."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _values(attributes: Any, *names: str) -> list[Any]:
    """Give the values of attributes, in one list."""
    return [v for name in names if name in attributes for v in np.ravel(attributes[name])]


def _number(value: Any, name: str) -> Any:
    """Give the number that an attribute is; some files write it as text."""
    if isinstance(value, (str, bytes)):
        try:
            return float(value)
        except ValueError:
            raise ValueError(f"has an attribute {name} that is no number: {value!r}") from None
    return value


def _like(value: Any, kind: np.dtype, name: str) -> Any:
    """Give the value of an attribute in the type of the data, None if there is no such value."""
    value = _number(value, name)
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return kind.type(value)
    if kind.kind == "u" and isinstance(value, np.signedinteger) and value.itemsize == kind.itemsize:
        value = value.view(kind.newbyteorder("="))  # where _Unsigned says what the bits mean
    if not np.isfinite(value) or int(value) != value:
        return None
    ends = np.iinfo(kind) if kind.kind in "iu" else None
    low, high = (ends.min, ends.max) if ends else (0, 1)
    return kind.type(int(value)) if low <= int(value) <= high else None


def _limits(attributes: Any, kind: np.dtype) -> tuple[Any, Any]:
    """Give the least and the greatest valid value, None where any is valid."""
    both = _values(attributes, "valid_range")
    if len(both) not in (0, 2):
        raise ValueError(f"has a valid_range of {len(both)} numbers")
    limits = []
    for name, given in (
        ("valid_min", _values(attributes, "valid_min") + both[:1]),
        ("valid_max", _values(attributes, "valid_max") + both[1:]),
    ):
        for value in given[:1]:
            limit = _like(value, kind, name)
            if limit is None:
                raise ValueError(f"has a {name} of {value}, which is no {kind.name}")
            limits.append(limit)
        if not given:
            limits.append(None)
    return limits[0], limits[1]


def _either(missing: Any, more: Any) -> Any:
    return more if missing is None else missing | more


def _repeated(place: int, count: int, texts: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(np.full(count, place, np.int32)), pa.array(texts, pa.string())
    )


def _rows_at_once(columns: list[_Column]) -> int:
    """Give a number of rows that takes whole chunks, which are unpacked once."""
    chunk = max((column.dataset.chunks or (1,))[0] for column in columns) if columns else 1
    return max(BATCH_ROWS // chunk, 1) * chunk if chunk <= 32 * BATCH_ROWS else BATCH_ROWS
