// From arrays of NumPy to functions over them, and from buffers to arrays, without a copy.
#pragma once

#include <Python.h>
#include <numpy/ndarraytypes.h>

#include <cstddef>
#include <cstdlib>
#include <utility>

#include "regions/buffer.hpp"

namespace mortie {

// A reference that we own.
class Owned {
  public:
    explicit Owned(PyObject *object) noexcept : object_(object) {}
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;
    ~Owned() { Py_XDECREF(object_); }

    PyObject *get() const noexcept { return object_; }
    PyObject *release() noexcept { return std::exchange(object_, nullptr); }
    explicit operator bool() const noexcept { return object_ != nullptr; }

  private:
    PyObject *object_;
};

// A one-dimensional packed array, or a null pointer and an exception.
template <typename T> class Column {
  public:
    Column(PyObject *object, int type) noexcept
        : array_(PyArray_FROMANY(object, type, 1, 1, NPY_ARRAY_CARRAY_RO)) {}

    explicit operator bool() const noexcept { return static_cast<bool>(array_); }
    std::size_t size() const noexcept { return static_cast<std::size_t>(PyArray_SIZE(array())); }
    const T *data() const noexcept { return static_cast<const T *>(PyArray_DATA(array())); }

  private:
    PyArrayObject *array() const noexcept {
        return reinterpret_cast<PyArrayObject *>(array_.get());
    }

    Owned array_;
};

inline constexpr const char *buffer_name = "mortie.buffer";

inline void free_buffer(PyObject *capsule) {
    std::free(PyCapsule_GetPointer(capsule, buffer_name));
}

// An array of the elements, which it takes over, or nullptr with an exception.
template <typename T> PyObject *make_array(Buffer<T> buffer, int type) {
    if (buffer.failed()) {
        return PyErr_NoMemory();
    }
    npy_intp size = static_cast<npy_intp>(buffer.size());
    if (size == 0) {
        return PyArray_SimpleNew(1, &size, type);
    }
    buffer.fit();
    void *elements = buffer.release();
    Owned capsule(PyCapsule_New(elements, buffer_name, free_buffer));
    if (!capsule) {
        std::free(elements);
        return nullptr;
    }
    Owned array(PyArray_SimpleNewFromData(1, &size, type, elements));
    if (!array || PyArray_SetBaseObject(reinterpret_cast<PyArrayObject *>(array.get()),
                                        capsule.release()) < 0) {
        return nullptr;
    }
    return array.release();
}

} // namespace mortie
