// Loops that kernels share: over single elements, over runs of one order, over blocks.
#pragma once

#include "kernels/kernels.hpp"

namespace mortie {

// Calls `element(i)` for one element after the other until one returns false: such a one must have
// written nothing, since results may go where the inputs are, and the error shows those.
template <typename Element> static std::size_t each(std::size_t n, Element element) {
    for (std::size_t i = 0; i < n; ++i) {
        if (!element(i)) {
            return i;
        }
    }
    return n;
}

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

} // namespace mortie
