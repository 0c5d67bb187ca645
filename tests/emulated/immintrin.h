// The AVX-512 intrinsics that csrc/kernels/avx512.cpp uses, as the Intel Intrinsics Guide defines
// them, in plain C++: so the tests of its kernels run on processors without AVX-512 (GCC, -O1).
#pragma once

#include_next <immintrin.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

// The names in this namespace hide the global ones.
namespace mortie {
namespace emulated {

using Signed64 = std::int64_t;

template <typename T> struct Lanes {
    static constexpr std::size_t count = 64 / sizeof(T);
    T lane[count];
};

template <typename To, typename From> To cast(const From &from) {
    static_assert(sizeof(To) <= sizeof(From));
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}

// f(i) for each lane of type T.
template <typename T, typename F> auto make(F f) {
    Lanes<T> all;
    for (std::size_t i = 0; i < Lanes<T>::count; ++i) {
        all.lane[i] = static_cast<T>(f(i));
    }
    return cast<std::conditional_t<std::is_same_v<T, double>, __m512d, __m512i>>(all);
}

// f(...) of the lanes of registers, taken as of type T.
template <typename T, typename F, typename... Registers> auto map(F f, Registers... registers) {
    return make<T>([&](std::size_t i) { return f(cast<Lanes<T>>(registers).lane[i]...); });
}

template <typename T, typename Test, typename... Registers>
__mmask8 test(__mmask8 mask, Test holds, Registers... registers) {
    unsigned result = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        result |= unsigned{holds(cast<Lanes<T>>(registers).lane[i]...)} << i;
    }
    return static_cast<__mmask8>(result & mask);
}

template <typename T> __m512i select(std::uint64_t mask, __m512i a, __m512i b) {
    const auto yes = cast<Lanes<T>>(a);
    const auto no = cast<Lanes<T>>(b);
    return make<T>([&](std::size_t i) { return (mask >> i & 1) != 0 ? yes.lane[i] : no.lane[i]; });
}

template <typename T> void store(void *to, std::uint64_t mask, const void *from) {
    for (std::size_t i = 0; i < Lanes<T>::count; ++i) {
        if ((mask >> i & 1) != 0) {
            std::memcpy(static_cast<char *>(to) + i * sizeof(T),
                        static_cast<const char *>(from) + i * sizeof(T), sizeof(T));
        }
    }
}

// Entry `index` of tables that lie in registers one after the other.
template <typename T, typename... Registers> __m512i pick(__m512i index, Registers... registers) {
    const Lanes<T> tables[] = {cast<Lanes<T>>(registers)...};
    return map<T>(
        [&](T at) {
            const std::size_t i = at % (sizeof...(registers) * Lanes<T>::count);
            return tables[i / Lanes<T>::count].lane[i % Lanes<T>::count];
        },
        index);
}

// sum of a's and b's products of `count` neighbours.
template <typename To, typename A, typename B> __m512i dot(__m512i a, __m512i b) {
    const auto left = cast<Lanes<A>>(a);
    const auto right = cast<Lanes<B>>(b);
    return make<To>([&](std::size_t i) {
        return left.lane[2 * i] * right.lane[2 * i] + left.lane[2 * i + 1] * right.lane[2 * i + 1];
    });
}

} // namespace emulated

using emulated::Signed64;
using UWord = std::uint64_t;

// --- making registers, loading and storing ---

inline __m512i _mm512_setzero_si512() { return __m512i{}; }
inline __m512i _mm512_set1_epi64(long long value) {
    return emulated::make<Signed64>([=](std::size_t) { return value; });
}
inline __m512i _mm512_set1_epi32(int value) {
    return emulated::make<std::int32_t>([=](std::size_t) { return value; });
}
inline __m512i _mm512_set1_epi16(short value) {
    return emulated::make<std::int16_t>([=](std::size_t) { return value; });
}
inline __m512i _mm512_set1_epi8(char value) {
    return emulated::make<char>([=](std::size_t) { return value; });
}
inline __m512d _mm512_set1_pd(double value) {
    return emulated::make<double>([=](std::size_t) { return value; });
}
template <typename... Int> __m512i _mm512_set_epi32(Int... values) {
    const int all[] = {values...};
    return emulated::make<std::int32_t>([&](std::size_t i) { return all[15 - i]; });
}
template <typename... Word> __m512i _mm512_set_epi64(Word... values) {
    const long long all[] = {values...};
    return emulated::make<Signed64>([&](std::size_t i) { return all[7 - i]; });
}
inline __m512i _mm512_set4_epi32(int d, int c, int b, int a) {
    const int all[] = {a, b, c, d};
    return emulated::make<std::int32_t>([&](std::size_t i) { return all[i % 4]; });
}
inline __m512i _mm512_maskz_set1_epi8(__mmask64 mask, char value) {
    return emulated::select<char>(mask, _mm512_set1_epi8(value), __m512i{});
}
inline __m512i _mm512_castpd_si512(__m512d a) { return emulated::cast<__m512i>(a); }
inline __m512d _mm512_castsi512_pd(__m512i a) { return emulated::cast<__m512d>(a); }
inline __m512i _mm512_castsi256_si512(__m256i a) {
    return emulated::make<Signed64>([&](std::size_t i) { return i < 4 ? a[i] : 0; });
}
inline __m512i _mm512_inserti64x4(__m512i a, __m256i b, int place) {
    return emulated::make<Signed64>(
        [&](std::size_t i) { return static_cast<int>(i / 4) == place ? b[i % 4] : a[i]; });
}
inline __m512i _mm512_loadu_si512(const void *from) {
    __m512i to;
    std::memcpy(&to, from, sizeof to);
    return to;
}
inline __m512d _mm512_loadu_pd(const void *from) {
    return _mm512_castsi512_pd(_mm512_loadu_si512(from));
}
inline __m512d _mm512_load_pd(const void *from) { return *static_cast<const __m512d *>(from); }
inline __m512i _mm512_load_si512(const void *from) { return *static_cast<const __m512i *>(from); }
inline __m512i _mm512_maskz_loadu_epi64(__mmask8 mask, const void *from) {
    __m512i to{};
    emulated::store<Signed64>(&to, mask, from);
    return to;
}
inline __m512d _mm512_maskz_loadu_pd(__mmask8 mask, const void *from) {
    return _mm512_castsi512_pd(_mm512_maskz_loadu_epi64(mask, from));
}
inline void _mm512_store_si512(void *to, __m512i a) { *static_cast<__m512i *>(to) = a; }
inline void _mm512_store_pd(void *to, __m512d a) { *static_cast<__m512d *>(to) = a; }
inline void _mm512_storeu_pd(void *to, __m512d a) { std::memcpy(to, &a, sizeof a); }
inline void _mm512_storeu_si512(void *to, __m512i a) { std::memcpy(to, &a, sizeof a); }
inline void _mm512_mask_storeu_epi64(void *to, __mmask8 mask, __m512i a) {
    emulated::store<Signed64>(to, mask, &a);
}
inline void _mm512_mask_storeu_pd(void *to, __mmask8 mask, __m512d a) {
    emulated::store<Signed64>(to, mask, &a);
}
inline void _mm512_mask_storeu_epi8(void *to, __mmask64 mask, __m512i a) {
    emulated::store<char>(to, mask, &a);
}

// --- integers ---

inline __m512i _mm512_and_si512(__m512i a, __m512i b) { return a & b; }
inline __m512i _mm512_andnot_si512(__m512i a, __m512i b) { return ~a & b; }
inline __m512i _mm512_or_si512(__m512i a, __m512i b) { return a | b; }
inline __m512i _mm512_xor_si512(__m512i a, __m512i b) { return a ^ b; }

template <typename T> __m512i add(__m512i a, __m512i b) {
    return emulated::map<T>([](T x, T y) { return x + y; }, a, b);
}
inline __m512i _mm512_add_epi64(__m512i a, __m512i b) { return add<UWord>(a, b); }
inline __m512i _mm512_add_epi32(__m512i a, __m512i b) { return add<std::uint32_t>(a, b); }
inline __m512i _mm512_add_epi16(__m512i a, __m512i b) { return add<std::uint16_t>(a, b); }
inline __m512i _mm512_sub_epi64(__m512i a, __m512i b) {
    return emulated::map<UWord>([](UWord x, UWord y) { return x - y; }, a, b);
}
inline __m512i _mm512_abs_epi64(__m512i a) {
    return emulated::map<UWord>([](UWord x) { return x >> 63 != 0 ? 0 - x : x; }, a);
}
inline __m512i _mm512_mullo_epi64(__m512i a, __m512i b) {
    return emulated::map<UWord>([](UWord x, UWord y) { return x * y; }, a, b);
}
inline __m512i _mm512_mullo_epi32(__m512i a, __m512i b) {
    return emulated::map<std::uint32_t>([](std::uint32_t x, std::uint32_t y) { return x * y; }, a,
                                        b);
}
inline __m512i _mm512_mul_epu32(__m512i a, __m512i b) {
    return emulated::map<UWord>(
        [](UWord x, UWord y) { return (x & 0xffff'ffff) * (y & 0xffff'ffff); }, a, b);
}
inline __m512i _mm512_mulhi_epu16(__m512i a, __m512i b) {
    using T = std::uint16_t;
    return emulated::map<T>([](T x, T y) { return std::uint32_t{x} * y >> 16; }, a, b);
}
inline __m512i _mm512_maskz_mullo_epi16(__mmask32 mask, __m512i a, __m512i b) {
    using T = std::uint16_t;
    return emulated::select<T>(
        mask, emulated::map<T>([](T x, T y) { return std::uint32_t{x} * y; }, a, b), __m512i{});
}
inline __m512i _mm512_madd_epi16(__m512i a, __m512i b) {
    return emulated::dot<std::int32_t, std::int16_t, std::int16_t>(a, b);
}
inline __m512i _mm512_maddubs_epi16(__m512i a, __m512i b) { // (it saturates; not with digits)
    return emulated::dot<std::int16_t, std::uint8_t, std::int8_t>(a, b);
}
inline __m512i _mm512_dpwssd_epi32(__m512i sum, __m512i a, __m512i b) {
    return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
}
inline __m512i _mm512_madd52hi_epu64(__m512i sum, __m512i a, __m512i b) {
    __extension__ using Wide = unsigned __int128;
    constexpr UWord low = (UWord{1} << 52) - 1;
    return emulated::map<UWord>(
        [](UWord s, UWord x, UWord y) {
            return s + static_cast<UWord>(Wide{x & low} * (y & low) >> 52);
        },
        sum, a, b);
}
inline __m512i _mm512_sllv_epi64(__m512i a, __m512i count) {
    return emulated::map<UWord>([](UWord x, UWord n) { return n < 64 ? x << n : 0; }, a, count);
}
inline __m512i _mm512_srlv_epi64(__m512i a, __m512i count) {
    return emulated::map<UWord>([](UWord x, UWord n) { return n < 64 ? x >> n : 0; }, a, count);
}
inline __m512i _mm512_slli_epi64(__m512i a, unsigned count) {
    return _mm512_sllv_epi64(a, _mm512_set1_epi64(count));
}
inline __m512i _mm512_srli_epi64(__m512i a, unsigned count) {
    return _mm512_srlv_epi64(a, _mm512_set1_epi64(count));
}
inline __m512i _mm512_sll_epi64(__m512i a, __m128i count) {
    return _mm512_sllv_epi64(a, _mm512_set1_epi64(count[0]));
}
inline __m512i _mm512_srl_epi64(__m512i a, __m128i count) {
    return _mm512_srlv_epi64(a, _mm512_set1_epi64(count[0]));
}
inline __m512i _mm512_multishift_epi64_epi8(__m512i control, __m512i a) {
    const auto shifts = emulated::cast<emulated::Lanes<std::uint8_t>>(control);
    return emulated::make<std::uint8_t>([&](std::size_t i) {
        const auto word = static_cast<UWord>(a[i / 8]);
        const unsigned shift = shifts.lane[i] % 64u;
        return shift == 0 ? word : word >> shift | word << (64 - shift);
    });
}
inline __m512i _mm512_maskz_multishift_epi64_epi8(__mmask64 mask, __m512i control, __m512i a) {
    return emulated::select<char>(mask, _mm512_multishift_epi64_epi8(control, a), __m512i{});
}
inline __m512i _mm512_permutexvar_epi8(__m512i index, __m512i a) {
    return emulated::pick<std::uint8_t>(index, a);
}
inline __m512i _mm512_maskz_permutex2var_epi8(__mmask64 mask, __m512i a, __m512i index, __m512i b) {
    return emulated::select<char>(mask, emulated::pick<std::uint8_t>(index, a, b), __m512i{});
}
inline __m512i _mm512_maskz_permutexvar_epi32(__mmask16 mask, __m512i index, __m512i a) {
    return emulated::select<int>(mask, emulated::pick<std::uint32_t>(index, a), __m512i{});
}
inline __m512i _mm512_permutex2var_epi64(__m512i a, __m512i index, __m512i b) {
    return emulated::pick<UWord>(index, a, b);
}
inline __m512i _mm512_mask_permutexvar_epi64(__m512i other, __mmask8 mask, __m512i index,
                                             __m512i a) {
    return emulated::select<Signed64>(mask, emulated::pick<UWord>(index, a), other);
}
inline __m512i _mm512_mask_add_epi64(__m512i other, __mmask8 mask, __m512i a, __m512i b) {
    return emulated::select<Signed64>(mask, _mm512_add_epi64(a, b), other);
}
inline __m512i _mm512_mask_sub_epi64(__m512i other, __mmask8 mask, __m512i a, __m512i b) {
    return emulated::select<Signed64>(mask, _mm512_sub_epi64(a, b), other);
}
inline __m512i _mm512_mask_mov_epi64(__m512i other, __mmask8 mask, __m512i a) {
    return emulated::select<Signed64>(mask, a, other);
}
inline __m512i _mm512_mask_mov_epi32(__m512i other, __mmask16 mask, __m512i a) {
    return emulated::select<int>(mask, a, other);
}
inline __mmask8 _mm512_movepi64_mask(__m512i a) {
    return emulated::test<Signed64>(0xff, [](Signed64 x) { return x < 0; }, a);
}
inline __mmask8 _mm512_cmpgt_epi64_mask(__m512i a, __m512i b) {
    return emulated::test<Signed64>(0xff, [](Signed64 x, Signed64 y) { return x > y; }, a, b);
}
inline __mmask8 _mm512_cmpgt_epu64_mask(__m512i a, __m512i b) {
    return emulated::test<UWord>(0xff, [](UWord x, UWord y) { return x > y; }, a, b);
}
inline __mmask8 _mm512_mask_cmple_epu64_mask(__mmask8 mask, __m512i a, __m512i b) {
    return emulated::test<UWord>(mask, [](UWord x, UWord y) { return x <= y; }, a, b);
}
inline __mmask8 _mm512_cmple_epu64_mask(__m512i a, __m512i b) {
    return _mm512_mask_cmple_epu64_mask(0xff, a, b);
}
inline __mmask8 _mm512_mask_testn_epi64_mask(__mmask8 mask, __m512i a, __m512i b) {
    return emulated::test<Signed64>(
        mask, [](Signed64 x, Signed64 y) { return (x & y) == 0; }, a, b);
}

// --- doubles ---

inline __m512d _mm512_cvtepi64_pd(__m512i a) {
    return emulated::make<double>([&](std::size_t i) { return static_cast<double>(a[i]); });
}
inline __m512i _mm512_cvttpd_epi64(__m512d a) {
    return emulated::make<Signed64>([&](std::size_t i) {
        return std::fabs(a[i]) < 0x1p63 ? static_cast<Signed64>(a[i]) : INT64_MIN;
    });
}
inline __m256d _mm512_castpd512_pd256(__m512d a) { return __m256d{a[0], a[1], a[2], a[3]}; }
inline __m256d _mm512_extractf64x4_pd(__m512d a, int place) {
    return place == 0 ? _mm512_castpd512_pd256(a) : __m256d{a[4], a[5], a[6], a[7]};
}
inline __m512d _mm512_unpacklo_pd(__m512d a, __m512d b) {
    return emulated::make<double>([&](std::size_t i) { return i % 2 == 0 ? a[i] : b[i - 1]; });
}
inline __m512d _mm512_unpackhi_pd(__m512d a, __m512d b) {
    return emulated::make<double>([&](std::size_t i) { return i % 2 == 0 ? a[i + 1] : b[i]; });
}
inline __m512d _mm512_permutex2var_pd(__m512d a, __m512i index, __m512d b) {
    return _mm512_castsi512_pd(
        emulated::pick<UWord>(index, _mm512_castpd_si512(a), _mm512_castpd_si512(b)));
}
inline __m512d _mm512_add_pd(__m512d a, __m512d b) { return a + b; }
inline __m512d _mm512_sub_pd(__m512d a, __m512d b) { return a - b; }
inline __m512d _mm512_mul_pd(__m512d a, __m512d b) { return a * b; }
inline __m512d _mm512_div_pd(__m512d a, __m512d b) { return a / b; }
inline __m512d _mm512_fmadd_pd(__m512d a, __m512d b, __m512d c) {
    return emulated::make<double>([&](std::size_t i) { return std::fma(a[i], b[i], c[i]); });
}
inline __m512d _mm512_fmsub_pd(__m512d a, __m512d b, __m512d c) {
    return _mm512_fmadd_pd(a, b, -c);
}
inline __m512d _mm512_sqrt_pd(__m512d a) {
    return emulated::make<double>([&](std::size_t i) { return std::sqrt(a[i]); });
}
inline __m512d _mm512_abs_pd(__m512d a) {
    return emulated::make<double>([&](std::size_t i) { return std::fabs(a[i]); });
}
inline __m512d _mm512_min_pd(__m512d a, __m512d b) {
    return emulated::make<double>([&](std::size_t i) { return a[i] < b[i] ? a[i] : b[i]; });
}
inline __m512d _mm512_max_pd(__m512d a, __m512d b) {
    return emulated::make<double>([&](std::size_t i) { return a[i] > b[i] ? a[i] : b[i]; });
}
inline __m512d _mm512_roundscale_pd(__m512d a, int) { // to negative infinity is what we use
    return emulated::make<double>([&](std::size_t i) { return std::floor(a[i]); });
}
inline __m512d _mm512_mask_blend_pd(__mmask8 mask, __m512d a, __m512d b) {
    return emulated::make<double>(
        [&](std::size_t i) { return (mask >> i & 1) != 0 ? b[i] : a[i]; });
}
inline __mmask8 _mm512_cmp_pd_mask(__m512d a, __m512d b, int predicate) {
    return emulated::test<double>(
        0xff, [=](double x, double y) { return predicate == _CMP_LT_OQ ? x < y : x <= y; }, a, b);
}

} // namespace mortie
