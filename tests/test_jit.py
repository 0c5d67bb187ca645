"""The ufuncs in code that numba compiles."""

import warnings

import numpy as np
import pytest

import exact
import mortie
from mortie import tools

numba = pytest.importorskip("numba", reason="numba is missing; mortie[test] has it")

N = 1_000
random = np.random.default_rng(7)
ORDER = random.integers(0, 19, N)
NORMED = random.integers(0, 4**ORDER)
PARENTS = random.integers(0, 12, N)
NEST = PARENTS << 2 * ORDER | NORMED
MORTON = np.array(
    [exact.norm2mort(*each) for each in zip(ORDER, NORMED, PARENTS, strict=True)], np.int64
)
LONGEST = np.array([exact.norm2mort(18, *each) for each in zip(NORMED, PARENTS, strict=True)])
LAT, LON = random.uniform(-90, 90, N), random.uniform(-180, 360, N)
CALLS = {
    "VaexNorm2Mort": ((NORMED, PARENTS), LONGEST),
    "fastNorm2Mort": ((ORDER, NORMED, PARENTS), MORTON),
    "nest2mort": ((ORDER, NEST), MORTON),
    "clip_mort": ((0, MORTON), np.where(PARENTS < 6, PARENTS + 1, 5 - PARENTS)),
    "is_mort": ((np.arange(N),), [exact.mort2norm(m) is not None for m in range(N)]),
    "mort2nest": ((MORTON,), NEST),
    "mort2order": ((MORTON,), ORDER),
    "mort2norm": ((MORTON,), (ORDER, NORMED, PARENTS)),
    "latlon2nest": ((29, LAT, LON), mortie.latlon2nest(29, LAT, LON)),
    "latlon2mort": ((ORDER, LAT, LON), mortie.latlon2mort(ORDER, LAT, LON)),
    "mort2latlon": ((MORTON,), mortie.mort2latlon(MORTON)),
}
NOT_COMPILED = set()
if mortie.backend() == "native":  # which alone has cells
    CALLS |= {
        "mort_range": ((18, MORTON), mortie.mort_range(18, MORTON)),
        "mort_neighbours": ((MORTON,), mortie.mort_neighbours(MORTON)),
        "mort2uniq": ((MORTON,), NEST + (4 << 2 * ORDER)),
        "uniq2mort": ((NEST + (4 << 2 * ORDER),), MORTON),
        "mort2word": ((MORTON,), mortie.mort2word(MORTON)),
        "word2mort": ((mortie.mort2word(MORTON),), MORTON),
    }
    NOT_COMPILED = {"authalic2geodetic", "geodetic2authalic", "mort2vertices"}  # coordinates


def compiled(name):
    names = {"mortie": mortie}
    exec(f"def call(*args):\n    return mortie.{name}(*args)", names)
    return numba.njit(names["call"])


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_arrays_and_scalars(name):
    args, expected = CALLS[name]
    call = compiled(name)
    np.testing.assert_array_equal(call(*args), expected)
    first = call(*(arg if np.ndim(arg) == 0 else arg[0] for arg in args))
    first_of = [one[0] for one in (expected if isinstance(expected, tuple) else [expected])]
    np.testing.assert_array_equal(first, first_of if len(first_of) > 1 else first_of[0])


def test_every_ufunc():
    ufuncs = {mortie.__dict__[name] for name in mortie.__all__}
    names = {ufunc.__name__ for ufunc in ufuncs if isinstance(ufunc, np.ufunc)}
    assert names == set(CALLS) | NOT_COMPILED


def test_the_old_names():
    from mortie.tools import VaexNorm2Mort, fastNorm2Mort

    @numba.njit
    def total(normed, parents):
        result = 0
        for i in range(len(normed)):
            result += VaexNorm2Mort(normed[i], parents[i]) % 1000
            result += fastNorm2Mort(3, normed[i], parents[i])
            result += tools.fast_norm2mort(18, normed[i], parents[i]) % 1000
        return result

    short = [exact.norm2mort(3, *each) for each in zip(NORMED, PARENTS, strict=True)]
    assert total(NORMED, PARENTS) == sum(short) + 2 * sum(LONGEST % 1000)


def in_parallel(morton):
    result = np.empty(len(morton), np.int64)
    for i in numba.prange(len(morton)):
        result[i] = mortie.mort2order(morton[i])
    return result


def in_a_ufunc(morton):
    return mortie.mort2order(morton)


def in_a_gufunc(morton, order):
    order[0] = mortie.mort2order(morton)


@pytest.mark.parametrize("target", ["cpu", "parallel"])
def test_no_number_comes_out_where_numba_loses_errors(target):
    """Not even after the ufunc was compiled for code that doesn't."""
    assert numba.njit(in_a_ufunc)(-3241) == 3
    for compile_it in (
        lambda: numba.njit(parallel=True)(in_parallel)(MORTON),
        lambda: numba.njit(parallel=True)(in_a_ufunc)(MORTON),
        lambda: numba.vectorize(["int64(int64)"], target=target, nopython=True)(in_a_ufunc),
        lambda: numba.guvectorize(["int64, int64[:]"], "()->()", target=target, nopython=True)(
            in_a_gufunc
        ),
    ):
        with pytest.raises(numba.core.errors.TypingError, match="numba loses errors of its th"):
            compile_it()


@pytest.mark.parametrize("name", ["VaexNorm2Mort", "is_mort"])
def test_what_never_raises_runs_in_parallel(name):
    args, expected = CALLS[name]
    names = {"mortie": mortie}
    exec(f"def call(*args):\n    return mortie.{name}(*args)", names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", numba.core.errors.NumbaPerformanceWarning)
        result = numba.njit(parallel=True)(names["call"])(*args)
    np.testing.assert_array_equal(result, expected)

    @numba.vectorize(["boolean(int64)"], target="parallel")
    def valid(morton):
        return mortie.is_mort(morton)

    assert valid(MORTON).all()


@pytest.mark.slow
def test_errors():
    for bad in (19, np.array([18, 19])):
        with pytest.raises(ValueError, match="Max order is 18"):
            compiled("fastNorm2Mort")(bad, 0, 0)
    for bad in (15, np.array([1, 15])):
        with pytest.raises(ValueError, match="15 is none"):
            compiled("mort2norm")(bad)
    with pytest.raises(ValueError, match="nest must lie in 0-47 at order 1, not 48"):
        compiled("nest2mort")(np.array([1, 1]), 48)
    with pytest.raises(ValueError, match=r"latitude must lie in -90 to 90 degrees, not 90\.5"):
        compiled("latlon2mort")(6, np.array([0, 90.5]), 0)
    for refused in (1.5, np.array([1], "u8"), "1", np.array(["NaT"], "m8[s]")):
        with pytest.raises(numba.core.errors.TypingError, match="No implementation"):
            compiled("mort2order")(refused)


@pytest.mark.slow
@pytest.mark.parametrize("of", ["i8", "i4", "u2", "?"])
def test_layouts(of):
    call = compiled("VaexNorm2Mort")
    normed = np.arange(12).astype(of).reshape(3, 4)
    expected = mortie.VaexNorm2Mort(normed, np.arange(4))
    np.testing.assert_array_equal(call(normed, np.arange(4)), expected)
    np.testing.assert_array_equal(
        call(normed[::2, ::-1], 5), mortie.VaexNorm2Mort(normed[::2, ::-1], 5)
    )
    assert call(normed[:0], 5).shape == (0, 4)


def test_cached(tmp_path):
    path = tmp_path / "cached.py"
    path.write_text(
        "import numba, mortie\n"
        "@numba.njit(cache=True)\n"
        "def f(n, p):\n"
        "    return mortie.VaexNorm2Mort(n, p)\n"
    )
    import runpy

    for _ in range(2):
        assert runpy.run_path(str(path))["f"](28, 8) == exact.norm2mort(18, 28, 8)
