"""The names of the ufuncs' arguments, for `help` and `inspect.signature`."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

__all__ = ["name_arguments"]


def name_arguments(ufunc: np.ufunc) -> None:
    """Give a ufunc a signature with the names in its docstring, where NumPy (2.2 on) lets us.

    NumPy itself calls them x1, x2. Further keyword arguments stand together, as one of them is an
    ``order`` of memory, beside which a HEALPix order can't be named.
    """
    if not hasattr(ufunc, "__dict__"):
        return
    from inspect import Parameter, Signature  # NumPy 2.4 has imported it

    text = ufunc.__doc__ or ""
    names = re.search(rf"Call it as ``{ufunc.__name__}\((.*?)\)``", text).group(1).split(", ")  # type: ignore[union-attr]
    parameters = [Parameter(name, Parameter.POSITIONAL_ONLY) for name in names]
    parameters.append(Parameter("out", Parameter.POSITIONAL_OR_KEYWORD, default=None))
    if ufunc.signature is None:  # those with core dimensions take no `where`
        parameters.append(Parameter("where", Parameter.KEYWORD_ONLY, default=True))
    parameters.append(Parameter("kwargs", Parameter.VAR_KEYWORD))
    signature = Signature(parameters)
    named: Any = ufunc  # what NumPy's types call final
    named.__signature__ = signature
    named.__doc__ = f"{ufunc.__name__}{signature}\n\n" + text.partition("\n\n")[2]
