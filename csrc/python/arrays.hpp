// From arrays of NumPy to functions over them, and from buffers to arrays, without a copy.
#pragma once

#include <Python.h>
#include <numpy/ndarraytypes.h>

#include <cstdlib>

#include "kernels/kernels.hpp"
#include "regions/buffer.hpp"

namespace mortie {

// A one-dimensional array of int64, packed, as which an argument can be read; owns a reference.
class Int64Array {
  public:
    explicit Int64Array(PyObject *argument)
        : array_(PyArray_FROMANY(argument, NPY_INT64, 1, 1, NPY_ARRAY_IN_ARRAY)) {}
    Int64Array(const Int64Array &) = delete;
    Int64Array &operator=(const Int64Array &) = delete;
    ~Int64Array() { Py_XDECREF(array_); }

    bool failed() const { return array_ == nullptr; } // with a Python exception set
    const Int64 *data() const { return static_cast<const Int64 *>(PyArray_DATA(array())); }
    std::size_t size() const { return static_cast<std::size_t>(PyArray_DIM(array(), 0)); }

  private:
    PyArrayObject *array() const { return reinterpret_cast<PyArrayObject *>(array_); }

    PyObject *array_;
};

inline void free_capsule(PyObject *capsule) { std::free(PyCapsule_GetPointer(capsule, nullptr)); }

// An array that owns the memory of a buffer, or nullptr with a MemoryError.
inline PyObject *to_array(Buffer<Int64> &&buffer) {
    if (buffer.failed()) {
        return PyErr_NoMemory();
    }
    npy_intp size = static_cast<npy_intp>(buffer.size());
    if (size == 0) {
        return PyArray_SimpleNew(1, &size, NPY_INT64);
    }
    buffer.fit();
    PyObject *array = PyArray_SimpleNewFromData(1, &size, NPY_INT64, buffer.data());
    if (array == nullptr) {
        return nullptr;
    }
    PyObject *owner = PyCapsule_New(buffer.data(), nullptr, free_capsule);
    if (owner == nullptr) {
        Py_DECREF(array);
        return nullptr;
    }
    buffer.release();
    if (PyArray_SetBaseObject(reinterpret_cast<PyArrayObject *>(array), owner) < 0) {
        Py_DECREF(array); // the owner is gone as well
        return nullptr;
    }
    return array;
}

} // namespace mortie
