// What a kernel is: a function from packed arrays to packed arrays that knows nothing of Python.
//
// Every kernel takes the number of elements, then its operands, inputs first. It returns how many
// elements it has done: all of them, or those before the first one that has no answer.
#pragma once

#include <cstddef>
#include <cstdint>

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

} // namespace mortie
