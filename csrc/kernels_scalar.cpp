// The kernels in plain C++: they run everywhere and define what the others must return.
#include "kernels.hpp"

namespace mortie {
namespace {

void one_order(std::size_t n, Int64 order, const Int64 *normed, const Int64 *parents,
               Int64 *morton) {
    for (std::size_t i = 0; i < n; ++i) {
        morton[i] = fast_norm2mort(order, normed[i], parents[i]);
    }
}

std::size_t each_order(std::size_t n, const Int64 *orders, const Int64 *normed,
                       const Int64 *parents, Int64 *morton) {
    for (std::size_t i = 0; i < n; ++i) {
        if (!is_order(orders[i])) {
            return i;
        }
        morton[i] = fast_norm2mort(orders[i], normed[i], parents[i]);
    }
    return n;
}

} // namespace

const Kernels scalar_kernels = MakeKernels<one_order, each_order>::named("scalar");

} // namespace mortie
