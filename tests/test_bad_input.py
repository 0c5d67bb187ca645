"""Wrong input and what it leads to: tables whose lines are run; docs/bad-input.md shows them.

``pytest tests/test_bad_input.py --write-table`` writes them anew. In an expected text, … stands for
what depends on the version of Python or of a package.
"""

import builtins
import importlib
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import mortie
import mortie.cells
from mortie import tools

pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
import pyarrow.parquet as pq

PAGE = Path(__file__).parents[1] / "docs" / "bad-input.md"
END = "<!-- end -->\n"

LAT = "latitude must lie in -90 to 90 degrees, not "
LON = "longitude must be a finite number of degrees, not "
NO_INDEX = (
    "a Morton index has 1 to 19 digits, the first in 1-6 and the others in 1-4, and {} is none"
)
HIGH = "Max order is 18 (to output to 64-bit int): order must lie in 0-18, not "


def unsafe(name):
    return f"TypeError: ufunc '{name}' not supported for the input types, and the inputs could not…"


def count(name, least, given):
    return f"TypeError: {name}() takes from {least} to … positional arguments but {given} w… given"


SHAPES = "ValueError: operands could not be broadcast together with shapes …"
POINTS = "mortie.latlon2mort"
LONG = "mortie.nullable(mortie.latlon2mort)"
LOCATE = "mortie.Regions(([0, 1, 0], [1, 2, 3])).locate"

# What is called, what is wrong, the call, and the exception.
CALLS = [
    (POINTS, "order too high", "(19, 0.0, 0.0)", f"ValueError: {HIGH}19"),
    (POINTS, "order too low, one of several", "([3, -1], 0.0, 0.0)",
     "ValueError: order must lie in 0-18, not -1"),
    (POINTS, "latitude out of range", "(6, [10.0, 90.5], 0.0)", f"ValueError: {LAT}90.5"),
    (POINTS, "latitude NaN", "(6, np.nan, 0.0)", f"ValueError: {LAT}nan"),
    (POINTS, "latitude infinite", "(6, -np.inf, 0.0)", f"ValueError: {LAT}-inf"),
    (POINTS, "longitude NaN", "(6, 0.0, np.nan)", f"ValueError: {LON}nan"),
    (POINTS, "longitude infinite", "(6, 0.0, np.inf)", f"ValueError: {LON}inf"),
    (POINTS, "masked NaN (`mortie.nullable` takes it)",
     "(6, np.ma.masked_invalid([np.nan]), 0.0)", f"ValueError: {LAT}nan"),
    (POINTS, "order a float", "(6.0, 0.0, 0.0)", unsafe("latlon2mort")),
    (POINTS, "text", "(6, '10.5', 0.0)", unsafe("latlon2mort")),
    (POINTS, "None", "(6, None, 0.0)", unsafe("latlon2mort")),
    (POINTS, "None in a list", "(6, [10.5, None], 0.0)", unsafe("latlon2mort")),
    (POINTS, "complex", "(6, 1j, 0.0)", unsafe("latlon2mort")),
    (POINTS, "dates", "(6, np.array(['2020-01-01'], 'M8[D]'), 0.0)", unsafe("latlon2mort")),
    (POINTS, "lengths that differ", "(6, [1.0, 2.0], [1.0, 2.0, 3.0])", SHAPES),
    (POINTS, "too few arguments", "(6, 1.0)", count("latlon2mort", 3, 2)),
    (POINTS, "too many arguments", "(6, 1.0, 2.0, None, None)", count("latlon2mort", 3, 5)),
    (POINTS, "`out` is no array", "(6, 1.0, 2.0, 3.0)",
     "TypeError: return arrays must be of ArrayType"),
    ("mortie.latlon2nest", "order too high", "(30, 0.0, 0.0)",
     "ValueError: order must lie in 0-29, not 30"),
    ("mortie.latlon2nest", "latitude out of range", "(29, -91, 0.0)", f"ValueError: {LAT}-91.0"),
    ("mortie.latlon2nest", "longitude NaN", "(29, 0, np.nan)", f"ValueError: {LON}nan"),
    ("mortie.latlon2nest", "text", "(29, 'north', 0.0)", unsafe("latlon2nest")),
    ("mortie.nest2mort", "order too high", "(19, 0)", f"ValueError: {HIGH}19"),
    ("mortie.nest2mort", "order too low", "(-1, 0)", "ValueError: order must lie in 0-18, not -1"),
    ("mortie.nest2mort", "no pixel number of this order", "(1, [0, 48])",
     "ValueError: nest must lie in 0-47 at order 1, not 48"),
    ("mortie.nest2mort", "a negative pixel number", "(1, -1)",
     "ValueError: nest must lie in 0-47 at order 1, not -1"),
    ("mortie.nest2mort", "a float", "(1, 5.0)", unsafe("nest2mort")),
    ("mortie.fastNorm2Mort", "order too high", "(19, 28, 8)",
     "ValueError: Max order is 18 (to output to 64-bit int)."),
    ("mortie.fastNorm2Mort", "order too low", "(-1, 28, 8)",
     "ValueError: order must lie in 0-18, not -1"),
    ("mortie.fastNorm2Mort", "floats", "(3, 28.0, 8)", unsafe("fastNorm2Mort")),
    ("mortie.fastNorm2Mort", "uint64", "(3, np.uint64(28), 8)", unsafe("fastNorm2Mort")),
    ("mortie.fastNorm2Mort", "too few arguments", "(3, 28)", count("fastNorm2Mort", 3, 2)),
    ("mortie.VaexNorm2Mort", "floats", "(28.0, 8)", unsafe("VaexNorm2Mort")),
    ("mortie.VaexNorm2Mort", "text", "('28', 8)", unsafe("VaexNorm2Mort")),
    ("mortie.VaexNorm2Mort", "too few arguments", "(28)", count("VaexNorm2Mort", 2, 1)),
    ("mortie.VaexNorm2Mort", "lengths that differ", "([1, 2], [1, 2, 3])", SHAPES),
    ("mortie.clip_mort", "order above that of the index", "(4, -3241)",
     "ValueError: order must lie in 0-3, up to that of the Morton index -3241, not 4"),
    ("mortie.clip_mort", "order too low", "(-1, -3241)",
     "ValueError: order must lie in 0-3, up to that of the Morton index -3241, not -1"),
    ("mortie.clip_mort", "no index", "(0, 7)", "ValueError: " + NO_INDEX.format(7)),
    ("mortie.clip_mort", "a float", "(0, 12.0)", unsafe("clip_mort")),
    *(
        (f"mortie.{name}", what, call, f"ValueError: {NO_INDEX.format(value)}")
        for name in ("mort2order", "mort2nest", "mort2norm", "mort2latlon")
        for what, call, value in (
            ("no index", "([12, 15])", 15),
            ("zero", "(0)", 0),
            ("the least integer", "(-(2**63))", -(2**63)),
        )
    ),
    *(
        (f"mortie.{name}", what, call, unsafe(name))
        for name in ("mort2order", "mort2nest", "mort2norm", "mort2latlon", "is_mort")
        for what, call in (("a float", "(12.0)"), ("text", "('12')"), ("uint64", "(np.uint64(12))"))
    ),
    ("mortie.is_mort", "more than 64 bits", "([2**64])", unsafe("is_mort")),
    ("mortie.is_mort", "None", "(None)", unsafe("is_mort")),
    ("mortie.is_mort", "no argument", "()", count("is_mort", 1, 0)),
    *(
        (f"mortie.{name}", "no index", "([12, 15])", f"ValueError: {NO_INDEX.format(15)}")
        for name in ("mort2vertices", "mort_neighbours", "mort2uniq", "mort2word")
    ),
    ("mortie.mort_neighbours", "a float", "(12.0)", unsafe("mort_neighbours")),
    ("mortie.mort_range", "order below that of the index", "(2, -3241)",
     "ValueError: order must lie in 3-18, from that of the Morton index -3241 on, not 2"),
    ("mortie.mort_range", "order too high", "(19, -3241)",
     "ValueError: order must lie in 3-18, from that of the Morton index -3241 on, not 19"),
    ("mortie.uniq2mort", "order above 18", "(2**40)",
     "ValueError: a UNIQ number of an order in 0-18 lies in 4-1099511627775, and 1099511627776 "
     "does not"),
    ("mortie.word2mort", "the word of no cell", "(np.uint64(0))",
     "ValueError: 0 is no word of a cell of …"),
    ("mortie.word2mort", "int64", "(np.array([12]))", unsafe("word2mort")),
    ("mortie.geodetic2authalic", "latitude NaN", "(np.nan)", f"ValueError: {LAT}nan"),
    ("mortie.authalic2geodetic", "latitude out of range", "(90.5)", f"ValueError: {LAT}90.5"),
    ("mortie.cells.boundary", "step too low", "(12, step=0)",
     "ValueError: step must lie in 1-16777216, not 0"),
    ("mortie.cells.children", "several orders", "(5, [-3241, 1])",
     "ValueError: children takes cells of one order, and these have 0, 3; expand takes several"),
    ("mortie.cells.children", "too many", "(15, 1)",
     "ValueError: the cells have 1073741824 children of order 15, more than 10**9"),
    ("mortie.cells.expand", "too many", "(18, [1, 2])",
     "ValueError: the set has 137438953472 cells of order 18, more than 10**9"),
    ("mortie.cells.expand", "order below that of a cell", "(2, [12, -3241])",
     "ValueError: order must lie in 3-18, from that of the Morton index -3241 on, not 2"),
    ("mortie.cells.compact", "no index", "([12, 15])", f"ValueError: {NO_INDEX.format(15)}"),
    ("mortie.cells.children", "order below that of the cell", "(2, -3241)",
     "ValueError: order must lie in 3-18, from that of the Morton index -3241 on, not 2"),
    ("mortie.cells.children", "order too high", "(19, -3241)",
     "ValueError: order must lie in 3-18, from that of the Morton index -3241 on, not 19"),
    ("mortie.cells.isin", "the index is none", "([12, 15], [1])",
     f"ValueError: {NO_INDEX.format(15)}"),
    ("mortie.cells.intersection", "NaN", "([np.nan], [2])", "TypeError: Cannot cast array data "
     "from dtype('float64') to dtype('int64') according to the rule 'safe'"),
    ("mortie.cells.difference", "uint64", "(np.array([12], 'u8'), [2])", "TypeError: Cannot cast "
     "array data from dtype('uint64') to dtype('int64') according to the rule 'safe'"),
    ("mortie.cells.union", "floats", "([1.0], [2])",
     "TypeError: Cannot cast array data from dtype('float64') to dtype('int64') according to the "
     "rule 'safe'"),
    ("mortie.cover", "too few vertices", "(([0, 0], [1, 2]), 4)",
     "ValueError: geometry 0, part 0, vertex 0: a ring needs three different vertices"),
    ("mortie.cover", "latitude out of range", "(([0, 91, 0], [1, 2, 3]), 4)",
     f"ValueError: geometry 0, part 0, vertex 1: {LAT}91.0"),
    ("mortie.cover", "longitude NaN", "(([0, 1, 0], [1, np.nan, 3]), 4)",
     f"ValueError: geometry 0, part 0, vertex 1: {LON}nan"),
    ("mortie.cover", "neighbours antipodal", "(([0, 0, 5], [0, 180, 3]), 4)",
     "ValueError: geometry 0, part 0, vertex 0: the next vertex is its antipode, and no edge "
     "between them is the shortest"),
    ("mortie.cover", "order too high", "(([0, 1, 0], [1, 2, 3]), 19)",
     "ValueError: order must lie in 0-18, not 19"),
    ("mortie.cover", "unknown mode", "(([0, 1, 0], [1, 2, 3]), 4, mode='all')",
     "ValueError: mode must be one of overlap, centre, within, boundary, not 'all'"),
    ("mortie.cover", "text", "('POINT (1 2)', 4)",
     "TypeError: a region can't be made of str"),
    ("mortie.cover", "too many cells", "(mortie.disc(0, 0, 90), 18)",
     "ValueError: the cover has 412318695422 cells, and 2**31 are the most that it may have: a "
     "lower order or mixed=True takes fewer"),
    ("mortie.Regions", "none among them", "([([0, 1, 0], [1, 2, 3]), None])",
     "ValueError: geometry 1 is missing"),
    (LOCATE, "latitude out of range", "([0.0, 91.0], 0.0)", f"ValueError: {LAT}91.0"),
    (LOCATE, "longitude NaN", "(0.0, np.nan)", f"ValueError: {LON}nan"),
    ("mortie.disc", "radius out of range", "(0, 0, 181)",
     "ValueError: a disc's radius must lie in 0 to 180 degrees, not 181.0"),
    ("mortie.track", "lengths that differ", "([0, 1], [0], 4)",
     "ValueError: 2 latitudes and 1 longitudes make no path"),
    ("mortie.track", "latitude NaN", "([0, np.nan], [0, 1], 4)",
     f"ValueError: path, vertex 1: {LAT}nan"),
    ("mortie.nullable", "no function", "('latlon2mort')",
     "TypeError: nullable takes a ufunc, not 'latlon2mort'"),
    (LONG, "latitude infinite, not masked", "(6, np.ma.array([np.inf, 1.0], mask=[0, 1]), 0.0)",
     f"ValueError: {LAT}inf"),
    (LONG, "an output", "(6, np.ma.array([1.0]), 0.0, out=np.zeros(1))",
     "TypeError: nullable makes new columns, and takes no 'out'"),
    (LONG, "a table", "(6, pa.table({'lat': [1.0]}), 0.0)",
     "TypeError: a column is needed, not a Table of Arrow"),
    (LONG, "dates", "(6, pa.array([0], pa.date32()), 0.0)",
     "TypeError: numbers are needed, not Arrow's date32[day]"),
    (LONG, "too many inputs", "(6, np.ma.array([1.0]), 0.0, 0.0)",
     "TypeError: latlon2mort takes 3 inputs, not 4"),
    (LONG, "lengths that differ", "(6, np.ma.array([1.0, 2.0]), [1.0, 2.0, 3.0])",
     "ValueError: shape mismatch: objects cannot be broadcast to a single shape…"),
    (LONG, "text", "(6, np.ma.array(['a']), 0.0)", unsafe("latlon2mort")),
    ("mortie.kernel", "an argument", "(1)", "TypeError: mortie._native.kernel() takes no arg…"),
    ("mortie.backend", "an argument", "(1)", "TypeError: backend() takes 0 positional arguments …"),
    ("tools.geo2mort", "order too high", "(0.0, 0.0, 19)", f"ValueError: {HIGH}19"),
    ("tools.geo2mort", "latitude out of range", "([1, 91], 0.0)", f"ValueError: {LAT}91.0"),
    ("tools.geo2mort", "longitude infinite", "(0.0, np.inf)", f"ValueError: {LON}inf"),
    ("tools.geo2mort", "text", "('a', 0.0)", unsafe("latlon2mort")),
    ("tools.geo2uniq", "order too high", "(0.0, 0.0, 30)",
     "ValueError: order must lie in 0-29, not 30"),
    ("tools.geo2uniq", "order a float", "(0.0, 0.0, 3.0)", unsafe("latlon2nest")),
    ("tools.geo2uniq", "latitude NaN", "(np.nan, 0.0)", f"ValueError: {LAT}nan"),
    ("tools.geo2uniq", "lengths that differ", "([1.0, 2.0], [1.0, 2.0, 3.0])", SHAPES),
    ("tools.clip2order", "order too high", "(19, [1])",
     "ValueError: order must lie in 0-18, not 19"),
    ("tools.clip2order", "order too low", "(-1, [1])",
     "ValueError: order must lie in 0-18, not -1"),
    ("tools.clip2order", "order a float", "(3.5, print_factor=True)",
     "TypeError: 'float' object cannot be interpreted as an integer"),
    ("tools.clip2order", "order text", "('3', [1])",
     "TypeError: 'str' object cannot be interpreted as an integer"),
    ("tools.clip2order", "no indices", "(3)",
     "TypeError: clip2order needs midx, the indices to clip, or print_factor=True"),
    ("tools.clip2order", "floats", "(3, [1.5])", "TypeError: integers are needed, not float64"),
    ("tools.clip2order", "more than 63 bits", "(3, np.uint64(2**63))",
     "ValueError: integers end at 2**63 - 1, before 9223372036854775808"),
    ("tools.unique2parent", "less than any UNIQ number", "([17, 3])",
     "ValueError: UNIQ numbers are 4 or more, not 3"),
    ("tools.unique2parent", "more than any UNIQ number", "(2**62)",
     "ValueError: UNIQ numbers of order 29 end at 2**62 - 1, before 4611686018427387904"),
    ("tools.unique2parent", "several orders", "([16, 64])",
     "NotImplementedError: Cannot parse mixed resolution unique cells"),
    ("tools.unique2parent", "floats", "([17.0])",
     "TypeError: UNIQ numbers are integers, not float64"),
    ("tools.unique2parent", "None", "(None)", "TypeError: UNIQ numbers are integers, not object"),
    ("tools.heal_norm", "order out of range", "(8, -1, 540)",
     "ValueError: order must lie in 0-29, not -1"),
    ("tools.heal_norm", "order a float", "(8, 3.5, 540)",
     "TypeError: integers are needed, not float64"),
    ("tools.heal_norm", "orders are floats", "(8, [3.5], 540)",
     "TypeError: integers are needed, not float64"),
    ("tools.heal_norm", "pixel numbers are floats", "(8, 3, 540.0)",
     "TypeError: integers are needed, not float64"),
    ("tools.heal_norm", "text", "(8, 3, '540')", "TypeError: integers are needed, not <U3"),
    ("tools.heal_norm", "more than 63 bits", "(8, 3, np.array([2**63], 'u8'))",
     "ValueError: integers end at 2**63 - 1, before 9223372036854775808"),
    ("tools.order2res", "text", "('6')", "TypeError: numbers are needed, not <U1"),
    ("tools.order2res", "complex", "(6j)", "TypeError: numbers are needed, not complex128"),
    ("tools.res2display", "an argument", "(6)",
     "TypeError: res2display() takes 0 positional arguments but 1 was given"),
    ("mortie.plot.cells", "no index", "([15])", "ValueError: " + NO_INDEX.format(15)),
    ("mortie.plot.cells", "floats", "([12.0])", unsafe("mort2order")),
    ("mortie.plot.cells", "nothing to draw", "([])", "ValueError: there is no cell to draw"),
    ("mortie.plot.cells", "values of another length", "([12, 13], [1.0])",
     "ValueError: values has the shape (1,), and indices (2,)"),
    ("mortie.plot.cells", "an unknown projection", "([12], projection='mollweide')",
     "ValueError: projection is one of auto, south, EPSG:3031, north, EPSG:3413, plate-carree, not "
     "'mollweide'"),
    ("mortie.plot.cells", "all on the other side", "([12], projection='south')",
     "ValueError: no cell is centred on the hemisphere of projection 'south'"),
    ("mortie.plot.project", "an unknown projection", "(-80, 0, 'EPSG:4326')",
     "ValueError: projection is one of south, EPSG:3031, north, EPSG:3413, plate-carree, not "
     "'EPSG:4326'"),
    ("mortie.plot.regions", "nothing to draw", "([])", "ValueError: there is no region to draw"),
]  # fmt: skip

AMONG = "among lat, lon, s: name one with"
SUFFIXES = ".parquet, .csv, .csv.gz, .csv.bz2, .csv.zst, .h5, .hdf5, .he5, .nc, .nc4"
SUFFIX = f"its name must end in {SUFFIXES}"
ORDER = "an order is one of 0-18, not "

# What is wrong, the arguments, the exit code and the message.
COMMANDS = [
    ("no such command", "nonsense", 2,
     "argument COMMAND: invalid choice: 'nonsense' (choose from …)"),
    ("no command", "", 2, "the following arguments are required: COMMAND"),
    ("no output", "encode in.csv", 2, "the following arguments are required: -o/--output"),
    ("an unknown option", "encode in.csv -o - --ordre 6", 2,
     "unrecognized arguments: --ordre 6"),
    ("order too high", "encode in.csv -o - --order 19", 2, f"argument --order: {ORDER}19"),
    ("order too low", "clip in.csv -o - --order=-1", 2, f"argument --order: {ORDER}-1"),
    ("order no integer", "count in.csv --order 6.0", 2, f"argument --order: {ORDER}6.0"),
    ("no order", "clip in.csv -o -", 2, "the following arguments are required: --order"),
    ("no order for points", "plot in.csv -o map.png", 1,
     "cells of points need an order: --order K"),
    ("a delimiter of two marks", "encode in.csv -o - --delimiter ab", 2,
     "argument --delimiter: a delimiter is one mark, such as ; or tab, not 'ab'"),
    ("a number of rows below 0", "encode in.csv -o - --skip-rows-after-header=-1", 2,
     "argument --skip-rows-after-header: a number of rows is 0 or more, not -1"),
    ("one mark for two things", "encode in.csv -o - --delimiter , --decimal ,", 1,
     "--delimiter and --decimal are both ','"),
    ("an unknown choice", "encode in.csv -o - --on-error weep", 2,
     "argument --on-error: invalid choice: 'weep' (choose from …)"),
    ("an empty path", "encode in.csv -o ''", 2, "argument -o/--output: it is empty"),
    ("an empty name", "encode in.csv -o - --name ''", 2,
     "argument --name: '' is no name for a column: it needs plain text"),
    ("one name for two columns", "decode cells.csv -o - --name x x", 1,
     "--name gives one name to both new columns: 'x'"),
    ("no such file", "encode nowhere.csv -o -", 1, "no such file: nowhere.csv"),
    ("a pattern that fits nothing", "encode '*.csv.gz' -o -", 1, "no such file: *.csv.gz"),
    ("a folder without tables", "encode empty -o out/", 1,
     f"no file below empty ends in {SUFFIXES}"),
    ("an unknown suffix of the input", "encode notes.txt -o -", 1,
     f"the format of notes.txt is not known: {SUFFIX}"),
    ("an unknown suffix of the output", "encode in.csv -o out.xlsx", 1,
     f"the format of out.xlsx is not known: {SUFFIX}"),
    ("an unknown suffix of the picture", "plot in.csv --order 3 -o map.xyz", 1,
     "map.xyz: Format 'xyz' is not supported (supported formats: …)"),
    ("a folder that isn't there", "encode in.csv -o no/out.csv", 1, "no such folder: no"),
    ("an output that exists", "encode in.csv -o old.csv", 1,
     "old.csv exists already: --force replaces it"),
    ("two inputs for one output", "encode in.csv in.csv -o out/", 1,
     "in.csv and in.csv both go to out/in.csv"),
    ("standard input twice", "encode - - -o out.csv", 1,
     "standard input (-) can be read only once"),
    ("standard input to a folder", "encode - -o empty", 1,
     "standard input needs an output file, and empty is a folder"),
    ("standard input for a cluster", "encode - -o out.csv --dask tcp://[::1]:1", 1,
     "a Dask cluster reads and writes files, and no pipes or devices"),
    ("columns that differ", "encode in.csv cells.csv -o out.csv", 1,
     "cells.csv: no column of latitudes among morton: name one with --lat COL"),
    ("columns in another order", "encode in.csv swapped.csv -o out.csv", 1,
     "swapped.csv has other columns than in.csv, s (string), lon (string), lat (string), morton "
     "(int64) and not lat (string), lon (string), s (string), morton (int64): give a folder for "
     "the output, NAME/, to keep the files apart"),
    ("no usual column", "decode in.csv -o -", 1,
     f"in.csv: no column of Morton indices {AMONG} --column COL"),
    ("an unknown column", "encode in.csv -o - --lat y", 1,
     f"in.csv: no column 'y' {AMONG} --lat COL"),
    ("an unknown column of values", "plot in.csv -o map.png --order 3 --value h", 1,
     f"in.csv: no column 'h' {AMONG} --value COL"),
    ("a column twice", "encode twice.csv -o -", 1,
     "twice.csv: more than one column of latitudes (lat, lat) among lat, lon, lat: name one with "
     "--lat COL"),
    ("a column that is there already", "encode in.csv -o - --name s", 1,
     "in.csv: there is a column 's' already: name the new one with --name"),
    ("no numbers", "encode types.parquet -o - --lat flag", 1,
     "types.parquet: column 'flag' holds bool, and latitudes are numbers"),
    ("indices that are floats", "decode types.parquet -o -", 1,
     "types.parquet: column 'morton' holds double, and Morton indices are integers: "
     "cast the column to int64, unless it has rounded them"),
    ("a type that CSV can't hold", "encode types.parquet -o -", 1,
     "column 'list' holds list<…>, which CSV can't: write Parquet"),
    ("text for a number", "encode in.csv -o - --lat s", 1, "in.csv: row 1: s is 'a', not a number: "
     "leave out a line of units with --skip-rows-after-header 1"),
    ("text for a value", "plot in.csv -o map.png --order 3 --value s", 1,
     "in.csv: row 1: s is 'a', not a number: "
     "leave out a line of units with --skip-rows-after-header 1"),
    ("values that are no numbers", "count types.parquet --order 3 --lat lat --value flag", 1,
     "types.parquet: column 'flag' holds bool, and values are numbers"),
    ("latitude out of range", "encode bad.csv -o -", 1,
     "bad.csv: row 2: lat is 90.5, but latitudes lie in -90 to 90 degrees"),
    ("longitude missing", "encode missing.csv -o -", 1,
     "missing.csv: row 1: lon is null, but longitudes are finite numbers of degrees"),
    ("no index", "decode cells.csv -o -", 1,
     "cells.csv: row 2: morton is 15, but Morton indices have 1 to 19 digits, 1-6 and then 1-4"),
    ("an index of 64 bits without sign", "decode unsigned.parquet -o -", 1,
     "unsigned.parquet: row 1: morton is 18446744073709551615, but Morton indices have 1 to 19 "
     "digits, 1-6 and then 1-4; if negative ones were made unsigned, cast the column to int64"),
    ("an index that is too coarse", "clip cells.csv -o - --order 3", 1,
     "cells.csv: row 1: morton is 12, but its order is below 3"),
    ("nothing to draw", "plot none.csv -o map.png", 1, "there is no cell to draw"),
    ("`info` of no index", "info 15", 1, NO_INDEX.format(15)),
    ("`info` of no number", "info north", 2,
     "argument INDEX: invalid int value: 'north'"),
    ("`demo` with an argument", "demo 3", 2, "unrecognized arguments: 3"),
]  # fmt: skip

FILES = {
    "in.csv": "lat,lon,s\n1,2,a\n",
    "old.csv": "precious\n",
    "bad.csv": "lat,lon\n1,2\n90.5,2\n",
    "missing.csv": "lat,lon\n1,\n",
    "cells.csv": "morton\n12\n15\n",
    "swapped.csv": "s,lon,lat\na,2,1\n",
    "twice.csv": "lat,lon,lat\n1,2,3\n",
    "none.csv": "morton\n",
    "notes.txt": "no table\n",
}


def pattern(expected):
    """Write a text as a regular expression of all of it, where … stands for anything."""
    return "(?s)^" + ".*".join(map(re.escape, expected.split("…"))) + "$"


@pytest.mark.parametrize(
    ("function", "what", "call", "expected"), CALLS, ids=[row[0] + row[2] for row in CALLS]
)
def test_calls(function, what, call, expected):
    scope = {"np": np, "pa": pa, "mortie": mortie, "tools": tools}
    if function.startswith("mortie.plot"):
        pytest.importorskip("matplotlib").use("agg")
        importlib.import_module("mortie.plot")
    kind, _, text = expected.partition(": ")
    with pytest.raises(getattr(builtins, kind), match=pattern(text)) as caught:
        eval(function + call, scope)
    assert caught.type.__name__ == kind


@pytest.mark.parametrize(
    ("what", "arguments", "code", "expected"), COMMANDS, ids=[row[0] for row in COMMANDS]
)
def test_commands(command, tmp_path, monkeypatch, what, arguments, code, expected):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text)
    Path("empty").mkdir()
    pq.write_table(
        pa.table({"lat": [1.0], "lon": [2.0], "flag": [True], "morton": [1.0], "list": [[1]]})
        if "decode" in arguments or "flag" in arguments
        else pa.table({"lat": [1.0], "lon": [2.0], "list": [[1]]}),
        "types.parquet",
    )
    pq.write_table(pa.table({"morton": pa.array([2**64 - 1], pa.uint64())}), "unsigned.parquet")
    before = sorted(Path().rglob("*"))
    found, _, err = command.run(*shlex.split(arguments))
    *_, last = err.splitlines()
    assert found == code, err
    assert "Traceback" not in err
    assert re.match(pattern(expected), last.partition("error: ")[2]), last
    assert sorted(Path().rglob("*")) == before
    assert Path("old.csv").read_text() == "precious\n"


def call_table():
    lines = ["| wrong | you write | you get |", "| --- | --- | --- |"]
    for function, what, call, expected in CALLS:
        lines.append(f"| {what} | `{function}{call}` | {expected} |")
    return lines


def command_table():
    lines = ["| wrong | you write | exit code | message |", "| --- | --- | --- | --- |"]
    for what, arguments, code, expected in COMMANDS:
        lines.append(f"| {what} | `mortie {arguments}` | {code} | {expected} |")
    return lines


@pytest.mark.parametrize("table", [call_table, command_table])
def test_the_page_shows_the_tables(request, table):
    begin = f"<!-- {table.__name__}: pytest tests/test_bad_input.py --write-table -->\n"
    text = "\n".join([*table(), ""])
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    shown, _, after = rest.partition(END)
    assert found
    if request.config.getoption("--write-table"):
        PAGE.write_text(f"{before}{begin}\n{text}\n{END}{after}", encoding="utf-8")
    else:
        assert shown.strip() == text.strip()


def test_every_public_function_is_here():
    called = {function.rpartition(".")[2].rstrip(")") for function, *_ in CALLS}
    functions = {
        name
        for module in (mortie, tools)
        for name in module.__all__
        if callable(getattr(module, name))
    }
    assert functions - {"fast_norm2mort", "vaex_norm2mort"} <= called
    words = {arguments.split(" ")[0] for _, arguments, _, _ in COMMANDS}
    assert {"encode", "decode", "clip", "count", "plot", "info", "demo"} <= words
