// The kernels for AVX2 (Haswell, Zen and later): four elements at a time.
#include <immintrin.h>

#include <cstring>

#include "kernels/centres.hpp"
#include "kernels/digits.hpp"
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

// 10**k and 11...1, side by side: one load for an order, which costs less than two gathers.
struct alignas(16) Powers {
    std::uint64_t power, ones;
};

constexpr auto powers = [] {
    Table<Powers, max_order + 1> table{};
    for (std::size_t k = 0; k <= max_order; ++k) {
        table.entry[k] = {pow10.entry[k], ones.entry[k]};
    }
    return table;
}();

__m128i powers_of(Int64 k) {
    return _mm_load_si128(reinterpret_cast<const __m128i *>(&powers.entry[k]));
}

// Calls run(order_at), where order_at(i) gives the Order of the four elements from i on.
template <typename Run> std::size_t with_orders(Broadcast<Int64> order, Run run) {
    if (order.step != 0) {
        return run([=](std::size_t i) {
            const Int64 *k = order.data + i;
            const __m256i even = _mm256_set_m128i(powers_of(k[2]), powers_of(k[0]));
            const __m256i odd = _mm256_set_m128i(powers_of(k[3]), powers_of(k[1]));
            return Order(load(k), _mm256_unpacklo_epi64(even, odd),
                         _mm256_unpackhi_epi64(even, odd));
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

// What decoding takes from the orders of four indices.
struct Orders {
    __m256i k, ones, limit, missing, missing_swapped;

    explicit Orders(__m256i orders)
        : k(orders), ones(look_up(mortie::ones, k)), limit(look_up(greatest, k)),
          missing(look_up(mortie::missing, k)),
          missing_swapped(_mm256_shuffle_epi32(missing, _MM_SHUFFLE(2, 3, 0, 1))) {}
};

// The lanes in which number - ones is that of no index of this order.
__m256i out_of_range(__m256i number, const Orders &orders) {
    return _mm256_or_si256(_mm256_cmpgt_epi64(splat(0), number),
                           _mm256_cmpgt_epi64(number, orders.limit));
}

// Four doubles of which each is an integer below 2**51 added to 2**52: the integers.
__m256i integers(__m256d sums) {
    return _mm256_and_si256(_mm256_castpd_si256(sums), splat((std::uint64_t{1} << 52) - 1));
}

// The upper digits of a number, which is multiplied with 1 / 10**m and rounded: down, as the digits
// that are left are 0-3 and so below 0.34.
__m256i upper_digits(__m256d number, double share) {
    return integers(_mm256_fmadd_pd(number, _mm256_set1_pd(share), _mm256_set1_pd(0x1p52)));
}

// An integer below 2**63 as a double, rounded.
__m256d to_double(__m256i number) {
    const __m256i low = _mm256_blend_epi32(number, splat(0x4330'0000'0000'0000), 0b1010'1010);
    const __m256i high = _mm256_or_si256(_mm256_srli_epi64(number, 32),
                                         splat(0x4530'0000'0000'0000)); // 2**84 + high * 2**32
    return _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1p84 + 0x1p52)),
                         _mm256_castsi256_pd(low));
}

Orders find_orders(__m256i magnitude) {
    const __m256i size = _mm256_and_si256(
        _mm256_srli_epi64(_mm256_castpd_si256(to_double(magnitude)), 51), splat(127));
    const auto *table = reinterpret_cast<const long long *>(order_by_size.entry);
    return Orders(_mm256_and_si256(_mm256_i64gather_epi64(table, size, 1), splat(255)));
}

// An integer below 2**52 as a double.
__m256d small_to_double(__m256i number) {
    const __m256d base = _mm256_set1_pd(0x1p52);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(number, _mm256_castpd_si256(base))),
                         base);
}

// What an index says, in the lanes that hold one.
struct Decoded {
    __m256i nest; // at order 18, its missing digits 0; the base cell is below 6
    __m256i south, good;
};

// The four digits abcd in each 16 bits, read to base 4: abcd - 6 abc - 24 ab - 96 a.
__m256i base_four(__m256i digits) {
    const __m256i tenth = _mm256_mulhi_epu16(digits, _mm256_set1_epi16((1 << 16) / 10 + 1));
    const __m256i hundredth = _mm256_mulhi_epu16(digits, _mm256_set1_epi16((1 << 16) / 100 + 1));
    const __m256i thousandth = _mm256_mulhi_epu16(digits, _mm256_set1_epi16((1 << 16) / 1000 + 1));
    const __m256i upper = _mm256_add_epi16(hundredth, _mm256_slli_epi16(thousandth, 2));
    const __m256i all = _mm256_add_epi16(tenth, _mm256_slli_epi16(upper, 2));
    return _mm256_sub_epi16(digits, _mm256_mullo_epi16(all, _mm256_set1_epi16(6)));
}

// The index -3241 of order 3, say:
//     few     = 3241 - 1111 = 2130                     each digit less one
//     digits  = 2130 * 10**15                          of order 18: 2 130 000 000 000 000 000
//     top     = 213, sixteen = 0                       the top three, and the sixteen below them
//     eight   = 0, 0; four = 0, 0, 0, 0                in each 32 bits, in each 16 bits
//     nest    = 2 * 16 + 1 * 4 + 3, then 4 bytes of four digits each
// What is no index does not encode back to its digits: so no step need mind it.
Decoded decode(__m256i morton, Orders &orders) {
    const __m256i south = _mm256_cmpgt_epi64(splat(0), morton);
    const __m256i magnitude = _mm256_sub_epi64(_mm256_xor_si256(morton, south), south);
    __m256i few = _mm256_sub_epi64(magnitude, orders.ones);
    __m256i bad = out_of_range(few, orders);
    if (_mm256_testz_si256(bad, bad) == 0) {
        orders = find_orders(magnitude);
        few = _mm256_sub_epi64(magnitude, orders.ones);
        bad = out_of_range(few, orders);
    }
    const __m256i digits = multiply(few, orders.missing, orders.missing_swapped);

    const __m256i top = upper_digits(to_double(digits), 1e-16);
    const __m256i ten_to_16 = splat(10'000'000'000'000'000);
    const __m256i sixteen = _mm256_sub_epi64(
        digits, _mm256_add_epi64(_mm256_mul_epu32(top, ten_to_16),
                                 _mm256_slli_epi64(
                                     _mm256_mul_epu32(top, _mm256_srli_epi64(ten_to_16, 32)), 32)));
    const __m256i upper_eight = upper_digits(small_to_double(sixteen), 1e-8);
    const __m256i eight =
        _mm256_add_epi64(sixteen, _mm256_mul_epu32(upper_eight, splat((1ull << 32) - 100'000'000)));
    const __m256i reciprocal = splat((1ull << 32) / 10'000 + 1);
    const __m256i upper_four =
        _mm256_blend_epi32(_mm256_srli_epi64(_mm256_mul_epu32(eight, reciprocal), 32),
                           _mm256_mul_epu32(_mm256_srli_epi64(eight, 32), reciprocal), 0b1010'1010);
    const __m256i four = _mm256_add_epi32(
        eight, _mm256_mullo_epi32(upper_four, _mm256_set1_epi32((1 << 16) - 10'000)));
    const __m256i bytes = _mm256_shuffle_epi8(
        base_four(four),
        _mm256_setr_epi8(0, 2, 4, 6, -1, -1, -1, -1, 8, 10, 12, 14, -1, -1, -1, -1, 0, 2, 4, 6, -1,
                         -1, -1, -1, 8, 10, 12, 14, -1, -1, -1, -1));
    const __m256i nest = _mm256_or_si256(bytes, _mm256_slli_epi64(base_four(top), 32));

    const __m256i cell = _mm256_srli_epi64(nest, 36);
    const __m256i ten_to_18 = splat(pow10.entry[18]);
    const __m256i again = _mm256_add_epi64(
        decimal(nest),
        _mm256_add_epi64(
            _mm256_mul_epu32(cell, ten_to_18),
            _mm256_slli_epi64(_mm256_mul_epu32(cell, _mm256_srli_epi64(ten_to_18, 32)), 32)));
    const __m256i good = _mm256_andnot_si256(bad, _mm256_cmpeq_epi64(again, digits));
    return {nest, south, good};
}

// Calls store(i, index, orders) for each four indices from i on, until some are none; `rest(i)`
// does those that are left, and gives how many it has done.
template <typename Store, typename Rest>
std::size_t decode_all(std::size_t n, const Int64 *morton, Store store_at, Rest rest) {
    Orders orders(splat(max_order));
    std::size_t i = 0;
    for (; i + width <= n; i += width) {
        const Decoded index = decode(load(morton + i), orders);
        if (_mm256_movemask_epi8(index.good) != -1 || !store_at(i, index, orders.k)) {
            break;
        }
    }
    return i + rest(i);
}

// The pixel of order k that holds one of order 18.
__m256i at_order(__m256i k, __m256i pixel) {
    return _mm256_srlv_epi64(pixel, _mm256_sub_epi64(splat(36), _mm256_add_epi64(k, k)));
}

__m256i parents(const Decoded &index) {
    return _mm256_add_epi64(_mm256_srli_epi64(index.nest, 36),
                            _mm256_and_si256(index.south, splat(6)));
}

std::size_t is_mort(std::size_t n, const Int64 *morton, bool *valid) noexcept {
    Orders orders(splat(max_order));
    std::size_t i = 0;
    for (; i + width <= n; i += width) {
        const __m256i good = decode(load(morton + i), orders).good;
        const auto mask = static_cast<std::uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(good)));
        const std::uint32_t bytes = mask * 0x204081 & 0x01010101; // a bit in each
        std::memcpy(valid + i, &bytes, sizeof bytes);
    }
    return i + scalar::is_mort(n - i, morton + i, valid + i);
}

std::size_t mort2order(std::size_t n, const Int64 *morton, Int64 *order) noexcept {
    return decode_all(
        n, morton,
        [=](std::size_t i, const Decoded &, __m256i k) {
            store(order + i, k);
            return true;
        },
        [=](std::size_t i) { return scalar::mort2order(n - i, morton + i, order + i); });
}

std::size_t mort2norm(std::size_t n, const Int64 *morton, Int64 *order, Int64 *normed,
                      Int64 *parent) noexcept {
    return decode_all(
        n, morton,
        [=](std::size_t i, const Decoded &index, __m256i k) {
            const __m256i address =
                _mm256_and_si256(index.nest, splat((std::uint64_t{1} << 36) - 1));
            store(order + i, k);
            store(normed + i, at_order(k, address));
            store(parent + i, parents(index));
            return true;
        },
        [=](std::size_t i) {
            return scalar::mort2norm(n - i, morton + i, order + i, normed + i, parent + i);
        });
}

std::size_t mort2nest(std::size_t n, const Int64 *morton, Int64 *nest) noexcept {
    return decode_all(
        n, morton,
        [=](std::size_t i, const Decoded &index, __m256i k) {
            const __m256i south = _mm256_and_si256(index.south, splat(std::uint64_t{6} << 36));
            store(nest + i, at_order(k, _mm256_add_epi64(index.nest, south)));
            return true;
        },
        [=](std::size_t i) { return scalar::mort2nest(n - i, morton + i, nest + i); });
}

std::size_t clip_mort(std::size_t n, Broadcast<Int64> order, const Int64 *morton,
                      Int64 *clipped) noexcept {
    return by_order(n, order, max_order, [=](std::size_t begin, std::size_t count) {
        return with_orders(order.from(begin), [=](auto order_at) {
            return decode_all(
                count, morton + begin,
                [=](std::size_t i, const Decoded &index, __m256i k) {
                    const Order wanted = order_at(i);
                    const __m256i finer = _mm256_cmpgt_epi64(wanted.shift, _mm256_add_epi64(k, k));
                    if (_mm256_testz_si256(finer, finer) == 0) {
                        return false;
                    }
                    const __m256i nest =
                        _mm256_srlv_epi64(index.nest, _mm256_sub_epi64(splat(36), wanted.shift));
                    store(clipped + begin + i, norm2mort(wanted, nest, parents(index)));
                    return true;
                },
                [=](std::size_t i) {
                    return scalar::clip_mort(count - i, order.from(begin + i), morton + begin + i,
                                             clipped + begin + i);
                });
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

    friend void store_rows(const Real (&columns)[4], double *rows) {
        const __m256d even = _mm256_unpacklo_pd(columns[0].value, columns[1].value);
        const __m256d odd = _mm256_unpackhi_pd(columns[0].value, columns[1].value);
        const __m256d right_of_even = _mm256_unpacklo_pd(columns[2].value, columns[3].value);
        const __m256d right_of_odd = _mm256_unpackhi_pd(columns[2].value, columns[3].value);
        _mm256_storeu_pd(rows, _mm256_permute2f128_pd(even, right_of_even, 0x20));
        _mm256_storeu_pd(rows + 4, _mm256_permute2f128_pd(odd, right_of_odd, 0x20));
        _mm256_storeu_pd(rows + 8, _mm256_permute2f128_pd(even, right_of_even, 0x31));
        _mm256_storeu_pd(rows + 12, _mm256_permute2f128_pd(odd, right_of_odd, 0x31));
    }
};

// Eight nibbles become the even bits of a byte each.
__m256i spread_bits(__m256i value) {
    const __m256i table = _mm256_set_epi32(0x55545150, 0x45444140, 0x15141110, 0x05040100,
                                           0x55545150, 0x45444140, 0x15141110, 0x05040100);
    return _mm256_shuffle_epi8(table, nibbles(value));
}

void write_nest(std::size_t n, Broadcast<Int64> order, const PixelBlock &pixels, Int64 *nest) {
    for (std::size_t i = 0; i < n; i += width) {
        // Integers below 2**52: added to 2**52 they fill the low bits.
        const auto integer = [i](const double *from) {
            const __m256d base = _mm256_set1_pd(0x1p52);
            return _mm256_castpd_si256(
                _mm256_xor_pd(_mm256_add_pd(_mm256_load_pd(from + i), base), base));
        };
        const __m256i address = _mm256_or_si256(
            spread_bits(integer(pixels.x)), _mm256_slli_epi64(spread_bits(integer(pixels.y)), 1));
        const __m256i k = load(order.data + i);
        const __m256i face = _mm256_sllv_epi64(integer(pixels.face), _mm256_add_epi64(k, k));
        store(nest + i, _mm256_or_si256(face, address));
    }
}

// Every second bit of 36, from the lowest on, as a double.
__m256d squeeze_bits(__m256i value) {
    const __m256i table =
        _mm256_set_epi32(0x03020302, 0x01000100, 0x03020302, 0x01000100, 0x03020302, 0x01000100,
                         0x03020302, 0x01000100); // two bits of each nibble
    const __m256i two = _mm256_shuffle_epi8(table, nibbles(value));
    const __m256i four = _mm256_maddubs_epi16(two, _mm256_set1_epi16(4 << 8 | 1));
    const __m256i eight = _mm256_madd_epi16(four, _mm256_set1_epi32(16 << 16 | 1));
    const __m256i low = _mm256_or_si256(eight, _mm256_srli_epi64(eight, 24));
    const __m256i nibble = _mm256_and_si256(_mm256_srli_epi64(value, 32), splat(15));
    const __m256i top = _mm256_slli_epi64(_mm256_shuffle_epi8(table, nibble), 16);
    return small_to_double(_mm256_or_si256(_mm256_and_si256(low, splat(0xffff)),
                                           _mm256_and_si256(top, splat(3 << 16))));
}

Cells<Real> load_cells(const Int64 *order, const Int64 *normed, const Int64 *parents) {
    const __m256i k = load(order);
    const __m256i address = load(normed);
    const __m256i inverse = _mm256_slli_epi64(_mm256_sub_epi64(splat(1023), k), 52);
    return {Real::power_of_two(order), _mm256_castsi256_pd(inverse), squeeze_bits(address),
            squeeze_bits(_mm256_srli_epi64(address, 1)), small_to_double(load(parents))};
}

} // namespace

const Kernels avx2_kernels = {
    .name = "avx2",
    .fast_norm2mort = fast_norm2mort,
    .vaex_norm2mort = vaex_norm2mort,
    .nest2mort = nest2mort,
    .is_mort = is_mort,
    .mort2order = mort2order,
    .mort2norm = mort2norm,
    .mort2nest = mort2nest,
    .clip_mort = clip_mort,
    .latlon2nest = points_to_numbers<Real, write_nest, max_nest_order, keep_nest>,
    .latlon2mort = points_to_numbers<Real, write_nest, max_order, nest2mort>,
    .mort2latlon = decode_centres<Real, mort2norm, load_cells>,
    .mort2vertices = find_vertices<Real, mort2norm, load_cells>,
    .boundary_point = find_boundary_points<Real, mort2norm>,
    .mort_neighbours = find_neighbours<mort2norm>,
};

} // namespace mortie
