// The index of regions as an object of Python, and functions that look up points in it. Their
// documentation is that of mortie.Regions.
#include "python/locate.hpp"

#include <cstdlib>
#include <new>

#include <numpy/arrayobject.h>
#include <numpy/ndarraytypes.h>

#include "python/arrays.hpp"
#include "python/regions.hpp"
#include "regions/locate.hpp"

namespace mortie {
namespace {

const Kernels *kernels_in_use;

constexpr const char *locator_name = "mortie.locator";

void destroy(Locator *locator) {
    locator->~Locator();
    std::free(locator);
}

void free_locator(PyObject *capsule) {
    destroy(static_cast<Locator *>(PyCapsule_GetPointer(capsule, locator_name)));
}

// locator(lat, lon, kinds, paths, geometries, numbers, oriented): the index, as a capsule.
PyObject *make_locator(PyObject *, PyObject *arguments) {
    PyObject *given[6];
    int oriented = 0;
    if (!PyArg_ParseTuple(arguments, "OOOOOOp", &given[0], &given[1], &given[2], &given[3],
                          &given[4], &given[5], &oriented)) {
        return nullptr;
    }
    const RaggedRegions regions(given);
    if (!regions.check()) {
        return nullptr;
    }
    void *memory = std::malloc(sizeof(Locator));
    if (memory == nullptr) {
        return PyErr_NoMemory();
    }
    Locator *locator = nullptr;
    std::size_t geometry = 0;
    std::size_t path = 0;
    Finding found;
    bool stopped = false;
    {
        WithoutGil gil;
        const Interrupt interrupt = {WithoutGil::interrupted, &gil};
        locator = new (memory) Locator(oriented != 0, interrupt);
        std::size_t cost = 0;
        while (geometry < regions.size() && !stopped && found.fault == Fault::none) {
            locator->begin();
            path = regions.first_path(geometry);
            const std::size_t end = regions.first_path(geometry + 1);
            while (path < end && !stopped && found.fault == Fault::none) {
                found = locator->add(geometry, regions.path(path));
                cost += regions.path(path).size;
                path += found.fault == Fault::none;
                if (cost > steps_between_interrupts / 8) {
                    cost = 0;
                    stopped = interrupt();
                }
            }
            if (found.fault == Fault::none) {
                found = locator->end_polygon();
            }
            stopped = stopped || locator->is_stopped();
            geometry += found.fault == Fault::none;
        }
        if (!stopped && found.fault == Fault::none && !locator->build(interrupt)) {
            stopped = !locator->failed();
        }
        if (locator->failed()) {
            found = {Fault::memory};
        }
    }
    if (stopped || found.fault != Fault::none) {
        destroy(locator);
        if (!stopped) {
            raise_in_regions(regions, geometry, path, found);
        }
        return nullptr;
    }
    PyObject *capsule = PyCapsule_New(locator, locator_name, free_locator);
    if (capsule == nullptr) {
        destroy(locator);
    }
    return capsule;
}

// What locate and locate_all get: the index and points.
struct Points {
    const Locator *locator = nullptr;
    Column<double> lat, lon;

    Points(PyObject *capsule, PyObject *lats, PyObject *lons) noexcept
        : lat(lats, NPY_DOUBLE), lon(lons, NPY_DOUBLE) {
        if (lat && lon) {
            locator = static_cast<const Locator *>(PyCapsule_GetPointer(capsule, locator_name));
        }
        if (locator != nullptr && lat.size() != lon.size()) {
            locator = nullptr;
            PyErr_Format(PyExc_ValueError, "%zu latitudes and %zu longitudes make no points",
                         lat.size(), lon.size());
        }
    }

    std::size_t size() const noexcept { return lat.size(); }

    // Raises what ended a search; true if there is something.
    bool raise(std::size_t done) const {
        if (PyErr_Occurred() != nullptr) { // interrupted
            return true;
        }
        if (done == size()) {
            return false;
        }
        const bool good = is_lat(lat.data()[done]);
        Owned value(PyFloat_FromDouble((good ? lon : lat).data()[done]));
        if (value) {
            PyErr_Format(PyExc_ValueError,
                         good ? "longitude must be a finite number of degrees, not %S"
                              : "latitude must lie in -90 to 90 degrees, not %S",
                         value.get());
        }
        return true;
    }
};

// locate(locator, lat, lon): the place of the first region that holds each point, or -1.
PyObject *locate(PyObject *, PyObject *arguments) {
    PyObject *given[3];
    if (!PyArg_ParseTuple(arguments, "OOO", &given[0], &given[1], &given[2])) {
        return nullptr;
    }
    const Points points(given[0], given[1], given[2]);
    if (points.locator == nullptr) {
        return nullptr;
    }
    npy_intp size = static_cast<npy_intp>(points.size());
    Owned places(PyArray_SimpleNew(1, &size, NPY_INT64));
    if (!places) {
        return nullptr;
    }
    auto *const out =
        static_cast<std::int64_t *>(PyArray_DATA(reinterpret_cast<PyArrayObject *>(places.get())));
    std::size_t done = 0;
    {
        WithoutGil gil;
        done = points.locator->locate(*kernels_in_use, points.size(), points.lat.data(),
                                      points.lon.data(), out, {WithoutGil::interrupted, &gil});
    }
    return points.raise(done) ? nullptr : places.release();
}

// locate_all(locator, lat, lon): pairs of places, of points and of regions that hold them.
PyObject *locate_all(PyObject *, PyObject *arguments) {
    PyObject *given[3];
    if (!PyArg_ParseTuple(arguments, "OOO", &given[0], &given[1], &given[2])) {
        return nullptr;
    }
    const Points points(given[0], given[1], given[2]);
    if (points.locator == nullptr) {
        return nullptr;
    }
    Buffer<std::int64_t> of_points;
    Buffer<std::int64_t> of_regions;
    std::size_t done = 0;
    {
        WithoutGil gil;
        done = points.locator->locate_all(*kernels_in_use, points.size(), points.lat.data(),
                                          points.lon.data(), of_points, of_regions,
                                          {WithoutGil::interrupted, &gil});
    }
    if (points.raise(done)) {
        return nullptr;
    }
    Owned first(make_array(std::move(of_points), NPY_INT64));
    Owned second(make_array(std::move(of_regions), NPY_INT64));
    return first && second ? PyTuple_Pack(2, first.get(), second.get()) : nullptr;
}

PyMethodDef functions[] = {
    {"locator", make_locator, METH_VARARGS, nullptr},
    {"locate", locate, METH_VARARGS, nullptr},
    {"locate_all", locate_all, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

int add_locate_functions(PyObject *module, const Kernels &kernels) {
    kernels_in_use = &kernels;
    return PyArray_ImportNumPyAPI() < 0 ? -1 : PyModule_AddFunctions(module, functions);
}

} // namespace mortie
