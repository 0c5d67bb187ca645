# The ufuncs as their callers see them: scalars give scalars, arrays and lists give arrays, and what
# knows ufuncs by itself, such as a Series or a DataArray, gives what it likes.
#
# pyright: reportIncompatibleMethodOverride=false
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, overload, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

_T = TypeVar("_T", bound=np.generic)

_Int: TypeAlias = int | np.integer[Any] | np.bool_
_Float: TypeAlias = float | np.floating[Any] | _Int

_Ints: TypeAlias = (
    _Int | NDArray[np.integer[Any] | np.bool_] | Sequence[_Int] | Sequence[Sequence[_Int]]
)
_Floats: TypeAlias = (
    _Float
    | NDArray[np.floating[Any] | np.integer[Any] | np.bool_]
    | Sequence[_Float]
    | Sequence[Sequence[_Float]]
)

@type_check_only
class _Column(Protocol):
    def __array_ufunc__(
        self, ufunc: np.ufunc, method: Any, /, *inputs: Any, **kwargs: Any
    ) -> Any: ...

@type_check_only
class _OfIndex(np.ufunc, Generic[_T]):  # type: ignore[misc]
    @overload
    def __call__(self, morton: _Int, /, out: None = None, **kwargs: Any) -> _T: ...
    @overload
    def __call__(self, morton: _Ints, /, out: Any = None, **kwargs: Any) -> NDArray[_T]: ...
    @overload
    def __call__(self, morton: _Ints | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _OfUniq(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(self, uniq: _Int, /, out: None = None, **kwargs: Any) -> np.int64: ...
    @overload
    def __call__(self, uniq: _Ints, /, out: Any = None, **kwargs: Any) -> NDArray[np.int64]: ...
    @overload
    def __call__(self, uniq: _Ints | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _OfWord(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(self, word: _Int, /, out: None = None, **kwargs: Any) -> np.int64: ...
    @overload
    def __call__(self, word: _Ints, /, out: Any = None, **kwargs: Any) -> NDArray[np.int64]: ...
    @overload
    def __call__(self, word: _Ints | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _OfLatitude(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(self, lat: _Float, /, out: None = None, **kwargs: Any) -> np.float64: ...
    @overload
    def __call__(self, lat: _Floats, /, out: Any = None, **kwargs: Any) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, lat: _Floats | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _OfPoint(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, order: _Int, lat: _Float, lon: _Float, /, out: None = None, **kwargs: Any
    ) -> np.int64: ...
    @overload
    def __call__(
        self, order: _Ints, lat: _Floats, lon: _Floats, /, out: Any = None, **kwargs: Any
    ) -> NDArray[np.int64]: ...
    @overload
    def __call__(
        self,
        order: _Ints | _Column,
        lat: _Floats | _Column,
        lon: _Floats | _Column,
        /,
        out: Any = None,
        **kwargs: Any,
    ) -> Any: ...

@type_check_only
class _OfNest(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(self, order: _Int, nest: _Int, /, out: None = None, **kwargs: Any) -> np.int64: ...
    @overload
    def __call__(
        self, order: _Ints, nest: _Ints, /, out: Any = None, **kwargs: Any
    ) -> NDArray[np.int64]: ...
    @overload
    def __call__(
        self, order: _Ints | _Column, nest: _Ints | _Column, /, out: Any = None, **kwargs: Any
    ) -> Any: ...

@type_check_only
class _OfOrderAndIndex(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, order: _Int, morton: _Int, /, out: None = None, **kwargs: Any
    ) -> np.int64: ...
    @overload
    def __call__(
        self, order: _Ints, morton: _Ints, /, out: Any = None, **kwargs: Any
    ) -> NDArray[np.int64]: ...
    @overload
    def __call__(
        self, order: _Ints | _Column, morton: _Ints | _Column, /, out: Any = None, **kwargs: Any
    ) -> Any: ...

@type_check_only
class _OfNorm(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, order: _Int, normed: _Int, parents: _Int, /, out: None = None, **kwargs: Any
    ) -> np.int64: ...
    @overload
    def __call__(
        self, order: _Ints, normed: _Ints, parents: _Ints, /, out: Any = None, **kwargs: Any
    ) -> NDArray[np.int64]: ...
    @overload
    def __call__(
        self,
        order: _Ints | _Column,
        normed: _Ints | _Column,
        parents: _Ints | _Column,
        /,
        out: Any = None,
        **kwargs: Any,
    ) -> Any: ...

@type_check_only
class _OfNormOfOrder18(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, normed: _Int, parents: _Int, /, out: None = None, **kwargs: Any
    ) -> np.int64: ...
    @overload
    def __call__(
        self, normed: _Ints, parents: _Ints, /, out: Any = None, **kwargs: Any
    ) -> NDArray[np.int64]: ...
    @overload
    def __call__(
        self, normed: _Ints | _Column, parents: _Ints | _Column, /, out: Any = None, **kwargs: Any
    ) -> Any: ...

@type_check_only
class _ToNorm(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, morton: _Int, /, out: None = None, **kwargs: Any
    ) -> tuple[np.int64, np.int64, np.int64]: ...
    @overload
    def __call__(
        self, morton: _Ints, /, out: Any = None, **kwargs: Any
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]: ...
    @overload
    def __call__(self, morton: _Ints | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _ToLatLon(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, morton: _Int, /, out: None = None, **kwargs: Any
    ) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(
        self, morton: _Ints, /, out: Any = None, **kwargs: Any
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
    @overload
    def __call__(self, morton: _Ints | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _ToRange(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, order: _Int, morton: _Int, /, out: None = None, **kwargs: Any
    ) -> tuple[np.int64, np.int64]: ...
    @overload
    def __call__(
        self, order: _Ints, morton: _Ints, /, out: Any = None, **kwargs: Any
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
    @overload
    def __call__(
        self, order: _Ints | _Column, morton: _Ints | _Column, /, out: Any = None, **kwargs: Any
    ) -> Any: ...

@type_check_only
class _ToVertices(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, morton: _Ints, /, out: Any = None, **kwargs: Any
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
    @overload
    def __call__(self, morton: _Ints | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _ToNeighbours(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(self, morton: _Ints, /, out: Any = None, **kwargs: Any) -> NDArray[np.int64]: ...
    @overload
    def __call__(self, morton: _Ints | _Column, /, out: Any = None, **kwargs: Any) -> Any: ...

@type_check_only
class _ToOutline(np.ufunc):  # type: ignore[misc]
    @overload
    def __call__(
        self, step: _Int, morton: _Int, place: _Int, /, out: None = None, **kwargs: Any
    ) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(
        self, step: _Ints, morton: _Ints, place: _Ints, /, out: Any = None, **kwargs: Any
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
    @overload
    def __call__(
        self,
        step: _Ints | _Column,
        morton: _Ints | _Column,
        place: _Ints | _Column,
        /,
        out: Any = None,
        **kwargs: Any,
    ) -> Any: ...

fastNorm2Mort: _OfNorm
VaexNorm2Mort: _OfNormOfOrder18
nest2mort: _OfNest
is_mort: _OfIndex[np.bool_]
mort2order: _OfIndex[np.int64]
mort2norm: _ToNorm
mort2nest: _OfIndex[np.int64]
clip_mort: _OfOrderAndIndex
latlon2nest: _OfPoint
latlon2mort: _OfPoint
mort2latlon: _ToLatLon
mort2vertices: _ToVertices
boundary_point: _ToOutline
mort_neighbours: _ToNeighbours
mort_range: _ToRange
mort2uniq: _OfIndex[np.int64]
uniq2mort: _OfUniq
mort2word: _OfIndex[np.uint64]
word2mort: _OfWord
geodetic2authalic: _OfLatitude
authalic2geodetic: _OfLatitude

def kernel() -> str: ...
def exact_points() -> dict[str, int]: ...
def union(a: ArrayLike, b: ArrayLike, /) -> NDArray[np.int64]: ...
def intersection(a: ArrayLike, b: ArrayLike, /) -> NDArray[np.int64]: ...
def difference(a: ArrayLike, b: ArrayLike, /) -> NDArray[np.int64]: ...
def expand(order: int, cells: ArrayLike, /) -> NDArray[np.int64]: ...
def isin(morton: ArrayLike, cells: ArrayLike, /) -> NDArray[np.bool_]: ...
def cover(
    lat: np.ndarray,
    lon: np.ndarray,
    kinds: np.ndarray,
    paths: np.ndarray,
    geometries: np.ndarray,
    numbers: np.ndarray,
    order: int,
    mode: int,
    mixed: bool,
    oriented: bool,
) -> tuple[np.ndarray, np.ndarray]: ...
def track(
    lat: np.ndarray, lon: np.ndarray, order: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...
def locator(
    lat: np.ndarray,
    lon: np.ndarray,
    kinds: np.ndarray,
    paths: np.ndarray,
    geometries: np.ndarray,
    numbers: np.ndarray,
    oriented: bool,
) -> object: ...
def locate(locator: object, lat: np.ndarray, lon: np.ndarray) -> NDArray[np.int64]: ...
def locate_all(
    locator: object, lat: np.ndarray, lon: np.ndarray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
