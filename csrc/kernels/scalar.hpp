// The kernels in plain C++, which the sets of other instructions share where they have none better.
#pragma once

#include "kernels/kernels.hpp"

namespace mortie::scalar {

std::size_t fast_norm2mort(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                           const Int64 *parents, Int64 *morton) noexcept;
std::size_t nest2mort(std::size_t n, Broadcast<Int64> order, const Int64 *nest,
                      Int64 *morton) noexcept;
std::size_t is_mort(std::size_t n, const Int64 *morton, bool *valid) noexcept;
std::size_t mort2order(std::size_t n, const Int64 *morton, Int64 *order) noexcept;
std::size_t mort2norm(std::size_t n, const Int64 *morton, Int64 *order, Int64 *normed,
                      Int64 *parents) noexcept;
std::size_t mort2nest(std::size_t n, const Int64 *morton, Int64 *nest) noexcept;
std::size_t clip_mort(std::size_t n, Broadcast<Int64> order, const Int64 *morton,
                      Int64 *clipped) noexcept;
std::size_t mort2latlon(std::size_t n, const Int64 *morton, double *lat, double *lon) noexcept;

} // namespace mortie::scalar
