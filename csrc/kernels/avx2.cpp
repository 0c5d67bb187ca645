// The kernels for AVX2 (Haswell, Zen and later): four elements at a time.
#include <immintrin.h>

#include "kernels/centres.hpp"
#include "kernels/kernels.hpp"
#include "kernels/loops.hpp"
#include "kernels/neighbours.hpp"
#include "kernels/projection.hpp"
#include "kernels/scalar.hpp"
#include "kernels/vertices.hpp"

namespace mortie {
namespace {

constexpr std::size_t width = 4;

__m256i splat(std::uint64_t value) { return _mm256_set1_epi64x(static_cast<Int64>(value)); }

// The entries of a table at the positions `k`.
__m256i look_up(const Table<std::uint64_t, 24> &table, __m256i k) {
    return _mm256_i64gather_epi64(reinterpret_cast<const long long *>(table.entry), k, 8);
}

__m256i load(const Int64 *from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
}

void store(Int64 *to, __m256i value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), value);
}

// What an index of order k takes from it.
struct Order {
    __m256i shift;   // 2 k
    __m256i power;   // 10**k
    __m256i swapped; // 10**k with its halves exchanged
    __m256i ones;    // 11...1, k + 1 digits: one more for the base cell and for each digit

    Order(__m256i k, __m256i power_of_k, __m256i ones_of_k)
        : shift(_mm256_add_epi64(k, k)), power(power_of_k),
          swapped(_mm256_shuffle_epi32(power, _MM_SHUFFLE(2, 3, 0, 1))), ones(ones_of_k) {}
};

// Calls run(order_at), where order_at(i) gives the Order of the four elements from i on.
template <typename Run> std::size_t with_orders(Broadcast<Int64> order, Run run) {
    if (order.step != 0) {
        return run([=](std::size_t i) {
            const __m256i k = load(order.data + i);
            return Order(k, look_up(pow10, k), look_up(ones, k));
        });
    }
    const auto k = static_cast<std::size_t>(*order.data);
    const Order same(splat(k), splat(pow10.entry[k]), splat(ones.entry[k]));
    return run([=](std::size_t) { return same; });
}

// a * b modulo 2**64, given b with its halves exchanged too.
__m256i multiply(__m256i a, __m256i b, __m256i b_swapped) {
    const __m256i cross = _mm256_mullo_epi32(a, b_swapped);
    const __m256i upper = _mm256_add_epi32(_mm256_slli_epi64(cross, 32), cross);
    return _mm256_add_epi64(_mm256_mul_epu32(a, b),
                            _mm256_blend_epi32(_mm256_setzero_si256(), upper, 0b1010'1010));
}

// The eight nibbles of the lower half of each element, in a byte each.
__m256i nibbles(__m256i value) {
    // A byte of the lower half in each 16 bits.
    const __m256i bytes = _mm256_shuffle_epi8(
        value, _mm256_setr_epi8(0, -1, 1, -1, 2, -1, 3, -1, 8, -1, 9, -1, 10, -1, 11, -1, 0, -1, 1,
                                -1, 2, -1, 3, -1, 8, -1, 9, -1, 10, -1, 11, -1));
    return _mm256_and_si256(_mm256_or_si256(bytes, _mm256_slli_epi16(bytes, 4)),
                            _mm256_set1_epi8(15));
}

// The base-4 digits of 36-bit addresses, read as decimal numbers.
__m256i decimal(__m256i address) {
    const __m256i two_digits =
        _mm256_setr_epi8(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33, 0, 1, 2, 3, 10,
                         11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33);
    const __m256i two = _mm256_shuffle_epi8(two_digits, nibbles(address));
    const __m256i four = _mm256_maddubs_epi16(two, _mm256_set1_epi16(100 << 8 | 1));
    const __m256i eight = _mm256_madd_epi16(four, _mm256_set1_epi32(10'000 << 16 | 1));
    // The upper half of each element gets two digits more, times 10**8, by nibble 8.
    const __m256i top =
        _mm256_shuffle_epi8(two_digits, _mm256_and_si256(address, splat(0xf'0000'0000)));
    const __m256i halves =
        _mm256_add_epi32(eight, _mm256_mullo_epi32(top, _mm256_set1_epi32(100'000'000)));
    // upper * 10**8 + lower, given upper * 2**32 + lower.
    return _mm256_sub_epi64(
        halves, _mm256_mul_epu32(_mm256_srli_epi64(halves, 32), splat((1ull << 32) - 100'000'000)));
}

__m256i norm2mort(const Order &order, __m256i normed, __m256i parents) {
    const __m256i above = _mm256_sllv_epi64(splat(~std::uint64_t{0}), order.shift);
    const __m256i digits = decimal(_mm256_andnot_si256(above, normed));
    const __m256i south = _mm256_cmpgt_epi64(parents, splat(5));
    const __m256i base_cell = _mm256_sub_epi64(parents, _mm256_and_si256(south, splat(6)));
    const __m256i magnitude = _mm256_add_epi64(
        _mm256_add_epi64(multiply(base_cell, order.power, order.swapped), order.ones), digits);
    return _mm256_sub_epi64(_mm256_xor_si256(magnitude, south), south);
}

std::size_t fast_norm2mort(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                           const Int64 *parents, Int64 *morton) noexcept {
    return by_order(n, order, max_order, [=](std::size_t begin, std::size_t count) {
        return with_orders(order.from(begin), [=](auto order_at) {
            std::size_t i = 0;
            const auto one = [&] {
                const std::size_t at = begin + i;
                morton[at] = encode(order[at], normed[at], parents[at]);
            };
            for (; i < count &&
                   reinterpret_cast<std::uintptr_t>(morton + begin + i) % sizeof(__m256i) != 0;
                 ++i) {
                one();
            }
            for (; i + width <= count; i += width) {
                const std::size_t at = begin + i;
                store(morton + at, norm2mort(order_at(i), load(normed + at), load(parents + at)));
            }
            for (; i < count; ++i) {
                one();
            }
            return count;
        });
    });
}

std::size_t vaex_norm2mort(std::size_t n, const Int64 *normed, const Int64 *parents,
                           Int64 *morton) noexcept {
    return fast_norm2mort(n, {&max_order, 0}, normed, parents, morton);
}

std::size_t nest2mort(std::size_t n, Broadcast<Int64> order, const Int64 *nest,
                      Int64 *morton) noexcept {
    return by_order(n, order, max_order, [=](std::size_t begin, std::size_t count) {
        return with_orders(order.from(begin), [=](auto order_at) {
            std::size_t i = 0;
            for (; i + width <= count; i += width) {
                const Order k = order_at(i);
                const __m256i number = load(nest + begin + i);
                const __m256i parents = _mm256_srlv_epi64(number, k.shift);
                const __m256i bad = _mm256_or_si256(number, _mm256_cmpgt_epi64(parents, splat(11)));
                if (_mm256_movemask_pd(_mm256_castsi256_pd(bad)) != 0) { // the signs
                    break;
                }
                store(morton + begin + i, norm2mort(k, number, parents));
            }
            return i + scalar::nest2mort(count - i, order.from(begin + i), nest + begin + i,
                                         morton + begin + i);
        });
    });
}

// Four doubles for projection.hpp.
struct Real {
    static constexpr std::size_t width = mortie::width;

    struct Mask {
        __m256d value;

        friend Mask operator&(Mask a, Mask b) { return {_mm256_and_pd(a.value, b.value)}; }
    };

    __m256d value;

    Real(__m256d x) : value(x) {}
    explicit Real(double x) : value(_mm256_set1_pd(x)) {}

    static Real load(const double *from) { return _mm256_loadu_pd(from); }
    static Real power_of_two(const Int64 *k) {
        return _mm256_castsi256_pd(
            _mm256_slli_epi64(_mm256_add_epi64(mortie::load(k), splat(1023)), 52));
    }
    void store(double *to) const { _mm256_storeu_pd(to, value); }
    static unsigned bits(Mask mask) {
        return static_cast<unsigned>(_mm256_movemask_pd(mask.value));
    }

    friend Real operator+(Real a, Real b) { return _mm256_add_pd(a.value, b.value); }
    friend Real operator-(Real a, Real b) { return _mm256_sub_pd(a.value, b.value); }
    friend Real operator*(Real a, Real b) { return _mm256_mul_pd(a.value, b.value); }
    friend Real operator/(Real a, Real b) { return _mm256_div_pd(a.value, b.value); }
    friend Mask operator<(Real a, Real b) { return {_mm256_cmp_pd(a.value, b.value, _CMP_LT_OQ)}; }
    friend Mask operator<=(Real a, Real b) { return {_mm256_cmp_pd(a.value, b.value, _CMP_LE_OQ)}; }
    friend Real multiply_add(Real a, Real b, Real c) {
        return _mm256_fmadd_pd(a.value, b.value, c.value);
    }
    friend Real multiply_subtract(Real a, Real b, Real c) {
        return _mm256_fmsub_pd(a.value, b.value, c.value);
    }
    friend Real sqrt(Real a) { return _mm256_sqrt_pd(a.value); }
    friend Real abs(Real a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a.value); }
    friend Real min(Real a, Real b) { return _mm256_min_pd(a.value, b.value); }
    friend Real max(Real a, Real b) { return _mm256_max_pd(a.value, b.value); }
    friend Real floor(Real a) { return _mm256_floor_pd(a.value); }
    friend Real select(Mask mask, Real a, Real b) {
        return _mm256_blendv_pd(b.value, a.value, mask.value);
    }
};

// Eight nibbles become the even bits of a byte each.
__m256i spread_bits(__m256i value) {
    const __m256i table = _mm256_set_epi32(0x55545150, 0x45444140, 0x15141110, 0x05040100,
                                           0x55545150, 0x45444140, 0x15141110, 0x05040100);
    return _mm256_shuffle_epi8(table, nibbles(value));
}

void write_nest(std::size_t n, const Int64 *order, const PixelBlock &pixels, Int64 *nest) {
    for (std::size_t i = 0; i < n; i += width) {
        // Integers below 2**52: added to 2**52 they fill the low bits.
        const auto integer = [i](const double *from) {
            const __m256d base = _mm256_set1_pd(0x1p52);
            return _mm256_castpd_si256(
                _mm256_xor_pd(_mm256_add_pd(_mm256_load_pd(from + i), base), base));
        };
        const __m256i address = _mm256_or_si256(
            spread_bits(integer(pixels.x)), _mm256_slli_epi64(spread_bits(integer(pixels.y)), 1));
        const __m256i k = load(order + i);
        const __m256i face = _mm256_sllv_epi64(integer(pixels.face), _mm256_add_epi64(k, k));
        store(nest + i, _mm256_or_si256(face, address));
    }
}

} // namespace

const Kernels avx2_kernels = {
    .name = "avx2",
    .fast_norm2mort = fast_norm2mort,
    .vaex_norm2mort = vaex_norm2mort,
    .nest2mort = nest2mort,
    .is_mort = scalar::is_mort,
    .mort2order = scalar::mort2order,
    .mort2norm = scalar::mort2norm,
    .mort2nest = scalar::mort2nest,
    .clip_mort = scalar::clip_mort,
    .latlon2nest = points_to_numbers<Real, write_nest, max_nest_order, keep_nest>,
    .latlon2mort = points_to_numbers<Real, write_nest, max_order, nest2mort>,
    .mort2latlon = decode_centres<Real, scalar::mort2norm, load_cells_one_by_one<Real>>,
    .mort2vertices = find_vertices<Real, scalar::mort2norm, load_cells_one_by_one<Real>>,
    .boundary_point = find_boundary_points<Real, scalar::mort2norm>,
    .mort_neighbours = find_neighbours<scalar::mort2norm>,
    .mort_range = scalar::mort_range,
    .mort2uniq = scalar::mort2uniq,
    .uniq2mort = scalar::uniq2mort,
    .mort2word = scalar::mort2word,
    .word2mort = scalar::word2mort,
    .geodetic2authalic = scalar::geodetic2authalic,
    .authalic2geodetic = scalar::authalic2geodetic,
};

} // namespace mortie
