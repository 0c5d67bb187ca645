// What a kernel is: a function from packed arrays to packed arrays that knows nothing of Python.
//
// Every kernel takes the number of elements, then its operands, inputs first. It returns how many
// elements it has done: all of them, or those before the first one that has no answer.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "index/morton.hpp"

namespace mortie {

// An input that may be one value for the whole call: `step` is 0 then, else 1.
template <typename T> struct Broadcast {
    const T *data;
    std::size_t step;

    const T &operator[](std::size_t i) const noexcept { return data[i * step]; }
    Broadcast from(std::size_t i) const noexcept { return {data + i * step, step}; }
};

// Results of which each element has `count`, one after the other.
template <typename T, std::size_t count> struct Rows {
    T *data;

    T *operator[](std::size_t i) const noexcept { return data + i * count; }
};

using Int64 = std::int64_t;
using Word = std::uint64_t;

// One implementation of every kernel, for one instruction set.
struct Kernels {
    const char *name;

    std::size_t (*fast_norm2mort)(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                                  const Int64 *parents, Int64 *morton) noexcept;
    std::size_t (*vaex_norm2mort)(std::size_t n, const Int64 *normed, const Int64 *parents,
                                  Int64 *morton) noexcept;
    std::size_t (*nest2mort)(std::size_t n, Broadcast<Int64> order, const Int64 *nest,
                             Int64 *morton) noexcept;

    std::size_t (*is_mort)(std::size_t n, const Int64 *morton, bool *valid) noexcept;
    std::size_t (*mort2order)(std::size_t n, const Int64 *morton, Int64 *order) noexcept;
    std::size_t (*mort2norm)(std::size_t n, const Int64 *morton, Int64 *order, Int64 *normed,
                             Int64 *parents) noexcept;
    std::size_t (*mort2nest)(std::size_t n, const Int64 *morton, Int64 *nest) noexcept;
    std::size_t (*clip_mort)(std::size_t n, Broadcast<Int64> order, const Int64 *morton,
                             Int64 *clipped) noexcept;

    std::size_t (*latlon2nest)(std::size_t n, Broadcast<Int64> order, Broadcast<double> lat,
                               Broadcast<double> lon, Int64 *nest) noexcept;
    std::size_t (*latlon2mort)(std::size_t n, Broadcast<Int64> order, Broadcast<double> lat,
                               Broadcast<double> lon, Int64 *morton) noexcept;
    std::size_t (*mort2latlon)(std::size_t n, const Int64 *morton, double *lat,
                               double *lon) noexcept;

    std::size_t (*mort2vertices)(std::size_t n, const Int64 *morton, Rows<double, 4> lat,
                                 Rows<double, 4> lon) noexcept;
    std::size_t (*boundary_point)(std::size_t n, Broadcast<Int64> step, const Int64 *morton,
                                  const Int64 *place, double *lat, double *lon) noexcept;
    std::size_t (*mort_neighbours)(std::size_t n, const Int64 *morton,
                                   Rows<Int64, 8> neighbours) noexcept;
};

extern const Kernels scalar_kernels;
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
extern const Kernels neon_kernels;

// Why a point was left to the exact function of healpix.hpp, and how many were, for all kernels
// together.
enum Cause { near_pole, beyond_a_turn, where_zones_meet, near_edge, causes };
extern std::atomic<std::uint64_t> exact_points[causes];

} // namespace mortie
