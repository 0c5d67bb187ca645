// From indices to other numbers of cells and back, and from latitudes to latitudes: kernels that
// memory or the C library bounds, so that plain C++ serves every processor.
#pragma once

#include "kernels/kernels.hpp"

namespace mortie {

std::size_t mort_range(std::size_t n, Broadcast<Int64> order, const Int64 *morton, Int64 *least,
                       Int64 *greatest) noexcept;
std::size_t mort2uniq(std::size_t n, const Int64 *morton, Int64 *uniq) noexcept;
std::size_t uniq2mort(std::size_t n, const Int64 *uniq, Int64 *morton) noexcept;
std::size_t mort2word(std::size_t n, const Int64 *morton, Word *word) noexcept;
std::size_t word2mort(std::size_t n, const Word *word, Int64 *morton) noexcept;
std::size_t geodetic2authalic(std::size_t n, const double *lat, double *authalic) noexcept;
std::size_t authalic2geodetic(std::size_t n, const double *authalic, double *lat) noexcept;

} // namespace mortie
