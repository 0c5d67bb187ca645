// Regions as Python sees them: functions over ragged arrays, without the GIL.
#pragma once

#include <Python.h>
#include <numpy/arrayobject.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "python/arrays.hpp"
#include "regions/buffer.hpp"
#include "regions/cover.hpp"
#include "regions/track.hpp"

namespace mortie {

// Gives up the GIL, and takes it back now and then to see whether Ctrl-C was pressed.
class WithoutGil {
  public:
    WithoutGil() noexcept : state_(PyEval_SaveThread()) {}
    WithoutGil(const WithoutGil &) = delete;
    WithoutGil &operator=(const WithoutGil &) = delete;
    ~WithoutGil() { PyEval_RestoreThread(state_); }

    // True once an exception is set.
    static bool interrupted(void *self) noexcept {
        auto &without = *static_cast<WithoutGil *>(self);
        PyEval_RestoreThread(without.state_);
        without.stopped_ = without.stopped_ || PyErr_CheckSignals() < 0;
        without.state_ = PyEval_SaveThread();
        return without.stopped_;
    }

  private:
    PyThreadState *state_;
    bool stopped_ = false;
};

// Regions in ragged arrays: paths of coordinates, geometries of paths.
struct RaggedRegions {
    Column<double> lat, lon;
    Column<std::uint8_t> kinds;             // of each path
    Column<std::int64_t> paths, geometries; // where they begin, and the end
    Column<std::int64_t> numbers;           // what errors call the vertices, or empty

    explicit RaggedRegions(PyObject *const (&given)[6]) noexcept
        : lat(given[0], NPY_DOUBLE), lon(given[1], NPY_DOUBLE), kinds(given[2], NPY_UINT8),
          paths(given[3], NPY_INT64), geometries(given[4], NPY_INT64),
          numbers(given[5], NPY_INT64) {}

    // Sets an exception if they don't fit together.
    bool check() const noexcept {
        if (!lat || !lon || !kinds || !paths || !geometries || !numbers) {
            return false;
        }
        bool good = lat.size() == lon.size() && paths.size() == kinds.size() + 1 &&
                    is_partition(paths, lat.size()) && is_partition(geometries, kinds.size());
        for (std::size_t i = 0; good && i < kinds.size(); ++i) {
            const auto kind = static_cast<Kind>(kinds.data()[i]);
            good = kind <= Kind::disc && (kind != Kind::disc || path(i).size == 2);
        }
        if (!good) {
            PyErr_SetString(PyExc_ValueError, "the ragged arrays don't fit together");
        } else if (numbers.size() != 0 && numbers.size() != lat.size()) {
            good = false;
            PyErr_SetString(PyExc_ValueError, "there must be as many numbers as vertices, or none");
        }
        return good;
    }

    std::size_t size() const noexcept { return geometries.size() - 1; }

    Path path(std::size_t i) const noexcept {
        const auto first = static_cast<std::size_t>(paths.data()[i]);
        const auto last = static_cast<std::size_t>(paths.data()[i + 1]);
        return {static_cast<Kind>(kinds.data()[i]), lat.data() + first, lon.data() + first,
                last - first};
    }

    std::size_t first_path(std::size_t geometry) const noexcept {
        return static_cast<std::size_t>(geometries.data()[geometry]);
    }

  private:
    static bool is_partition(const Column<std::int64_t> &offsets, std::size_t size) noexcept {
        if (offsets.size() == 0 || offsets.data()[0] != 0 ||
            offsets.data()[offsets.size() - 1] != static_cast<std::int64_t>(size)) {
            return false;
        }
        for (std::size_t i = 1; i < offsets.size(); ++i) {
            if (offsets.data()[i] < offsets.data()[i - 1]) {
                return false;
            }
        }
        return true;
    }
};

// What an edge of a ring is called: the vertex at which it began as it was given, which may be the
// other end now; that between the first vertex and the last is the last one's.
inline std::size_t edge_number(const RaggedRegions &regions, std::size_t number,
                               std::size_t vertex) noexcept {
    const Path path = regions.path(number);
    const std::int64_t *of_path = regions.numbers.data() + (path.lat - regions.lat.data());
    const std::int64_t first = of_path[vertex];
    const std::int64_t second = of_path[(vertex + 1) % path.size];
    const auto [least, most] = std::minmax(first, second);
    return static_cast<std::size_t>(most - least > 1 ? most : least);
}

// `name` says which path that is, and `named` has what its vertices are called.
inline void raise_fault(const Path &path, const char *name, Finding found, Finding named) {
    const auto raise = [&](const char *text, double number) {
        Owned value(PyFloat_FromDouble(number));
        if (value) {
            PyErr_Format(PyExc_ValueError, text, name, named.vertex, value.get());
        }
    };
    switch (found.fault) {
    case Fault::none: // interrupted
        break;
    case Fault::memory:
        PyErr_NoMemory();
        break;
    case Fault::bad_latitude:
        raise("%s, vertex %zu: latitude must lie in -90 to 90 degrees, not %S",
              path.lat[found.vertex]);
        break;
    case Fault::bad_longitude:
        raise("%s, vertex %zu: longitude must be a finite number of degrees, not %S",
              path.lon[found.vertex]);
        break;
    case Fault::bad_radius:
        raise("%s, vertex %zu: a disc's radius must lie in 0 to 180 degrees, not %S", path.lat[1]);
        break;
    case Fault::antipodal:
        PyErr_Format(PyExc_ValueError,
                     "%s, vertex %zu: the next vertex is its antipode, and no edge between them "
                     "is the shortest",
                     name, named.vertex);
        break;
    case Fault::too_few:
        PyErr_Format(PyExc_ValueError, "%s, vertex %zu: a ring needs three different vertices",
                     name, named.vertex);
        break;
    case Fault::crossing:
        if (found.part == found.other_part) {
            PyErr_Format(PyExc_ValueError,
                         "%s, vertex %zu: the edge that begins here crosses the one that begins at "
                         "vertex %zu, and a ring must not cross itself",
                         name, named.vertex, named.other_vertex);
        } else {
            PyErr_Format(PyExc_ValueError,
                         "%s, vertex %zu: the edge that begins here crosses the one that begins at "
                         "vertex %zu of part %zu, and rings of a polygon must not cross",
                         name, named.vertex, named.other_vertex, found.other_part);
        }
        break;
    case Fault::broken:
        PyErr_Format(PyExc_RuntimeError, "%s: its cells form no chain; please report this", name);
        break;
    }
}

// The same of a geometry and the path that it ended at.
inline void raise_in_regions(const RaggedRegions &regions, std::size_t geometry, std::size_t path,
                             Finding found) {
    char name[80];
    std::snprintf(name, sizeof name, "geometry %zu, part %zu", geometry,
                  found.fault == Fault::crossing ? found.part
                                                 : path - regions.first_path(geometry));
    const bool is_path = path < regions.first_path(geometry + (geometry < regions.size()));
    Finding named = found;
    const bool renamed = regions.numbers.size() > 0;
    if (renamed && found.fault == Fault::crossing) {
        const std::size_t first = regions.first_path(geometry);
        named.vertex = edge_number(regions, first + found.part, found.vertex);
        named.other_vertex = edge_number(regions, first + found.other_part, found.other_vertex);
    } else if (renamed && is_path) {
        const Path faulty = regions.path(path);
        const auto at = static_cast<std::size_t>(faulty.lat - regions.lat.data());
        named.vertex = static_cast<std::size_t>(regions.numbers.data()[at + found.vertex]);
    }
    raise_fault(is_path ? regions.path(path) : Path{}, name, found, named);
}

inline constexpr std::int64_t most_cells = std::int64_t{1} << 31;

// cover(lat, lon, kinds, paths, geometries, numbers, order, mode, mixed, oriented): the cells of
// all geometries, and how many each has.
inline PyObject *cover(PyObject *, PyObject *args) {
    PyObject *given[6];
    long long order = 0;
    int mode_number = 0;
    int mixed = 0;
    int oriented = 0;
    if (PyArg_ParseTuple(args, "OOOOOOLipp", &given[0], &given[1], &given[2], &given[3], &given[4],
                         &given[5], &order, &mode_number, &mixed, &oriented) == 0) {
        return nullptr;
    }
    const RaggedRegions regions(given);
    if (!regions.check()) {
        return nullptr;
    }
    if (!is_order(order) || mode_number < 0 || mode_number > 3) {
        PyErr_Format(PyExc_ValueError, "order must lie in 0-18, not %lld", order);
        return nullptr;
    }
    const auto mode = static_cast<Mode>(mode_number);
    Buffer<std::int64_t> cells;
    Buffer<std::int64_t> counts;
    std::size_t geometry = 0;
    std::size_t path = 0;
    Finding found;
    std::int64_t total = 0;
    bool stopped = false;
    {
        WithoutGil gil;
        Coverer coverer(order, mode, mixed != 0, oriented != 0, {WithoutGil::interrupted, &gil});
        for (; geometry < regions.size(); ++geometry) {
            coverer.begin();
            path = regions.first_path(geometry);
            const std::size_t end = regions.first_path(geometry + 1);
            while (path < end && found.fault == Fault::none) {
                found = coverer.add(regions.path(path));
                path += found.fault == Fault::none;
            }
            if (found.fault == Fault::none) {
                found = coverer.count();
            }
            total += coverer.size();
            if (found.fault == Fault::none && !coverer.is_stopped() && total <= most_cells) {
                found = coverer.write(cells);
                counts.push(coverer.size());
            }
            stopped = coverer.is_stopped();
            if (found.fault != Fault::none || stopped || total > most_cells) {
                break;
            }
        }
    }
    if (stopped) {
        return nullptr;
    }
    if (found.fault != Fault::none || counts.failed()) {
        raise_in_regions(regions, geometry, path, counts.failed() ? Finding{Fault::memory} : found);
        return nullptr;
    }
    if (total > most_cells) {
        PyErr_Format(PyExc_ValueError,
                     "the cover has %lld cells%s, and 2**31 are the most that it may have: a lower "
                     "order or mixed=True takes fewer",
                     static_cast<long long>(total),
                     geometry + 1 < regions.size() ? " and more" : "");
        return nullptr;
    }
    Owned first(make_array(std::move(cells), NPY_INT64));
    Owned second(make_array(std::move(counts), NPY_INT64));
    if (!first || !second) {
        return nullptr;
    }
    return PyTuple_Pack(2, first.get(), second.get());
}

// track(lat, lon, order): cells, and where the path enters and leaves them.
inline PyObject *track(PyObject *, PyObject *args) {
    PyObject *lats = nullptr;
    PyObject *lons = nullptr;
    long long order = 0;
    if (PyArg_ParseTuple(args, "OOL", &lats, &lons, &order) == 0) {
        return nullptr;
    }
    const Column<double> lat(lats, NPY_DOUBLE);
    const Column<double> lon(lons, NPY_DOUBLE);
    if (!lat || !lon) {
        return nullptr;
    }
    if (lat.size() != lon.size()) {
        PyErr_Format(PyExc_ValueError, "%zu latitudes and %zu longitudes make no path", lat.size(),
                     lon.size());
        return nullptr;
    }
    if (!is_order(order)) {
        PyErr_Format(PyExc_ValueError, "order must lie in 0-18, not %lld", order);
        return nullptr;
    }
    const Path path = {Kind::line, lat.data(), lon.data(), lat.size()};
    Track passed;
    Finding found;
    bool stopped = false;
    {
        WithoutGil gil;
        found = track_path(order, path, {WithoutGil::interrupted, &gil}, passed, stopped);
    }
    if (stopped) {
        return nullptr;
    }
    if (found.fault != Fault::none) {
        raise_fault(path, "path", found, found);
        return nullptr;
    }
    Owned first(make_array(std::move(passed.cells), NPY_INT64));
    Owned second(make_array(std::move(passed.enter), NPY_DOUBLE));
    Owned third(make_array(std::move(passed.leave), NPY_DOUBLE));
    if (!first || !second || !third) {
        return nullptr;
    }
    return PyTuple_Pack(3, first.get(), second.get(), third.get());
}

} // namespace mortie
