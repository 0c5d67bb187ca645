// One element after the other.
#include "kernels/numbers.hpp"

#include "index/authalic.hpp"
#include "index/range.hpp"
#include "index/uniq.hpp"
#include "index/word.hpp"
#include "kernels/loops.hpp"

namespace mortie {
namespace {

template <const auto &series>
std::size_t convert_latitudes(std::size_t n, const double *lat, double *converted) {
    return each(n, [=](std::size_t i) {
        if (!is_lat(lat[i])) {
            return false;
        }
        converted[i] = add_series(series, lat[i]);
        return true;
    });
}

} // namespace

std::size_t mort_range(std::size_t n, Broadcast<Int64> order, const Int64 *morton, Int64 *least,
                       Int64 *greatest) noexcept {
    return each(n, [=](std::size_t i) {
        const Int64 k = decode(morton[i]).order;
        if (k < 0 || order[i] < k || order[i] > max_order) {
            return false;
        }
        const Range range = descendants(morton[i], order[i] - k);
        least[i] = range.least;
        greatest[i] = range.greatest;
        return true;
    });
}

std::size_t mort2uniq(std::size_t n, const Int64 *morton, Int64 *uniq) noexcept {
    return each(n, [=](std::size_t i) {
        const Norm norm = decode(morton[i]);
        if (norm.order < 0) {
            return false;
        }
        uniq[i] = norm2uniq(norm);
        return true;
    });
}

std::size_t uniq2mort(std::size_t n, const Int64 *uniq, Int64 *morton) noexcept {
    return each(n, [=](std::size_t i) {
        if (!is_uniq(uniq[i])) {
            return false;
        }
        const Norm norm = uniq2norm(uniq[i]);
        morton[i] = encode(norm.order, norm.normed, norm.parent);
        return true;
    });
}

std::size_t mort2word(std::size_t n, const Int64 *morton, Word *word) noexcept {
    return each(n, [=](std::size_t i) {
        const Norm norm = decode(morton[i]);
        if (norm.order < 0) {
            return false;
        }
        word[i] = norm2word(norm);
        return true;
    });
}

std::size_t word2mort(std::size_t n, const Word *word, Int64 *morton) noexcept {
    return each(n, [=](std::size_t i) {
        const Norm norm = word2norm(word[i]);
        if (norm.order < 0) {
            return false;
        }
        morton[i] = encode(norm.order, norm.normed, norm.parent);
        return true;
    });
}

std::size_t geodetic2authalic(std::size_t n, const double *lat, double *authalic) noexcept {
    return convert_latitudes<to_authalic>(n, lat, authalic);
}

std::size_t authalic2geodetic(std::size_t n, const double *authalic, double *lat) noexcept {
    return convert_latitudes<to_geodetic>(n, authalic, lat);
}

} // namespace mortie
