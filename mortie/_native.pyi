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
