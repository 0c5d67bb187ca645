import numpy as np

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

def kernel() -> str: ...
def exact_points() -> int: ...
def cover(
    lat: np.ndarray,
    lon: np.ndarray,
    kinds: np.ndarray,
    paths: np.ndarray,
    geometries: np.ndarray,
    order: int,
    mode: int,
    mixed: bool,
    oriented: bool,
) -> tuple[np.ndarray, np.ndarray]: ...
def track(
    lat: np.ndarray, lon: np.ndarray, order: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...
