// The kernels for AVX-512 with VBMI and VNNI (Ice Lake, Zen 4 and later): eight elements at a time.
#include <immintrin.h>

#include "kernels.hpp"
#include "projection.hpp"

namespace mortie {
namespace {

constexpr std::size_t width = 8;

__m512i splat(std::uint64_t value) { return _mm512_set1_epi64(static_cast<Int64>(value)); }

// What the index takes from the order.
struct Order {
    __m512i above; // the bits above the low 2 k
    __m512i power; // 10**k
    __m512i ones;  // 11...1, k + 1 digits: one more for the base cell and for each digit
};

Order order_of_all(Int64 order) {
    const auto k = static_cast<std::size_t>(order);
    return {splat(~std::uint64_t{0} << 2 * k), splat(pow10.entry[k]), splat(ones.entry[k])};
}

// Entry `k` of a table of 19.
__m512i look_up(const Table<std::uint64_t, 24> &table, __m512i k) {
    const __m512i low = _mm512_permutex2var_epi64(_mm512_loadu_si512(&table.entry[0]), k,
                                                  _mm512_loadu_si512(&table.entry[8]));
    return _mm512_mask_permutexvar_epi64(low, _mm512_cmpgt_epi64_mask(k, splat(15)), k,
                                         _mm512_loadu_si512(&table.entry[16]));
}

Order order_of_each(__m512i k) {
    return {_mm512_sllv_epi64(splat(~std::uint64_t{0}), _mm512_add_epi64(k, k)), look_up(pow10, k),
            look_up(ones, k)};
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

__m512i norm2mort(Order order, __m512i normed, __m512i parents) {
    const __m512i digits = decimal(_mm512_andnot_si512(order.above, normed));
    const __mmask8 south = _mm512_cmpgt_epi64_mask(parents, splat(5));
    const __m512i base_cell = _mm512_mask_sub_epi64(parents, south, parents, splat(6));
    const __m512i magnitude = _mm512_add_epi64(
        _mm512_add_epi64(_mm512_mullo_epi64(base_cell, order.power), order.ones), digits);
    return _mm512_mask_sub_epi64(magnitude, south, _mm512_setzero_si512(), magnitude);
}

// Calls step(i, lanes) for the eight elements from i on, or for those of them that are in `lanes`.
// The first step is shorter, so that the others store whole lines of the cache.
template <typename Step> void walk(std::size_t n, const Int64 *out, Step step) {
    const auto first = [](std::size_t count) { return static_cast<__mmask8>((1u << count) - 1); };
    const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(out) / sizeof(Int64) % width;
    std::size_t i = 0;
    if (misaligned != 0 && n >= width) {
        i = width - misaligned;
        step(0, first(i));
    }
    for (; i + 2 * width <= n; i += 2 * width) { // two a turn: measured to be faster
        step(i, 0xff);
        step(i + width, 0xff);
    }
    for (; i + width <= n; i += width) {
        step(i, 0xff);
    }
    if (i < n) {
        step(i, first(n - i));
    }
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

void one_order(std::size_t n, Int64 order, const Int64 *normed, const Int64 *parents,
               Int64 *morton) {
    const Order same = order_of_all(order);
    walk(n, morton, [=](std::size_t i, __mmask8 lanes) {
        _mm512_mask_storeu_epi64(
            morton + i, lanes, norm2mort(same, load(normed + i, lanes), load(parents + i, lanes)));
    });
}

std::size_t each_order(std::size_t n, const Int64 *orders, const Int64 *normed,
                       const Int64 *parents, Int64 *morton) {
    unsigned bad = 0;
    walk(n, morton, [=, &bad](std::size_t i, __mmask8 lanes) {
        const __m512i k = load(orders + i, lanes);
        bad |= _mm512_cmpgt_epu64_mask(k, splat(max_order));
        _mm512_mask_storeu_epi64(
            morton + i, lanes,
            norm2mort(order_of_each(k), load(normed + i, lanes), load(parents + i, lanes)));
    });
    return bad == 0 ? n : first_bad_order(n, orders);
}

// Eight doubles for projection.hpp.
struct Real {
    using Mask = __mmask8;
    static constexpr std::size_t width = mortie::width;

    __m512d value;

    Real(__m512d x) : value(x) {}
    explicit Real(double x) : value(_mm512_set1_pd(x)) {}

    static Real load(const double *from) { return _mm512_loadu_pd(from); }
    static unsigned bits(Mask mask) { return mask; }

    friend Real operator+(Real a, Real b) { return _mm512_add_pd(a.value, b.value); }
    friend Real operator-(Real a, Real b) { return _mm512_sub_pd(a.value, b.value); }
    friend Real operator*(Real a, Real b) { return _mm512_mul_pd(a.value, b.value); }
    friend Mask operator<(Real a, Real b) {
        return _mm512_cmp_pd_mask(a.value, b.value, _CMP_LT_OQ);
    }
    friend Mask operator<=(Real a, Real b) {
        return _mm512_cmp_pd_mask(a.value, b.value, _CMP_LE_OQ);
    }
    friend Real multiply_add(Real a, Real b, Real c) {
        return _mm512_fmadd_pd(a.value, b.value, c.value);
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
};

// Eight nibbles, one to a byte, become the even bits of a byte each.
__m512i spread_bits(__m512i value) {
    const __m512i nibbles = _mm512_multishift_epi64_epi8(splat(0x1c18'1410'0c08'0400), value);
    // The table repeats every 16 bytes, so that the two bits above a nibble do not matter.
    return _mm512_permutexvar_epi8(
        nibbles, _mm512_set4_epi32(0x55545150, 0x45444140, 0x15141110, 0x05040100));
}

__m512i addresses(const Pixels<Real> &pixels) {
    const __m512i x = _mm512_cvttpd_epi64(pixels.x.value);
    const __m512i y = _mm512_cvttpd_epi64(pixels.y.value);
    return _mm512_or_si512(spread_bits(x), _mm512_slli_epi64(spread_bits(y), 1));
}

struct ToNest {
    Int64 order;

    void operator()(const Pixels<Real> &pixels, Int64 *nest) const {
        const __m512i face = _mm512_cvttpd_epi64(pixels.face.value);
        const __m512i above = _mm512_sll_epi64(face, _mm_cvtsi64_si128(2 * order));
        _mm512_store_si512(nest, _mm512_or_si512(above, addresses(pixels)));
    }
    Int64 operator()(const Pixel &pixel) const { return pixel2nest(order, pixel); }
};

struct ToMort {
    Int64 order;
    Order same = order_of_all(order);

    void operator()(const Pixels<Real> &pixels, Int64 *morton) const {
        const __m512i face = _mm512_cvttpd_epi64(pixels.face.value);
        _mm512_store_si512(morton, norm2mort(same, addresses(pixels), face));
    }
    Int64 operator()(const Pixel &pixel) const { return pixel2mort(order, pixel); }
};

} // namespace

const Kernels avx512_kernels = {
    .name = "avx512",
    .fast_norm2mort = Norm2Mort<one_order, each_order>::fast,
    .vaex_norm2mort = Norm2Mort<one_order, each_order>::vaex,
    .nest2mort = scalar::nest2mort,
    .is_mort = scalar::is_mort,
    .mort2order = scalar::mort2order,
    .mort2norm = scalar::mort2norm,
    .mort2nest = scalar::mort2nest,
    .clip_mort = scalar::clip_mort,
    .latlon2nest = encode_points<Real, ToNest, max_nest_order>,
    .latlon2mort = encode_points<Real, ToMort, max_order>,
    .mort2latlon = scalar::mort2latlon,
};

} // namespace mortie
