// What the harnesses share: reading an input, and calling kernels that stop at bad elements.
//
// An input of libFuzzer is a head and elements of the same size each. Elements are made of their
// bits so that most are good: mutations then reach what lies behind the checks of arguments.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"
#include "reference.hpp"

// The entry point that libFuzzer wants; it returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace harness {

// The size of an element; each harness says its own.
extern const std::size_t bytes_each;

using mortie::Broadcast;
using mortie::Kernels;
using reference::Int64;

inline const mortie::KernelList supported = mortie::supported_kernels();

// What the head says, and the words of the elements.
struct Input {
    std::size_t offset = 0;     // in elements, from what an allocator aligns
    std::size_t order_step = 1; // 0: all have the order of the first
    std::vector<std::uint64_t> words;

    Input(const std::uint8_t *data, std::size_t size) {
        if (size == 0) {
            return;
        }
        offset = *data % 8;
        order_step = *data / 8 % 2;
        words.resize((size - 1) / sizeof(std::uint64_t));
        if (!words.empty()) {
            std::memcpy(words.data(), data + 1, words.size() * sizeof(std::uint64_t));
        }
    }
};

// Calls `call(words, count)` for groups of elements, `least` and up to 15 more in each, as its
// first word says; the last may have fewer.
template <typename Call>
void by_groups(const Input &input, std::size_t words_each, std::size_t least, Call call) {
    const std::size_t n = input.words.size() / words_each;
    for (std::size_t begin = 0; begin < n;) {
        const std::uint64_t *words = &input.words[words_each * begin];
        const std::size_t count = std::min<std::size_t>(n - begin, least + words[0] % 16);
        call(words, count);
        begin += count;
    }
}

// The low bits of a word, one field after the other.
class Bits {
  public:
    explicit Bits(std::uint64_t word) : rest_(word) {}

    std::uint64_t take(unsigned count) {
        const std::uint64_t field = rest_ & ((std::uint64_t{1} << count) - 1);
        rest_ >>= count;
        return field;
    }

    Int64 below(Int64 limit, unsigned count) { return static_cast<Int64>(take(count)) % limit; }

    bool rarely(unsigned count) { return take(count) == 0; }

  private:
    std::uint64_t rest_;
};

// A degree that most often is special.
inline double degrees(std::uint64_t word, double most) {
    constexpr double special[] = {0,    90, 45, 30, 41.810314895778596, 180, 19.471220634490691,
                                  11.25};
    Bits bits(word);
    const std::uint64_t kind = bits.take(3);
    const double known = special[bits.take(3)];
    double value = (2 * static_cast<double>(word >> 11) * 0x1p-53 - 1) * most;
    if (kind < 3) {
        value = std::copysign(known, value);
    } else if (kind == 3) {
        value = std::nextafter(known, value);
    } else if (kind == 4) {
        value = std::round(value / 11.25) * 11.25;
    } else if (kind == 5) {
        value *= std::pow(2.0, -static_cast<double>(bits.take(6)));
    } else if (kind == 6 && bits.rarely(4)) {
        return std::bit_cast<double>(word * 0x9e3779b97f4a7c15);
    }
    return std::clamp(value, -most, most);
}

// Elements that end where their memory ends, for ASan to see each step beyond.
template <typename T> class Column {
  public:
    Column() = default;
    Column(const Input &input, std::size_t n, T value = {})
        : offset_(input.offset), values_(offset_ + n, value) {}

    std::size_t size() const { return values_.size() - offset_; }
    T *data() { return values_.data() + offset_; }
    const T *data() const { return values_.data() + offset_; }
    T &operator[](std::size_t i) { return data()[i]; }
    const T &operator[](std::size_t i) const { return data()[i]; }

  private:
    std::size_t offset_ = 0;
    std::vector<T> values_;
};

[[noreturn]] inline void fails(const char *what) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

[[noreturn]] inline void differs(const Kernels &kernels, const char *name, std::size_t i) {
    std::fprintf(stderr, "%s, %s: element %zu differs\n", kernels.name, name, i);
    std::abort();
}

// Runs `call(begin, count)` over the elements and again behind each one that it stops at: these
// must be those that are not good.
template <typename Call>
void run(const Kernels &kernels, const char *name, const std::vector<char> &good, Call call) {
    const std::size_t n = good.size();
    std::size_t begin = 0;
    while (begin < n) {
        std::size_t end = begin;
        while (end < n && good[end]) {
            ++end;
        }
        if (begin + call(begin, n - begin) != end) {
            differs(kernels, name, end);
        }
        begin = end + 1;
    }
}

} // namespace harness
