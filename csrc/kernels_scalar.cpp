// The kernels in plain C++: they run everywhere and define what the others must return.
#include "kernels.hpp"
#include "morton.hpp"

namespace mortie {
namespace {

std::size_t one_order(std::size_t n, Int64 order, const Int64 *normed, const Int64 *parents,
                      Int64 *morton) noexcept {
    if (!is_order(order)) {
        return 0;
    }
    for (std::size_t i = 0; i < n; ++i) {
        morton[i] = fast_norm2mort(order, normed[i], parents[i]);
    }
    return n;
}

std::size_t fast(std::size_t n, Broadcast<Int64> order, const Int64 *normed, const Int64 *parents,
                 Int64 *morton) noexcept {
    if (order.step == 0) {
        return one_order(n, *order.data, normed, parents, morton);
    }
    for (std::size_t i = 0; i < n; ++i) {
        if (!is_order(order[i])) {
            return i;
        }
        morton[i] = fast_norm2mort(order[i], normed[i], parents[i]);
    }
    return n;
}

std::size_t vaex(std::size_t n, const Int64 *normed, const Int64 *parents, Int64 *morton) noexcept {
    return one_order(n, max_order, normed, parents, morton);
}

} // namespace

const Kernels scalar_kernels = {"scalar", fast, vaex};

} // namespace mortie
