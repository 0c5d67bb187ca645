// The extension module mortie._native: its ufuncs, in one table.
#include <Python.h>
#include <numpy/ndarraytypes.h>
#include <numpy/ufuncobject.h>

#include <cstdlib>
#include <cstring>

#include "index/healpix.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/kernels.hpp"
#include "python/docstrings.hpp"
#include "python/regions.hpp"
#include "python/ufunc_loop.hpp"

namespace mortie {
namespace {

long long as_ll(Int64 value) { return value; }

// What is wrong with an element that a kernel stopped at; these run with the GIL held.

void raise_order(Int64 order, Int64 highest) {
    const char *why = order > max_order && highest == max_order
                          ? "Max order is 18 (to output to 64-bit int): "
                          : "";
    PyErr_Format(PyExc_ValueError, "%sorder must lie in 0-%lld, not %lld", why, as_ll(highest),
                 as_ll(order));
}

void raise_norm(Int64 order, Int64, Int64) {
    if (order > max_order) { // in the words of the numba version, on which programs may rely
        PyErr_SetString(PyExc_ValueError, "Max order is 18 (to output to 64-bit int).");
    } else {
        raise_order(order, max_order);
    }
}

void raise_nest(Int64 order, Int64 nest) {
    if (!is_order(order)) {
        raise_order(order, max_order);
    } else {
        PyErr_Format(PyExc_ValueError, "nest must lie in 0-%lld at order %lld, not %lld",
                     as_ll((Int64{12} << 2 * order) - 1), as_ll(order), as_ll(nest));
    }
}

void raise_mort(Int64 morton) {
    PyErr_Format(PyExc_ValueError,
                 "a Morton index has 1 to 19 digits, the first in 1-6 and the others in 1-4, and "
                 "%lld is none",
                 as_ll(morton));
}

void raise_clip(Int64 order, Int64 morton) {
    const Int64 highest = decode(morton).order;
    if (highest < 0) {
        raise_mort(morton);
    } else {
        PyErr_Format(PyExc_ValueError,
                     "order must lie in 0-%lld, up to that of the Morton index %lld, not %lld",
                     as_ll(highest), as_ll(morton), as_ll(order));
    }
}

template <Int64 highest> void raise_latlon(Int64 order, double lat, double lon) {
    if (order < 0 || order > highest) {
        raise_order(order, highest);
        return;
    }
    PyObject *value = PyFloat_FromDouble(is_lat(lat) ? lon : lat);
    if (value != nullptr) {
        PyErr_Format(PyExc_ValueError,
                     is_lat(lat) ? "longitude must be a finite number of degrees, not %S"
                                 : "latitude must lie in -90 to 90 degrees, not %S",
                     value);
        Py_DECREF(value);
    }
}

struct UFunc {
    const char *name;
    const char *doc;
    PyUFuncGenericFunction loop;
    const char *types;
    int nin;
    int nout;
};

template <auto kernel, auto raise = nullptr>
constexpr UFunc ufunc(const char *name, const char *doc) {
    using Loop = InnerLoop<kernel, raise>;
    return {name, doc, Loop::run, Loop::types.data(), Loop::nin, Loop::nargs - Loop::nin};
}

// NumPy keeps pointers into this table for as long as the ufuncs live.
UFunc ufuncs[] = {
    ufunc<&Kernels::fast_norm2mort, raise_norm>("fastNorm2Mort", docstrings::fast_norm2mort),
    ufunc<&Kernels::vaex_norm2mort>("VaexNorm2Mort", docstrings::vaex_norm2mort),
    ufunc<&Kernels::nest2mort, raise_nest>("nest2mort", docstrings::nest2mort),
    ufunc<&Kernels::is_mort>("is_mort", docstrings::is_mort),
    ufunc<&Kernels::mort2order, raise_mort>("mort2order", docstrings::mort2order),
    ufunc<&Kernels::mort2norm, raise_mort>("mort2norm", docstrings::mort2norm),
    ufunc<&Kernels::mort2nest, raise_mort>("mort2nest", docstrings::mort2nest),
    ufunc<&Kernels::clip_mort, raise_clip>("clip_mort", docstrings::clip_mort),
    ufunc<&Kernels::latlon2nest, raise_latlon<max_nest_order>>("latlon2nest",
                                                               docstrings::latlon2nest),
    ufunc<&Kernels::latlon2mort, raise_latlon<max_order>>("latlon2mort", docstrings::latlon2mort),
    ufunc<&Kernels::mort2latlon, raise_mort>("mort2latlon", docstrings::mort2latlon),
};

// The Kernels that every inner loop gets as its data, chosen once.
void *kernels_in_use[1];

// The fastest kernels that run here, or those that the environment variable MORTIE_KERNEL names.
int choose_kernels() {
    const char *wanted = std::getenv("MORTIE_KERNEL");
    PyObject *names = PyUnicode_FromString("");
    for (const Kernels *kernels : supported_kernels()) {
        if (wanted == nullptr || *wanted == '\0' || std::strcmp(wanted, kernels->name) == 0) {
            kernels_in_use[0] = const_cast<Kernels *>(kernels);
            Py_XDECREF(names);
            return 0;
        }
        if (names != nullptr) {
            const char *comma = PyUnicode_GetLength(names) == 0 ? "" : ", ";
            PyObject *before = names;
            names = PyUnicode_FromFormat("%U%s%s", before, comma, kernels->name);
            Py_DECREF(before);
        }
    }
    if (names != nullptr) {
        PyErr_Format(PyExc_ImportError, "MORTIE_KERNEL is '%s', but this machine supports %U",
                     wanted, names);
        Py_DECREF(names);
    }
    return -1;
}

PyObject *kernel(PyObject *, PyObject *) {
    return PyUnicode_FromString(static_cast<const Kernels *>(kernels_in_use[0])->name);
}

PyObject *count_exact_points(PyObject *, PyObject *) {
    return PyLong_FromUnsignedLongLong(exact_points.load());
}

PyMethodDef functions[] = {
    {"kernel", kernel, METH_NOARGS, docstrings::kernel},
    {"exact_points", count_exact_points, METH_NOARGS, docstrings::exact_points},
    {"cover", cover, METH_VARARGS, docstrings::cover},
    {"track", track, METH_VARARGS, docstrings::track},
    {nullptr, nullptr, 0, nullptr},
};

// Pickles of a ufunc name the module that it says it comes from: the public one, where NumPy (2.2
// and later) lets it be said.
int name_public_module(PyObject *ufunc) {
    PyObject *name = PyUnicode_FromString("mortie");
    if (name == nullptr) {
        return -1;
    }
    const int status = PyObject_SetAttrString(ufunc, "__module__", name);
    Py_DECREF(name);
    if (status < 0 && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        return 0;
    }
    return status;
}

int add_ufunc(PyObject *module, UFunc &spec) {
    PyObject *ufunc = PyUFunc_FromFuncAndData(&spec.loop, kernels_in_use, spec.types, 1, spec.nin,
                                              spec.nout, PyUFunc_None, spec.name, spec.doc, 0);
    if (ufunc == nullptr) {
        return -1;
    }
    int status = name_public_module(ufunc);
    if (status == 0) {
        status = PyModule_AddObjectRef(module, spec.name, ufunc);
    }
    Py_DECREF(ufunc);
    return status;
}

int exec(PyObject *module) {
    if (choose_kernels() < 0 || PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0) {
        return -1;
    }
    for (UFunc &spec : ufuncs) {
        if (add_ufunc(module, spec) < 0) {
            return -1;
        }
    }
    return 0;
}

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void *>(exec)},
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, nullptr},
};

PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "mortie._native",
    .m_doc = "The ufuncs of mortie, in C++.",
    .m_size = 0,
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = nullptr,
    .m_clear = nullptr,
    .m_free = nullptr,
};

} // namespace
} // namespace mortie

PyMODINIT_FUNC PyInit__native() { return PyModuleDef_Init(&mortie::definition); }
