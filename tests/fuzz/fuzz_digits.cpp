// Numbers to numbers: every set of kernels against the contract written digit by digit, in bounds,
// in place, with bad elements anywhere.
#include "harness.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace {

using namespace harness;

constexpr Int64 untouched = 987654321;
constexpr std::size_t words_each = 2;

bool is_order(Int64 order) { return 0 <= order && order <= 18; }

struct Numbers {
    Column<Int64> order, normed, parents, nest, coarser, morton;

    Numbers(const Input &input, std::size_t n)
        : order(input, n), normed(input, n), parents(input, n), nest(input, n), coarser(input, n),
          morton(input, n) {
        for (std::size_t i = 0; i < n; ++i) {
            make(i, Bits(input.words[words_each * i]), input.words[words_each * i + 1]);
        }
    }

    void make(std::size_t i, Bits bits, std::uint64_t word) {
        const Int64 wild = static_cast<Int64>(word) >> bits.take(6);
        const Int64 k = bits.below(19, 8);
        order[i] = bits.rarely(7) ? wild : k;
        normed[i] = wild;
        const Int64 parent = bits.below(12, 6);
        parents[i] = bits.rarely(2) ? wild : parent;
        const auto pixels = std::uint64_t{12} << 2 * k;
        nest[i] = bits.rarely(6) ? wild : static_cast<Int64>(word % pixels);
        const Int64 depth = bits.below(19, 8);
        coarser[i] = bits.rarely(6) ? wild : k % (depth + 1);
        morton[i] = reference::norm2mort(depth, static_cast<Int64>(word), parent);
        if (bits.rarely(5)) { // another digit somewhere
            Int64 place = 1;
            for (Int64 zeros = bits.below(19, 6); zeros > 0; --zeros) {
                place *= 10;
            }
            morton[i] = static_cast<Int64>(static_cast<std::uint64_t>(morton[i]) +
                                           word % 10 * static_cast<std::uint64_t>(place));
        } else if (bits.rarely(5)) {
            morton[i] = wild;
        }
    }
};

// What a kernel with so many results should give for each element that is good.
template <std::size_t results> struct Expected {
    std::vector<char> good;
    std::array<std::vector<Int64>, results> result;

    explicit Expected(std::size_t n) : good(n) { result.fill(std::vector<Int64>(n, untouched)); }

    void set(std::size_t i, std::array<Int64, results> values) {
        good[i] = true;
        for (std::size_t j = 0; j < results; ++j) {
            result[j][i] = values[j];
        }
    }
};

// `call(begin, count, in, out)` runs the kernel on some elements; `out` points to each result.
template <std::size_t results, typename Call>
void compare(const Input &input, const Kernels &kernels, const char *name, const Column<Int64> &in,
             const Expected<results> &expected, Call call) {
    const std::size_t n = in.size();
    for (const bool in_place : {false, true}) {
        std::array<Column<Int64>, results> out;
        out.fill(Column<Int64>(input, n, untouched));
        if (in_place) {
            out[0] = in;
        }
        run(kernels, name, expected.good, [&](std::size_t begin, std::size_t count) {
            std::array<Int64 *, results> to;
            for (std::size_t j = 0; j < results; ++j) {
                to[j] = &out[j][begin];
            }
            return call(begin, count, in_place ? to[0] : &in[begin], to);
        });
        for (std::size_t j = 0; j < results; ++j) {
            const bool over_input = in_place && j == 0;
            for (std::size_t i = 0; i < n; ++i) {
                const bool kept = over_input && !expected.good[i];
                if (out[j][i] != (kept ? in[i] : expected.result[j][i])) {
                    differs(kernels, name, i);
                }
            }
        }
    }
}

void compare_all(const Input &input, std::size_t n) {
    const Numbers given(input, n);
    const std::size_t step = input.order_step;

    Expected<1> fast(n), vaex(n), from_nest(n), valid(n), to_order(n), to_nest(n), clipped(n);
    Expected<3> to_norm(n);
    for (std::size_t i = 0; i < n; ++i) {
        const Int64 k = given.order[i * step];
        vaex.set(i, {reference::norm2mort(18, given.normed[i], given.parents[i])});
        if (is_order(k)) {
            fast.set(i, {reference::norm2mort(k, given.normed[i], given.parents[i])});
        }
        if (is_order(k) && 0 <= given.nest[i] && given.nest[i] >> 2 * k < 12) {
            from_nest.set(i, {reference::norm2mort(k, given.nest[i], given.nest[i] >> 2 * k)});
        }
        const reference::Norm norm = reference::mort2norm(given.morton[i]);
        valid.set(i, {norm.order >= 0});
        if (norm.order < 0) {
            continue;
        }
        to_order.set(i, {norm.order});
        to_norm.set(i, {norm.order, norm.normed, norm.parent});
        to_nest.set(i, {(norm.parent << 2 * norm.order) + norm.normed});
        const Int64 depth = given.coarser[i * step];
        if (0 <= depth && depth <= norm.order) {
            Int64 shorter = given.morton[i];
            for (Int64 dropped = depth; dropped < norm.order; ++dropped) {
                shorter /= 10;
            }
            clipped.set(i, {shorter});
        }
    }

    for (const Kernels *kernels : supported) {
        const auto check = [&](const char *name, const Column<Int64> &in, const auto &expected,
                               auto call) { compare(input, *kernels, name, in, expected, call); };
        check("fast_norm2mort", given.normed, fast,
              [&](std::size_t at, std::size_t count, const Int64 *in, auto out) {
                  return kernels->fast_norm2mort(count, {&given.order[at * step], step}, in,
                                                 &given.parents[at], out[0]);
              });
        check("vaex_norm2mort", given.normed, vaex,
              [&](std::size_t at, std::size_t count, const Int64 *in, auto out) {
                  return kernels->vaex_norm2mort(count, in, &given.parents[at], out[0]);
              });
        check("nest2mort", given.nest, from_nest,
              [&](std::size_t at, std::size_t count, const Int64 *in, auto out) {
                  return kernels->nest2mort(count, {&given.order[at * step], step}, in, out[0]);
              });
        check("is_mort", given.morton, valid,
              [&](std::size_t, std::size_t count, const Int64 *in, auto out) {
                  const std::unique_ptr<bool[]> flags(new bool[count]);
                  const std::size_t done = kernels->is_mort(count, in, flags.get());
                  std::copy_n(flags.get(), done, out[0]);
                  return done;
              });
        check("mort2order", given.morton, to_order,
              [&](std::size_t, std::size_t count, const Int64 *in, auto out) {
                  return kernels->mort2order(count, in, out[0]);
              });
        check("mort2norm", given.morton, to_norm,
              [&](std::size_t, std::size_t count, const Int64 *in, auto out) {
                  return kernels->mort2norm(count, in, out[0], out[1], out[2]);
              });
        check("mort2nest", given.morton, to_nest,
              [&](std::size_t, std::size_t count, const Int64 *in, auto out) {
                  return kernels->mort2nest(count, in, out[0]);
              });
        check("clip_mort", given.morton, clipped,
              [&](std::size_t at, std::size_t count, const Int64 *in, auto out) {
                  return kernels->clip_mort(count, {&given.coarser[at * step], step}, in, out[0]);
              });
    }
}

} // namespace

const std::size_t harness::bytes_each = words_each * sizeof(std::uint64_t);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const harness::Input input(data, size);
    compare_all(input, input.words.size() / words_each);
    return 0;
}
