// The kernels for AVX-512 with VBMI and VNNI (Ice Lake, Zen 4 and later): eight elements at a time.
#include <immintrin.h>

#include <algorithm>
#include <bit>

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

constexpr std::size_t width = 8;

__m512i splat(std::uint64_t value) { return _mm512_set1_epi64(static_cast<Int64>(value)); }

// Entry `k` of a table of 19.
__m512i look_up(const Table<std::uint64_t, 24> &table, __m512i k) {
    const __m512i low = _mm512_permutex2var_epi64(_mm512_loadu_si512(&table.entry[0]), k,
                                                  _mm512_loadu_si512(&table.entry[8]));
    return _mm512_mask_permutexvar_epi64(low, _mm512_cmpgt_epi64_mask(k, splat(15)), k,
                                         _mm512_loadu_si512(&table.entry[16]));
}

// The base-4 digits of 36-bit addresses, read as decimal numbers.
__m512i decimal(__m512i address) {
    // Byte i: nibble i in the low four bits, and two bits more; the table repeats every 16 bytes.
    const __m512i nibbles = _mm512_multishift_epi64_epi8(splat(0x1c18'1410'0c08'0400), address);
    const __m512i two_digits = _mm512_permutexvar_epi8(
        nibbles, _mm512_set4_epi32(0x21201f1e, 0x17161514, 0x0d0c0b0a, 0x03020100));
    const __m512i four = _mm512_maddubs_epi16(two_digits, _mm512_set1_epi16(100 << 8 | 1));
    // Of eight digits in each half of an element; the upper half gets two more, 0 to 33 times
    // 10**8, by nibble 8.
    const auto top = [](unsigned digits) { return static_cast<int>(digits * 100'000'000u); };
    const __m512i tops = _mm512_maskz_permutexvar_epi32(
        0b1010'1010'1010'1010, address,
        _mm512_set_epi32(top(33), top(32), top(31), top(30), top(23), top(22), top(21), top(20),
                         top(13), top(12), top(11), top(10), top(3), top(2), top(1), top(0)));
    const __m512i halves = _mm512_dpwssd_epi32(tops, four, _mm512_set1_epi32(10'000 << 16 | 1));
    // upper * 10**8 + lower, given upper * 2**32 + lower.
    return _mm512_sub_epi64(
        halves, _mm512_mul_epu32(_mm512_srli_epi64(halves, 32), splat((1ull << 32) - 100'000'000)));
}

// Calls step(i, lanes) for the eight elements from i on, or for those of them that are in `lanes`,
// until one returns bad lanes; gives the number of elements before those. The first step is
// shorter, so that the others find whole lines of the cache at `aligned`. (There is one call, for
// compilers to inline.)
template <typename Step> std::size_t walk(std::size_t n, const Int64 *aligned, Step step) {
    const std::size_t misaligned =
        reinterpret_cast<std::uintptr_t>(aligned) / sizeof(Int64) % width;
    std::size_t count = n < width ? n : width - misaligned;
    for (std::size_t i = 0; i < n; i += count, count = std::min(n - i, width)) {
        if (const unsigned bad = step(i, static_cast<__mmask8>((1u << count) - 1)); bad != 0) {
            return i + static_cast<std::size_t>(std::countr_zero(bad));
        }
    }
    return n;
}

// Calls store(lanes) with those of the lanes that come before the first one that is not good, since
// results may go where the inputs are, and an error shows those. Gives the bad lanes.
template <typename Store> unsigned store_good(__mmask8 lanes, __mmask8 good, Store store) {
    const unsigned bad = lanes & ~static_cast<unsigned>(good);
    if (bad == 0) { // foretold, so that storing need not wait for `good`
        store(lanes);
    } else {
        store(static_cast<__mmask8>(lanes & ((bad ^ (bad - 1)) >> 1)));
    }
    return bad;
}

// The elements from `from` on that are in `lanes`. Two habits of the whole loads, both measured:
// the line four lines ahead is fetched, and a load comes in halves, since arrays are aligned to 16
// bytes and one that straddles two lines is slow.
__m512i load(const Int64 *from, __mmask8 lanes) {
    if (lanes != 0xff) {
        return _mm512_maskz_loadu_epi64(lanes, from);
    }
    _mm_prefetch(reinterpret_cast<const char *>(from) + 4 * sizeof(__m512i), _MM_HINT_T0);
    const auto *halves = reinterpret_cast<const __m256i *>(from);
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256(halves)),
                              _mm256_loadu_si256(halves + 1), 1);
}

// What an index of order k takes from it.
struct Order {
    __m512i shift; // 2 k
    __m512i power; // 10**k
    __m512i ones;  // 11...1, k + 1 digits: one more for the base cell and for each digit
};

// Calls run(order_at), where order_at(i, lanes) gives the Order of the eight elements from i on.
template <typename Run> std::size_t with_orders(Broadcast<Int64> order, Run run) {
    if (order.step != 0) {
        return run([=](std::size_t i, __mmask8 lanes) -> Order {
            const __m512i k = load(order.data + i, lanes);
            return {_mm512_add_epi64(k, k), look_up(pow10, k), look_up(ones, k)};
        });
    }
    const auto k = static_cast<std::size_t>(*order.data);
    const Order same{splat(2 * k), splat(pow10.entry[k]), splat(ones.entry[k])};
    return run([=](std::size_t, __mmask8) { return same; });
}

__m512i norm2mort(const Order &order, __m512i normed, __m512i parents) {
    const __m512i above = _mm512_sllv_epi64(splat(~std::uint64_t{0}), order.shift);
    const __m512i digits = decimal(_mm512_andnot_si512(above, normed));
    const __mmask8 south = _mm512_cmpgt_epi64_mask(parents, splat(5));
    const __m512i base_cell = _mm512_mask_sub_epi64(parents, south, parents, splat(6));
    const __m512i magnitude = _mm512_add_epi64(
        _mm512_add_epi64(_mm512_mullo_epi64(base_cell, order.power), order.ones), digits);
    return _mm512_mask_sub_epi64(magnitude, south, _mm512_setzero_si512(), magnitude);
}

std::size_t fast_norm2mort(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                           const Int64 *parents, Int64 *morton) noexcept {
    return by_order(n, order, max_order, [=](std::size_t begin, std::size_t count) {
        return with_orders(order.from(begin), [=](auto order_at) {
            return walk(count, morton + begin, [=](std::size_t i, __mmask8 lanes) -> __mmask8 {
                const std::size_t at = begin + i;
                const __m512i index = norm2mort(order_at(i, lanes), load(normed + at, lanes),
                                                load(parents + at, lanes));
                _mm512_mask_storeu_epi64(morton + at, lanes, index);
                return 0;
            });
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
            return walk(count, morton + begin, [=](std::size_t i, __mmask8 lanes) {
                const Order k = order_at(i, lanes);
                const __m512i number = load(nest + begin + i, lanes);
                const __m512i parents = _mm512_srlv_epi64(number, k.shift);
                const __m512i index = norm2mort(k, number, parents);
                const __mmask8 good = _mm512_cmple_epu64_mask(parents, splat(11));
                return store_good(lanes, good, [=](__mmask8 stored) {
                    _mm512_mask_storeu_epi64(morton + begin + i, stored, index);
                });
            });
        });
    });
}

// By a number of two digits, 4 a + b; where one of them is above 3, two bits that such numbers
// below 64 do not have.
constexpr auto two_digits = [] {
    Table<std::uint8_t, 64> table{};
    for (std::size_t i = 0; i < 64; ++i) {
        table.entry[i] =
            static_cast<std::uint8_t>(i / 10 < 4 && i % 10 < 4 ? i / 10 * 4 + i % 10 : 0xc0);
    }
    return table;
}();

// What an index says, as in Norm, in the lanes that hold one.
struct Decoded {
    __m512i order, address, parent; // the address is at order 18, its missing digits 0
    __m512i digits, top_three, sixteen;
    __mmask8 good;
};

// floor(x * factor / 2**52), for an x below 2**52.
__m512i upper_digits(__m512i x, std::uint64_t factor) {
    return _mm512_madd52hi_epu64(_mm512_setzero_si512(), x, splat(factor));
}

// With a mask, GCC keeps it one instruction: else it makes many of a product with a constant.
__m512i multiply(__m512i words, short factor) {
    return _mm512_maskz_mullo_epi16(~__mmask32{0}, words, _mm512_set1_epi16(factor));
}

// What decoding takes from the orders of eight indices.
struct Orders {
    __m512i k, ones, limit, missing;
};

Orders find_orders(__m512i magnitude) {
    const __m512i size = _mm512_srli_epi64(_mm512_castpd_si512(_mm512_cvtepi64_pd(magnitude)), 51);
    const __m512i k = _mm512_maskz_permutex2var_epi8(
        0x0101'0101'0101'0101, _mm512_loadu_si512(&order_by_size.entry[0]), size,
        _mm512_loadu_si512(&order_by_size.entry[64]));
    return {k, look_up(ones, k), look_up(greatest, k), look_up(missing, k)};
}

// The index -3241 of order 3, line by line; its address is 0b 01 11 00, as in morton.hpp:
//     few       = 3241 - 1111 = 2130            each digit less one
//     digits    = 2130 * 10**15                 as of order 18: 2 13 0000 0000 0000 0000
//     top_three = 213, sixteen = 0              the base cell and two digits; four times four
//     cell      = 2, top_two = 13
//     eight, four, two                          all 0 here: the sixteen in halves, again and again
//     top_nibble = 0b 01 11                     what the table has for 13; nibbles = 0
//     address   = 0b 01 11 << 32                at order 18; at_order shifts it by 36 - 2 * 3
//     parent    = 2 + 6                         for the sign
//
// The quotients are too great by one, at worst, where what they leave has a digit above 3. Such a
// rest is below 0: it is a number too large for its place, in which a later step finds such digits,
// too. So nothing passes that is no index.
Decoded decode(__m512i morton, Orders &orders) {
    const __m512i magnitude = _mm512_abs_epi64(morton);
    if (_mm512_cmpgt_epu64_mask(_mm512_sub_epi64(magnitude, orders.ones), orders.limit) != 0) {
        orders = find_orders(magnitude);
    }
    const __m512i k = orders.k;
    const __m512i few = _mm512_sub_epi64(magnitude, orders.ones);
    __mmask8 good = _mm512_cmple_epu64_mask(few, orders.limit);
    const __m512i digits = _mm512_mullo_epi64(few, orders.missing);

    const __m512i top_three = upper_digits(_mm512_srli_epi64(digits, 11), 923);
    const __m512i sixteen =
        _mm512_sub_epi64(digits, _mm512_mullo_epi64(top_three, splat(10'000'000'000'000'000)));
    good = _mm512_mask_cmple_epu64_mask(good, sixteen, splat(3'333'333'333'333'333));

    // Eight digits in each 32 bits, four in each 16, two in each 8.
    const __m512i eight =
        _mm512_add_epi64(sixteen, _mm512_mul_epu32(upper_digits(sixteen, 45'035'997),
                                                   splat((1ull << 32) - 100'000'000)));
    const __m512i reciprocal = splat((1ull << 32) / 10'000 + 1);
    const __m512i upper_four = _mm512_mask_mov_epi32(
        _mm512_srli_epi64(_mm512_mul_epu32(eight, reciprocal), 32), 0b1010'1010'1010'1010,
        _mm512_mul_epu32(_mm512_srli_epi64(eight, 32), reciprocal));
    const __m512i four = _mm512_add_epi32(
        eight, _mm512_mullo_epi32(upper_four, _mm512_set1_epi32((1 << 16) - 10'000)));
    const __m512i hundredth = _mm512_set1_epi16((1 << 16) / 100 + 1);
    const __m512i two =
        _mm512_add_epi16(four, multiply(_mm512_mulhi_epu16(four, hundredth), (1 << 8) - 100));
    const __m512i cell = _mm512_mulhi_epu16(top_three, hundredth);
    const __m512i top_two = _mm512_sub_epi64(top_three, multiply(cell, 100));

    const __m512i table = _mm512_loadu_si512(&two_digits);
    const __m512i nibbles = _mm512_permutexvar_epi8(two, table);
    const __m512i top_nibble = _mm512_permutexvar_epi8(top_two, table);
    const __m512i all =
        _mm512_or_si512(_mm512_or_si512(nibbles, top_nibble), _mm512_or_si512(two, top_two));
    good = _mm512_mask_testn_epi64_mask(good, all, _mm512_set1_epi8(-64));

    const __m512i low =
        _mm512_maskz_multishift_epi64_epi8(0x0f0f'0f0f'0f0f'0f0f, splat(0x3020'1000),
                                           _mm512_or_si512(nibbles, _mm512_srli_epi64(nibbles, 4)));
    const __m512i address = _mm512_or_si512(low, _mm512_slli_epi64(top_nibble, 32));
    const __mmask8 south = _mm512_movepi64_mask(morton);
    return {k,       address, _mm512_mask_add_epi64(cell, south, cell, splat(6)), digits, top_three,
            sixteen, good};
}

// The pixel of order k that holds one of order 18.
__m512i at_order(__m512i k, __m512i pixel) {
    return _mm512_srlv_epi64(pixel, _mm512_sub_epi64(splat(36), _mm512_add_epi64(k, k)));
}

std::size_t is_mort(std::size_t n, const Int64 *morton, bool *valid) noexcept {
    Orders orders = find_orders(splat(1));
    return walk(n, morton, [=, &orders](std::size_t i, __mmask8 lanes) -> __mmask8 {
        const __mmask8 good = decode(load(morton + i, lanes), orders).good;
        _mm512_mask_storeu_epi8(valid + i, lanes, _mm512_maskz_set1_epi8(good, 1));
        return 0;
    });
}

std::size_t mort2order(std::size_t n, const Int64 *morton, Int64 *order) noexcept {
    Orders orders = find_orders(splat(1));
    return walk(n, morton, [=, &orders](std::size_t i, __mmask8 lanes) {
        const Decoded index = decode(load(morton + i, lanes), orders);
        return store_good(lanes, index.good, [=](__mmask8 good) {
            _mm512_mask_storeu_epi64(order + i, good, index.order);
        });
    });
}

std::size_t mort2norm(std::size_t n, const Int64 *morton, Int64 *order, Int64 *normed,
                      Int64 *parents) noexcept {
    Orders orders = find_orders(splat(1));
    return walk(n, order, [=, &orders](std::size_t i, __mmask8 lanes) {
        const Decoded index = decode(load(morton + i, lanes), orders);
        return store_good(lanes, index.good, [=](__mmask8 good) {
            _mm512_mask_storeu_epi64(order + i, good, index.order);
            _mm512_mask_storeu_epi64(normed + i, good, at_order(index.order, index.address));
            _mm512_mask_storeu_epi64(parents + i, good, index.parent);
        });
    });
}

std::size_t mort2nest(std::size_t n, const Int64 *morton, Int64 *nest) noexcept {
    Orders orders = find_orders(splat(1));
    return walk(n, nest, [=, &orders](std::size_t i, __mmask8 lanes) {
        const Decoded index = decode(load(morton + i, lanes), orders);
        const __m512i at_18 = _mm512_or_si512(index.address, _mm512_slli_epi64(index.parent, 36));
        return store_good(lanes, index.good, [=](__mmask8 good) {
            _mm512_mask_storeu_epi64(nest + i, good, at_order(index.order, at_18));
        });
    });
}

// What clipping takes from the order k that is wanted. The digits that stay come from the top three
// and the sixteen below them; below order 2 all from a double, which holds that many.
struct Clip {
    __m512i k, ones;
    __m512i place; // of the top three: 10**(k - 2), or 0
    __m512d share; // of the others that stay
    __mmask8 coarse;
};

constexpr auto places = [] {
    Table<std::uint64_t, 24> table{};
    for (std::size_t k = 2; k <= max_order; ++k) {
        table.entry[k] = pow10.entry[k - 2];
    }
    return table;
}();

// The bits of the double 1 / 10**(18 - k).
constexpr auto shares = [] {
    Table<std::uint64_t, 24> table{};
    for (std::size_t k = 0; k <= max_order; ++k) {
        table.entry[k] = std::bit_cast<std::uint64_t>(1 / static_cast<double>(missing.entry[k]));
    }
    return table;
}();

Clip make_clip(__m512i k) {
    return {k, look_up(ones, k), look_up(places, k), _mm512_castsi512_pd(look_up(shares, k)),
            _mm512_cmpgt_epi64_mask(splat(2), k)};
}

std::size_t clip_mort(std::size_t n, Broadcast<Int64> order, const Int64 *morton,
                      Int64 *clipped) noexcept {
    return by_order(n, order, max_order, [=](std::size_t begin, std::size_t count) {
        const auto run = [=](auto clip_at) {
            Orders orders = find_orders(splat(1));
            return walk(count, clipped + begin, [=, &orders](std::size_t i, __mmask8 lanes) {
                const Clip clip = clip_at(i, lanes);
                const __m512i number = load(morton + begin + i, lanes);
                const Decoded index = decode(number, orders);
                const __m512d lower = _mm512_cvtepi64_pd(
                    _mm512_mask_mov_epi64(index.sixteen, clip.coarse, index.digits));
                const __m512i magnitude = _mm512_add_epi64(
                    _mm512_add_epi64(_mm512_mullo_epi64(index.top_three, clip.place), clip.ones),
                    _mm512_cvttpd_epi64(_mm512_fmadd_pd(lower, clip.share, _mm512_set1_pd(0.3))));
                const __m512i zero = _mm512_setzero_si512();
                const __m512i result =
                    _mm512_mask_sub_epi64(magnitude, _mm512_movepi64_mask(number), zero, magnitude);
                const __mmask8 good = _mm512_mask_cmple_epu64_mask(index.good, clip.k, index.order);
                return store_good(lanes, good, [=](__mmask8 stored) {
                    _mm512_mask_storeu_epi64(clipped + begin + i, stored, result);
                });
            });
        };
        if (order.step != 0) {
            return run([=](std::size_t i, __mmask8 lanes) {
                return make_clip(load(order.data + begin + i, lanes));
            });
        }
        const Clip same = make_clip(splat(static_cast<std::uint64_t>(*order.data)));
        return run([=](std::size_t, __mmask8) { return same; });
    });
}

// 2**k.
__m512d power_of_two(__m512i k) {
    return _mm512_castsi512_pd(_mm512_slli_epi64(_mm512_add_epi64(k, splat(1023)), 52));
}

// Eight doubles for projection.hpp.
struct Real {
    using Mask = __mmask8;
    static constexpr std::size_t width = mortie::width;

    __m512d value;

    Real(__m512d x) : value(x) {}
    explicit Real(double x) : value(_mm512_set1_pd(x)) {}

    static Real load(const double *from) { return _mm512_loadu_pd(from); }
    static Real power_of_two(const Int64 *k) { return mortie::power_of_two(_mm512_loadu_si512(k)); }
    void store(double *to) const { _mm512_storeu_pd(to, value); }
    static unsigned bits(Mask mask) { return mask; }

    friend Real operator+(Real a, Real b) { return _mm512_add_pd(a.value, b.value); }
    friend Real operator-(Real a, Real b) { return _mm512_sub_pd(a.value, b.value); }
    friend Real operator*(Real a, Real b) { return _mm512_mul_pd(a.value, b.value); }
    friend Real operator/(Real a, Real b) { return _mm512_div_pd(a.value, b.value); }
    friend Mask operator<(Real a, Real b) {
        return _mm512_cmp_pd_mask(a.value, b.value, _CMP_LT_OQ);
    }
    friend Mask operator<=(Real a, Real b) {
        return _mm512_cmp_pd_mask(a.value, b.value, _CMP_LE_OQ);
    }
    friend Real multiply_add(Real a, Real b, Real c) {
        return _mm512_fmadd_pd(a.value, b.value, c.value);
    }
    friend Real multiply_subtract(Real a, Real b, Real c) {
        return _mm512_fmsub_pd(a.value, b.value, c.value);
    }
    friend Real sqrt(Real a) { return _mm512_sqrt_pd(a.value); }
    friend Real abs(Real a) { return _mm512_abs_pd(a.value); }
    friend Real min(Real a, Real b) { return _mm512_min_pd(a.value, b.value); }
    friend Real max(Real a, Real b) { return _mm512_max_pd(a.value, b.value); }
    friend Real floor(Real a) {
        return _mm512_roundscale_pd(a.value, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    }
    friend Real select(Mask mask, Real a, Real b) {
        return _mm512_mask_blend_pd(mask, b.value, a.value);
    }

    friend void store_rows(const Real (&columns)[4], double *rows) {
        const __m512d even = _mm512_unpacklo_pd(columns[0].value, columns[1].value);
        const __m512d odd = _mm512_unpackhi_pd(columns[0].value, columns[1].value);
        const __m512d right_of_even = _mm512_unpacklo_pd(columns[2].value, columns[3].value);
        const __m512d right_of_odd = _mm512_unpackhi_pd(columns[2].value, columns[3].value);
        const __m512i first = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0);
        const __m512i last = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
        const auto store = [rows](std::size_t row, __m512d two) { // this row and the next but one
            _mm256_storeu_pd(rows + 4 * row, _mm512_castpd512_pd256(two));
            _mm256_storeu_pd(rows + 4 * (row + 2), _mm512_extractf64x4_pd(two, 1));
        };
        store(0, _mm512_permutex2var_pd(even, first, right_of_even));
        store(1, _mm512_permutex2var_pd(odd, first, right_of_odd));
        store(4, _mm512_permutex2var_pd(even, last, right_of_even));
        store(5, _mm512_permutex2var_pd(odd, last, right_of_odd));
    }
};

// Eight nibbles, one to a byte, become the even bits of a byte each.
__m512i spread_bits(__m512i value) {
    const __m512i nibbles = _mm512_multishift_epi64_epi8(splat(0x1c18'1410'0c08'0400), value);
    // The table repeats every 16 bytes, so that the two bits above a nibble do not matter.
    return _mm512_permutexvar_epi8(
        nibbles, _mm512_set4_epi32(0x55545150, 0x45444140, 0x15141110, 0x05040100));
}

void write_nest(std::size_t n, Broadcast<Int64> order, const PixelBlock &pixels, Int64 *nest) {
    for (std::size_t i = 0; i < n; i += width) {
        const auto integer = [i](const double *from) {
            return _mm512_cvttpd_epi64(_mm512_load_pd(from + i));
        };
        const __m512i address = _mm512_or_si512(
            spread_bits(integer(pixels.x)), _mm512_slli_epi64(spread_bits(integer(pixels.y)), 1));
        const __m512i k = _mm512_loadu_si512(order.data + i);
        const __m512i face = _mm512_sllv_epi64(integer(pixels.face), _mm512_add_epi64(k, k));
        _mm512_store_si512(nest + i, _mm512_or_si512(face, address));
    }
}

// The even ones of 36 bits.
__m512i squeeze_bits(__m512i value) {
    // Of each nibble, by its low four bits, with all that may stand above them.
    const __m512i table = _mm512_set4_epi32(0x03020302, 0x01000100, 0x03020302, 0x01000100);
    const __m512i nibbles = _mm512_multishift_epi64_epi8(splat(0x1c18'1410'0c08'0400), value);
    const __m512i two = _mm512_permutexvar_epi8(nibbles, table);
    const __m512i four = _mm512_maddubs_epi16(two, _mm512_set1_epi16(4 << 8 | 1));
    const __m512i eight = _mm512_madd_epi16(four, _mm512_set1_epi32(16 << 16 | 1));
    const __m512i low = _mm512_or_si512(eight, _mm512_srli_epi64(eight, 24));
    const __m512i top = _mm512_permutexvar_epi8(_mm512_srli_epi64(value, 32), table);
    return _mm512_or_si512(_mm512_and_si512(low, splat(0xffff)),
                           _mm512_slli_epi64(_mm512_and_si512(top, splat(3)), 16));
}

Cells<Real> load_cells(const Int64 *order, const Int64 *normed, const Int64 *parents) {
    const __m512i k = _mm512_loadu_si512(order);
    const __m512i address = _mm512_loadu_si512(normed);
    return {power_of_two(k), power_of_two(_mm512_sub_epi64(splat(0), k)),
            _mm512_cvtepi64_pd(squeeze_bits(address)),
            _mm512_cvtepi64_pd(squeeze_bits(_mm512_srli_epi64(address, 1))),
            _mm512_cvtepi64_pd(_mm512_loadu_si512(parents))};
}

} // namespace

const Kernels avx512_kernels = {
    .name = "avx512",
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
