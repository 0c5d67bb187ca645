import numpy as np

fastNorm2Mort: np.ufunc
VaexNorm2Mort: np.ufunc

def kernel() -> str: ...
