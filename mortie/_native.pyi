import numpy as np
from numpy.typing import ArrayLike, NDArray

fastNorm2Mort: np.ufunc
VaexNorm2Mort: np.ufunc
nest2mort: np.ufunc
is_mort: np.ufunc
mort2order: np.ufunc
mort2norm: np.ufunc
mort2nest: np.ufunc
clip_mort: np.ufunc
latlon2nest: np.ufunc
latlon2mort: np.ufunc
mort2latlon: np.ufunc
mort2vertices: np.ufunc
boundary_point: np.ufunc
mort_neighbours: np.ufunc
mort_range: np.ufunc
mort2uniq: np.ufunc
uniq2mort: np.ufunc
mort2word: np.ufunc
word2mort: np.ufunc
geodetic2authalic: np.ufunc
authalic2geodetic: np.ufunc

def kernel() -> str: ...
def exact_points() -> int: ...
def union(a: ArrayLike, b: ArrayLike, /) -> NDArray[np.int64]: ...
def intersection(a: ArrayLike, b: ArrayLike, /) -> NDArray[np.int64]: ...
def difference(a: ArrayLike, b: ArrayLike, /) -> NDArray[np.int64]: ...
def expand(order: int, cells: ArrayLike, /) -> NDArray[np.int64]: ...
def isin(morton: ArrayLike, cells: ArrayLike, /) -> NDArray[np.bool_]: ...
