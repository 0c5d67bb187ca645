// Loops that kernels share: over single elements, over blocks, over elements of valid orders.
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

// Blocks whose buffers stay in the L1 cache.
inline constexpr std::size_t block_size = 256;

// Calls `kernel(begin, count)` for each block. It returns how many elements it has done, like a
// kernel, and so does this.
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

// The same, but each block ends before the first order outside 0-`highest`. Elements that share an
// order are one block.
template <typename Kernel>
static std::size_t by_order(std::size_t n, Broadcast<Int64> order, Int64 highest, Kernel kernel) {
    const auto good = [highest](Int64 k) { return 0 <= k && k <= highest; };
    if (order.step == 0) {
        return n != 0 && good(*order.data) ? kernel(std::size_t{0}, n) : 0;
    }
    return by_block(n, [=](std::size_t begin, std::size_t count) {
        const Int64 *orders = order.data + begin;
        bool all = true;
        for (std::size_t i = 0; i < count; ++i) {
            all &= good(orders[i]);
        }
        if (!all) {
            count = 0;
            while (good(orders[count])) {
                ++count;
            }
        }
        return kernel(begin, count);
    });
}

} // namespace mortie
