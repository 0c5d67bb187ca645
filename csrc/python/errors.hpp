// What is wrong with an index: the errors that ufuncs and functions share. Call them with the GIL.
#pragma once

#include <Python.h>

#include "index/morton.hpp"
#include "kernels/kernels.hpp"

namespace mortie {

inline long long as_ll(Int64 value) { return value; }

inline void raise_mort(Int64 morton) {
    PyErr_Format(PyExc_ValueError,
                 "a Morton index has 1 to 19 digits, the first in 1-6 and the others in 1-4, and "
                 "%lld is none",
                 as_ll(morton));
}

// Of an order that lies not between that of an index and 18.
inline void raise_range(Int64 order, Int64 morton) {
    const Int64 lowest = decode(morton).order;
    if (lowest < 0) {
        raise_mort(morton);
    } else {
        PyErr_Format(PyExc_ValueError,
                     "order must lie in %lld-18, from that of the Morton index %lld on, not %lld",
                     as_ll(lowest), as_ll(morton), as_ll(order));
    }
}

} // namespace mortie
