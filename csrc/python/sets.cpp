// Sets of cells as functions of arrays of NumPy. Their documentation is that of mortie.cells.
#include "python/sets.hpp"

#include <numpy/ndarrayobject.h>
#include <numpy/ndarraytypes.h>

#include "python/arrays.hpp"
#include "python/errors.hpp"
#include "regions/sets.hpp"

namespace mortie {
namespace {

const Kernels *kernels_in_use;

constexpr std::uint64_t most_cells = 1'000'000'000; // 8 GB

// The sorted keys of a set; without the GIL. Returns how many cells it could read.
std::size_t read_set(const Column<Int64> &cells, Buffer<Key> &keys) {
    const std::size_t done = add_keys(*kernels_in_use, cells.size(), cells.data(), keys);
    if (done == cells.size()) {
        sort_keys(keys);
    }
    return done;
}

// Raises what ended read_set; true if there is something.
bool raise_unread(const Column<Int64> &cells, const Buffer<Key> &keys, std::size_t done) {
    if (keys.failed()) {
        PyErr_NoMemory();
    } else if (done < cells.size()) {
        raise_mort(cells.data()[done]);
    }
    return PyErr_Occurred() != nullptr;
}

template <auto keep> PyObject *combine_sets(PyObject *, PyObject *arguments) {
    PyObject *first = nullptr;
    PyObject *second = nullptr;
    if (!PyArg_ParseTuple(arguments, "OO", &first, &second)) {
        return nullptr;
    }
    const Column<Int64> a(first, NPY_INT64);
    if (!a) {
        return nullptr;
    }
    const Column<Int64> b(second, NPY_INT64);
    if (!b) {
        return nullptr;
    }
    Buffer<Key> a_keys;
    Buffer<Key> b_keys;
    Buffer<Int64> cells;
    std::size_t a_done = 0;
    std::size_t b_done = 0;
    Py_BEGIN_ALLOW_THREADS;
    a_done = read_set(a, a_keys);
    b_done = read_set(b, b_keys);
    if (a_done == a.size() && b_done == b.size() && !a_keys.failed() && !b_keys.failed()) {
        combine(a_keys, b_keys, keep, cells);
    }
    Py_END_ALLOW_THREADS;
    if (raise_unread(a, a_keys, a_done) || raise_unread(b, b_keys, b_done)) {
        return nullptr;
    }
    return make_array(std::move(cells), NPY_INT64);
}

PyObject *expand(PyObject *, PyObject *arguments) {
    PyObject *argument = nullptr;
    long long order = 0;
    if (!PyArg_ParseTuple(arguments, "LO", &order, &argument)) {
        return nullptr;
    }
    const Column<Int64> cells(argument, NPY_INT64);
    if (!cells) {
        return nullptr;
    }
    Buffer<Key> keys;
    Buffer<Int64> expanded;
    std::size_t done = 0;
    std::size_t too_fine = cells.size();
    std::uint64_t count = 0;
    Py_BEGIN_ALLOW_THREADS;
    done = add_keys(*kernels_in_use, cells.size(), cells.data(), keys);
    if (done == cells.size() && !keys.failed()) {
        const auto coarse_enough = [order](Key key) { return key_order(key) <= order; };
        const bool valid = is_order(order);
        too_fine = static_cast<std::size_t>(
            valid ? std::find_if_not(keys.begin(), keys.end(), coarse_enough) - keys.begin() : 0);
        if (too_fine == cells.size() && valid) {
            sort_keys(keys);
            count = count_pixels(order, keys);
            if (count <= most_cells && !keys.failed()) {
                write_pixels(*kernels_in_use, order, keys, expanded);
            }
        }
    }
    Py_END_ALLOW_THREADS;
    if (raise_unread(cells, keys, done)) {
        return nullptr;
    }
    if (too_fine < cells.size()) {
        raise_range(order, cells.data()[too_fine]);
        return nullptr;
    }
    if (!is_order(order)) {
        PyErr_Format(PyExc_ValueError, "order must lie in 0-18, not %lld", order);
        return nullptr;
    }
    if (count > most_cells) {
        PyErr_Format(PyExc_ValueError, "the set has %llu cells of order %lld, more than 10**9",
                     static_cast<unsigned long long>(count), order);
        return nullptr;
    }
    return make_array(std::move(expanded), NPY_INT64);
}

PyObject *isin(PyObject *, PyObject *arguments) {
    PyObject *first = nullptr;
    PyObject *second = nullptr;
    if (!PyArg_ParseTuple(arguments, "OO", &first, &second)) {
        return nullptr;
    }
    const Column<Int64> morton(first, NPY_INT64);
    if (!morton) {
        return nullptr;
    }
    const Column<Int64> cells(second, NPY_INT64);
    if (!cells) {
        return nullptr;
    }
    npy_intp size = static_cast<npy_intp>(morton.size());
    PyObject *found = PyArray_SimpleNew(1, &size, NPY_BOOL);
    if (found == nullptr) {
        return nullptr;
    }
    auto *const flags = static_cast<bool *>(PyArray_DATA(reinterpret_cast<PyArrayObject *>(found)));
    Buffer<Key> keys;
    Buffer<Span> spans;
    std::size_t read = 0;
    std::size_t done = 0;
    Py_BEGIN_ALLOW_THREADS;
    read = read_set(cells, keys);
    if (read == cells.size() && !keys.failed()) {
        for (Spans each(keys); (*each).begin != past_all.begin; each.next()) {
            spans.push(*each);
        }
        if (!spans.failed()) {
            done = find_in_spans(*kernels_in_use, morton.size(), morton.data(), spans, flags);
        }
    }
    Py_END_ALLOW_THREADS;
    if (raise_unread(cells, keys, read)) {
        Py_DECREF(found);
        return nullptr;
    }
    if (spans.failed()) {
        Py_DECREF(found);
        return PyErr_NoMemory();
    }
    if (done < morton.size()) {
        Py_DECREF(found);
        raise_mort(morton.data()[done]);
        return nullptr;
    }
    return found;
}

bool in_either(bool a, bool b) { return a || b; }
bool in_both(bool a, bool b) { return a && b; }
bool in_the_first_alone(bool a, bool b) { return a && !b; }

PyMethodDef functions[] = {
    {"union", combine_sets<in_either>, METH_VARARGS, nullptr},
    {"intersection", combine_sets<in_both>, METH_VARARGS, nullptr},
    {"difference", combine_sets<in_the_first_alone>, METH_VARARGS, nullptr},
    {"expand", expand, METH_VARARGS, nullptr},
    {"isin", isin, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

int add_set_functions(PyObject *module, const Kernels &kernels) {
    kernels_in_use = &kernels;
    return PyArray_ImportNumPyAPI() < 0 ? -1 : PyModule_AddFunctions(module, functions);
}

} // namespace mortie
