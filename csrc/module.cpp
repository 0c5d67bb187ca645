// The extension module mortie._native: its ufuncs, in one table.
#include <Python.h>
#include <numpy/ndarraytypes.h>
#include <numpy/ufuncobject.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "dispatch.hpp"
#include "docstrings.hpp"
#include "kernels.hpp"
#include "ufunc_loop.hpp"

namespace mortie {
namespace {

void raise_order(Int64 order, Int64, Int64) {
    if (order > 18) {
        PyErr_SetString(PyExc_ValueError, "Max order is 18 (to output to 64-bit int).");
    } else {
        PyErr_Format(PyExc_ValueError, "order must lie in 0-18, not %lld",
                     static_cast<long long>(order));
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
    ufunc<&Kernels::fast_norm2mort, raise_order>("fastNorm2Mort", docstrings::fast_norm2mort),
    ufunc<&Kernels::vaex_norm2mort>("VaexNorm2Mort", docstrings::vaex_norm2mort),
};

// The Kernels that every inner loop gets as its data, chosen once.
void *kernels_in_use[1];

// The fastest kernels that run here, or those that the environment variable MORTIE_KERNEL names.
int choose_kernels() {
    const char *wanted = std::getenv("MORTIE_KERNEL");
    std::string names;
    for (const Kernels *kernels : supported_kernels()) {
        if (wanted == nullptr || *wanted == '\0' || std::strcmp(wanted, kernels->name) == 0) {
            kernels_in_use[0] = const_cast<Kernels *>(kernels);
            return 0;
        }
        names += names.empty() ? "" : ", ";
        names += kernels->name;
    }
    PyErr_Format(PyExc_ImportError, "MORTIE_KERNEL is '%s', but this machine supports %s", wanted,
                 names.c_str());
    return -1;
}

PyObject *kernel(PyObject *, PyObject *) {
    return PyUnicode_FromString(static_cast<const Kernels *>(kernels_in_use[0])->name);
}

PyMethodDef functions[] = {
    {"kernel", kernel, METH_NOARGS, docstrings::kernel},
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
