"""No loop leaves a floating-point flag: no warning and no error, whatever errstate says."""

import re
import warnings

import numpy as np
import pytest

import mortie._native

UFUNCS = [each for each in vars(mortie._native).values() if isinstance(each, np.ufunc)]

# By dtype: what every ufunc takes, subnormal doubles and the least normal one among it.
GOOD = {
    "d": [5e-324, -1e-310, 2.2250738585072014e-308, -0.0, 41.810314895778596, 90.0, -90.0, 1e-300],
    "l": [1, 2, 3, 4, 1, 2, 3, 4],
    "L": [1 << 60, 2 << 60, 12 << 60, 0xA05C000000000006],
}
BAD = {  # to each ufunc with errors, in at least one place
    "d": [np.nan, 91.0, np.inf, -np.inf, 1e308],
    "l": [0, -1, 15, 2**63 - 1, -(2**63)],
    "L": [0, 1, 63, 2**63 - 1, 2**64 - 1],
}
OURS = r"order|nest|index|latitude|longitude|UNIQ|word|step|place"
N = 20_000  # several chunks of NumPy's buffers

pytestmark = pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda ufunc: ufunc.__name__)


def kinds(ufunc):
    """Give the kinds of the inputs: float64, int64 or uint64, by whatever letters they go here."""
    named = {"f": "d", "i": "l", "u": "L"}
    return [named[np.dtype(char).kind] for char in ufunc.types[0].split("->")[0]]


def values(ufunc, pools, n):
    """Fill one array for each input."""
    if ufunc.__name__ == "uniq2mort" and pools is GOOD:
        pools = {"l": [4, 796, 15, 2**40 - 1]}
    dtypes = {"d": np.float64, "l": np.int64, "L": np.uint64}
    return [np.resize(np.array(pools[kind], dtypes[kind]), n) for kind in kinds(ufunc)]


def layouts(arrays):
    yield arrays
    yield [np.repeat(array, 3)[::3] for array in arrays]
    yield [array.astype(array.dtype.newbyteorder()) for array in arrays]


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 300, N])
def test_good_inputs(ufunc, n):
    if ufunc.__name__ == "clip_mort":  # indices of the order that they are clipped to, or finer
        inputs = [np.zeros(n, np.int64), np.resize(np.array([1, -14, 6444, -11]), n)]
    else:
        inputs = values(ufunc, GOOD, n)
    for arrays in layouts(inputs):
        with np.errstate(all="ignore"):
            expected = ufunc(*arrays)
        with np.errstate(all="raise"):
            np.testing.assert_array_equal(ufunc(*arrays), expected)


@pytest.mark.parametrize("state", ["warn", "raise", "print", "ignore"])
def test_errors_are_ours(ufunc, state, capfd):
    """One error early, and in later chunks more of them and all that raises flags."""
    for bad in zip(*BAD.values(), strict=True):
        named = dict(zip(BAD, bad, strict=True))
        for first in (0, 7, 9000, N - 1):
            arrays = values(ufunc, GOOD, N)
            for array, kind in zip(arrays, kinds(ufunc), strict=True):
                array[first] = named[kind]
                array[-5:] = np.array(BAD[kind], array.dtype)
            for laid_out in layouts(arrays):
                with np.errstate(all=state), warnings.catch_warnings():
                    warnings.simplefilter("error")
                    if ufunc.__name__ in ("VaexNorm2Mort", "is_mort"):  # they take anything
                        ufunc(*laid_out)
                        continue
                    with pytest.raises(ValueError, match=OURS):
                        ufunc(*laid_out)
    assert capfd.readouterr() == ("", "")


def test_casts_around_an_error(ufunc):
    """Signalling NaN as input, and results that a narrow output can't hold."""
    single = [
        array.astype("f4") if array.dtype == "f8" else array for array in values(ufunc, GOOD, N)
    ]
    cores = (ufunc.signature or "->" + ",".join(["()"] * ufunc.nout)).split("->")[1]
    shapes = [(N, *map(int, re.findall(r"\d+", core))) for core in cores.split("),(")]
    out = [
        np.zeros(shape, "f2") if char == "d" else None
        for char, shape in zip(ufunc.types[0].split("->")[1], shapes, strict=True)
    ]
    for array in single:
        if array.dtype == "f4":
            array.view("u4")[[0, N - 1]] = 0x7F800001
        else:
            array[5] = 0 if array.dtype == np.uint64 else -(2**63)
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("error")
        if ufunc.__name__ in ("VaexNorm2Mort", "is_mort"):
            ufunc(*single, out=tuple(out))
            return
        with pytest.raises(ValueError, match=OURS):
            ufunc(*single, out=tuple(out))
