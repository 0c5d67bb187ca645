// What a kernel is: a function from packed arrays to packed arrays that knows nothing of Python.
//
// Every kernel takes the number of elements, then its operands, inputs first. It returns how many
// elements it has done: all of them, or those before the first one that has no answer.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "morton.hpp"

namespace mortie {

// An input that is usually one value for the whole call: `step` is 0 then, else 1.
template <typename T> struct Broadcast {
    const T *data;
    std::size_t step;

    const T &operator[](std::size_t i) const noexcept { return data[i * step]; }
};

using Int64 = std::int64_t;

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

    std::size_t (*latlon2nest)(std::size_t n, Broadcast<Int64> order, const double *lat,
                               const double *lon, Int64 *nest) noexcept;
    std::size_t (*latlon2mort)(std::size_t n, Broadcast<Int64> order, const double *lat,
                               const double *lon, Int64 *morton) noexcept;
    std::size_t (*mort2latlon)(std::size_t n, const Int64 *morton, double *lat,
                               double *lon) noexcept;
};

extern const Kernels scalar_kernels;
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
extern const Kernels neon_kernels;

// How many points the exact functions of healpix.hpp have decided, for all kernels together.
extern std::atomic<std::uint64_t> exact_points;

// Calls `kernel(begin, count, order)` for each run of elements that share an order. It returns how
// many it has done, like a kernel, and so does this. An order outside 0-`highest` ends it.
template <typename Kernel>
static std::size_t by_order(std::size_t n, Broadcast<Int64> order, Int64 highest, Kernel kernel) {
    std::size_t begin = 0;
    while (begin < n) {
        const Int64 shared = order[begin];
        if (shared < 0 || shared > highest) {
            return begin;
        }
        std::size_t end = order.step == 0 ? n : begin + 1;
        while (end < n && order[end] == shared) {
            ++end;
        }
        const std::size_t done = kernel(begin, end - begin, shared);
        if (done < end - begin) {
            return begin + done;
        }
        begin = end;
    }
    return n;
}

// Blocks whose buffers stay in the L1 cache.
inline constexpr std::size_t block_size = 256;

// Calls `kernel(begin, count)` for each block, in the same way.
template <typename Kernel> static std::size_t by_block(std::size_t n, Kernel kernel) {
    for (std::size_t begin = 0; begin < n; begin += block_size) {
        const std::size_t count = n - begin < block_size ? n - begin : block_size;
        const std::size_t done = kernel(begin, count);
        if (done < count) {
            return begin + done;
        }
    }
    return n;
}

// Makes two kernels of two functions of an instruction set's file: `one_order` for a valid order
// that all elements share, `each_order` for an order, good or bad, of each element.
template <auto one_order, auto each_order> struct Norm2Mort {
    static std::size_t fast(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                            const Int64 *parents, Int64 *morton) noexcept {
        if (order.step != 0) {
            return each_order(n, order.data, normed, parents, morton);
        }
        if (!is_order(*order.data)) {
            return 0;
        }
        one_order(n, *order.data, normed, parents, morton);
        return n;
    }

    static std::size_t vaex(std::size_t n, const Int64 *normed, const Int64 *parents,
                            Int64 *morton) noexcept {
        one_order(n, max_order, normed, parents, morton);
        return n;
    }
};

// The kernels in plain C++, which the sets of other instructions share where they have none better.
namespace scalar {

std::size_t fast_norm2mort(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                           const Int64 *parents, Int64 *morton) noexcept;
std::size_t nest2mort(std::size_t n, Broadcast<Int64> order, const Int64 *nest,
                      Int64 *morton) noexcept;
std::size_t latlon2nest(std::size_t n, Broadcast<Int64> order, const double *lat, const double *lon,
                        Int64 *nest) noexcept;
std::size_t latlon2mort(std::size_t n, Broadcast<Int64> order, const double *lat, const double *lon,
                        Int64 *morton) noexcept;
std::size_t is_mort(std::size_t n, const Int64 *morton, bool *valid) noexcept;
std::size_t mort2order(std::size_t n, const Int64 *morton, Int64 *order) noexcept;
std::size_t mort2norm(std::size_t n, const Int64 *morton, Int64 *order, Int64 *normed,
                      Int64 *parents) noexcept;
std::size_t mort2nest(std::size_t n, const Int64 *morton, Int64 *nest) noexcept;
std::size_t clip_mort(std::size_t n, Broadcast<Int64> order, const Int64 *morton,
                      Int64 *clipped) noexcept;
std::size_t mort2latlon(std::size_t n, const Int64 *morton, double *lat, double *lon) noexcept;

} // namespace scalar

} // namespace mortie
