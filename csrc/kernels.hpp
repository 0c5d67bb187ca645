// What a kernel is: a function from packed arrays to packed arrays that knows nothing of Python.
//
// Every kernel takes the number of elements, then its operands, inputs first. It returns how many
// elements it has done: all of them, or those before the first one that has no answer.
#pragma once

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
};

extern const Kernels scalar_kernels;
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
extern const Kernels neon_kernels;

// Makes the Kernels of an instruction set from two functions of its file: `one_order` for a valid
// order that all elements share, `each_order` for an order, good or bad, of each element.
template <auto one_order, auto each_order> struct MakeKernels {
    static std::size_t fast_norm2mort(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
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

    static std::size_t vaex_norm2mort(std::size_t n, const Int64 *normed, const Int64 *parents,
                                      Int64 *morton) noexcept {
        one_order(n, max_order, normed, parents, morton);
        return n;
    }

    static constexpr Kernels named(const char *name) {
        return {name, fast_norm2mort, vaex_norm2mort};
    }
};

} // namespace mortie
