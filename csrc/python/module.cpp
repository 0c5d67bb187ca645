// The extension module mortie._native: its ufuncs, in one table.
#include <Python.h>
#include <numpy/ndarraytypes.h>
#include <numpy/ufuncobject.h>

#include <cstdlib>
#include <cstring>

#include "index/healpix.hpp"
#include "index/outline.hpp"
#include "index/uniq.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/kernels.hpp"
#include "kernels/numbers.hpp"
#include "python/cell_docstrings.hpp"
#include "python/docstrings.hpp"
#include "python/errors.hpp"
#include "python/locate.hpp"
#include "python/regions.hpp"
#include "python/sets.hpp"
#include "python/ufunc_loop.hpp"

namespace mortie {
namespace {

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

void raise_boundary_point(Int64 step, Int64 morton, Int64 place) {
    if (decode(morton).order < 0) {
        raise_mort(morton);
    } else if (step < 1 || step > max_step) {
        PyErr_Format(PyExc_ValueError, "step must lie in 1-%lld, not %lld", as_ll(max_step),
                     as_ll(step));
    } else {
        PyErr_Format(PyExc_ValueError, "place must lie in 0-%lld, not %lld", as_ll(4 * step - 1),
                     as_ll(place));
    }
}

void raise_uniq(Int64 uniq) {
    PyErr_Format(PyExc_ValueError,
                 "a UNIQ number of an order in 0-18 lies in 4-%lld, and %lld does not",
                 as_ll(max_uniq), as_ll(uniq));
}

void raise_word(Word word) {
    PyErr_Format(PyExc_ValueError,
                 "%llu is no word of a cell of an order in 0-18: 4 bits hold the base cell plus 1, "
                 "54 the address, left-aligned, and the last 6 the order",
                 static_cast<unsigned long long>(word));
}

void raise_coordinate(const char *message, double coordinate) {
    PyObject *value = PyFloat_FromDouble(coordinate);
    if (value != nullptr) {
        PyErr_Format(PyExc_ValueError, message, value);
        Py_DECREF(value);
    }
}

void raise_lat(double lat) {
    raise_coordinate("latitude must lie in -90 to 90 degrees, not %S", lat);
}

template <Int64 highest> void raise_latlon(Int64 order, double lat, double lon) {
    if (order < 0 || order > highest) {
        raise_order(order, highest);
        return;
    }
    if (is_lat(lat)) {
        raise_coordinate("longitude must be a finite number of degrees, not %S", lon);
    } else {
        raise_lat(lat);
    }
}

struct UFunc {
    const char *name;
    const char *doc;
    PyUFuncGenericFunction loop;
    const char *types;
    int nin;
    int nout;
    const char *signature; // of a generalised ufunc, else nullptr
};

template <auto kernel, auto raise = nullptr>
constexpr UFunc ufunc(const char *name, const char *doc) {
    using Loop = InnerLoop<kernel, raise>;
    return {name,
            doc,
            Loop::run,
            Loop::types.data(),
            Loop::nin,
            Loop::nargs - Loop::nin,
            Loop::generalised ? Loop::signature.data() : nullptr};
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
    ufunc<&Kernels::mort2vertices, raise_mort>("mort2vertices", docstrings::mort2vertices),
    ufunc<&Kernels::boundary_point, raise_boundary_point>("boundary_point",
                                                          docstrings::boundary_point),
    ufunc<&Kernels::mort_neighbours, raise_mort>("mort_neighbours", docstrings::mort_neighbours),
    ufunc<mort_range, raise_range>("mort_range", docstrings::mort_range),
    ufunc<mort2uniq, raise_mort>("mort2uniq", docstrings::mort2uniq),
    ufunc<uniq2mort, raise_uniq>("uniq2mort", docstrings::uniq2mort),
    ufunc<mort2word, raise_mort>("mort2word", docstrings::mort2word),
    ufunc<word2mort, raise_word>("word2mort", docstrings::word2mort),
    ufunc<geodetic2authalic, raise_lat>("geodetic2authalic", docstrings::geodetic2authalic),
    ufunc<authalic2geodetic, raise_lat>("authalic2geodetic", docstrings::authalic2geodetic),
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
    // Shown as Python shows it: it may hold anything, also what a terminal would obey.
    PyObject *value = names == nullptr ? nullptr : PyUnicode_DecodeFSDefault(wanted);
    if (value != nullptr) {
        PyErr_Format(PyExc_ImportError, "MORTIE_KERNEL is %A, but this machine supports %U", value,
                     names);
        Py_DECREF(value);
    }
    Py_XDECREF(names);
    return -1;
}

PyObject *kernel(PyObject *, PyObject *) {
    return PyUnicode_FromString(static_cast<const Kernels *>(kernels_in_use[0])->name);
}

PyObject *count_exact_points(PyObject *, PyObject *) {
    const auto count = [](Cause cause) -> unsigned long long { return exact_points[cause].load(); };
    return Py_BuildValue("{s:K,s:K,s:K,s:K}", "near a pole", count(near_pole), "beyond a turn",
                         count(beyond_a_turn), "where zones meet", count(where_zones_meet),
                         "near an edge", count(near_edge));
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
    PyObject *ufunc = PyUFunc_FromFuncAndDataAndSignature(&spec.loop, kernels_in_use, spec.types, 1,
                                                          spec.nin, spec.nout, PyUFunc_None,
                                                          spec.name, spec.doc, 0, spec.signature);
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
    const auto &kernels = *static_cast<const Kernels *>(kernels_in_use[0]);
    return add_set_functions(module, kernels) < 0 ? -1 : add_locate_functions(module, kernels);
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
