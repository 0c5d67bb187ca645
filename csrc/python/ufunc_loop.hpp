// From a kernel to the inner loop of a ufunc.
//
// NumPy calls an inner loop with one pointer and one stride for each operand, inputs first. A
// kernel wants packed arrays. So the loop walks over the elements in blocks: an operand that is
// packed is handed to the kernel where it stands, any other goes through a buffer. (Measured on
// strided inputs: in longer blocks the processor's prefetchers lose the streams that the operands
// are, and the loop becomes up to four times slower.)
#pragma once

#include <Python.h>
#include <numpy/ndarraytypes.h>

#include <algorithm>
#include <array>
#include <cfenv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernels/kernels.hpp"
#include "kernels/loops.hpp"

namespace mortie {

template <typename T> inline constexpr char dtype = NPY_NOTYPE;
template <> inline constexpr char dtype<bool> = NPY_BOOL;
template <> inline constexpr char dtype<Int64> = NPY_INT64;
template <> inline constexpr char dtype<Word> = NPY_UINT64;
template <> inline constexpr char dtype<double> = NPY_DOUBLE;

// Where NumPy keeps the elements of one operand; they may be unaligned. Those of a core dimension,
// as of Rows, are `core_step` apart.
struct Strided {
    char *data;
    npy_intp step;
    npy_intp core_step = 0;

    char *at(std::size_t i) const noexcept { return data + static_cast<npy_intp>(i) * step; }

    template <typename T> T get(std::size_t i) const noexcept {
        T value;
        std::memcpy(&value, at(i), sizeof value);
        return value;
    }

    template <typename T> void put(std::size_t i, T value) const noexcept {
        std::memcpy(at(i), &value, sizeof value);
    }

    template <typename T> bool packed() const noexcept {
        return step == sizeof(T) && reinterpret_cast<std::uintptr_t>(data) % alignof(T) == 0;
    }
};

// An operand that is walked over in blocks of `size` elements.
struct Blocks {
    Strided where;
    std::size_t size;
};

// What a View hands to the kernel: NumPy's own memory where that is packed, else a buffer.
template <typename T> class Packed {
  public:
    using Element = T;

    explicit Packed(Strided where) noexcept : where_(where), direct_(where.packed<T>()) {}

    bool direct() const noexcept { return direct_; }

  protected:
    T *elements(std::size_t begin) noexcept {
        return direct_ ? reinterpret_cast<T *>(where_.at(begin)) : buffer_;
    }

    Strided where_;
    bool direct_;
    alignas(64) T buffer_[block_size];
};

// View<Operand> serves a kernel's parameter of the type Operand, block by block: `load` gives the
// argument for the elements from `begin` on, `store` brings results home.
template <typename Operand> class View;

template <typename T> class View<const T *> : public Packed<T> {
  public:
    static constexpr bool is_input = true;

    explicit View(Blocks blocks) noexcept
        : Packed<T>(blocks.where), constant_(blocks.where.step == 0 && blocks.size > 1) {
        if (constant_) {
            std::fill_n(this->buffer_, blocks.size, blocks.where.template get<T>(0));
        }
    }

    const T *load(std::size_t begin, std::size_t count) noexcept {
        if (!this->direct_ && !constant_) {
            const char *from = this->where_.at(begin);
            constexpr std::integral_constant<npy_intp, -npy_intp{sizeof(T)}> reversed;
            if (this->where_.step == reversed) { // known at compile time, it is vectorised
                gather(from, reversed, count);
            } else {
                gather(from, this->where_.step, count);
            }
        }
        return this->elements(begin);
    }

    void store(std::size_t, std::size_t) const noexcept {}

  private:
    template <typename Step> void gather(const char *from, Step step, std::size_t count) noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(&this->buffer_[i], from, sizeof(T));
            from += step;
        }
    }

    bool constant_; // the buffer is filled once; blocks of one element may see it change
};

template <typename T> class View<Broadcast<T>> : public View<const T *> {
  public:
    explicit View(Blocks blocks) noexcept
        : View<const T *>({blocks.where, blocks.where.step == 0 ? 1 : blocks.size}),
          step_(blocks.where.step == 0 ? 0 : 1) {}

    bool direct() const noexcept { return step_ == 0 || this->direct_; }

    Broadcast<T> load(std::size_t begin, std::size_t count) noexcept {
        return {View<const T *>::load(begin, step_ == 0 ? 1 : count), step_};
    }

  private:
    std::size_t step_;
};

template <typename T> class View<T *> : public Packed<T> {
  public:
    static constexpr bool is_input = false;

    explicit View(Blocks blocks) noexcept : Packed<T>(blocks.where) {}

    T *load(std::size_t begin, std::size_t) noexcept { return this->elements(begin); }

    void store(std::size_t begin, std::size_t count) const noexcept {
        if (!this->direct_) {
            const npy_intp step = this->where_.step;
            char *to = this->where_.at(begin);
            for (std::size_t i = 0; i < count; ++i, to += step) {
                std::memcpy(to, &this->buffer_[i], sizeof(T));
            }
        }
    }
};

template <typename T, std::size_t count> class View<Rows<T, count>> {
  public:
    using Element = T;
    static constexpr bool is_input = false;

    explicit View(Blocks blocks) noexcept
        : where_(blocks.where),
          direct_(Strided{where_.data, where_.core_step}.template packed<T>() &&
                  where_.step == npy_intp{count * sizeof(T)}) {}

    bool direct() const noexcept { return direct_; }

    Rows<T, count> load(std::size_t begin, std::size_t) noexcept {
        return {direct_ ? reinterpret_cast<T *>(where_.at(begin)) : buffer_};
    }

    void store(std::size_t begin, std::size_t done) const noexcept {
        if (!direct_) {
            for (std::size_t i = 0; i < done; ++i) {
                const Strided row = {where_.at(begin + i), where_.core_step};
                for (std::size_t j = 0; j < count; ++j) {
                    row.put(j, buffer_[i * count + j]);
                }
            }
        }
    }

  private:
    Strided where_;
    bool direct_;
    alignas(64) T buffer_[block_size * count];
};

// The length of an operand's core dimension, as a generalised ufunc's signature has it; 0 if none.
template <typename Operand> inline constexpr std::size_t core_size = 0;
template <typename T, std::size_t count>
inline constexpr std::size_t core_size<Rows<T, count>> = count;

// Whether some element of `in` is the result of an earlier element of `out`. NumPy hands over such
// loops on purpose, for `reduce` and `accumulate`; all other harmful overlap it removes by copies.
inline bool reads_results(Strided in, Strided out, std::size_t n) noexcept {
    if (in.step != out.step || n < 2) {
        return false;
    }
    const npy_intp ahead = out.data - in.data;
    if (out.step == 0) {
        return ahead == 0;
    }
    const npy_intp end = out.at(n) - out.data;
    const bool within = out.step > 0 ? 0 < ahead && ahead < end : end < ahead && ahead < 0;
    return within && ahead % out.step == 0;
}

// Puts the floating-point flags back that NumPy looks at once a loop has ended, to warn of them:
// kernels compute for lanes that nobody reads as well, and subnormal inputs are as good as any.
// Where an exception is set, it clears them: NumPy warns all the same, and a warning on top of an
// exception is a SystemError. (Flags of casts among them, since NumPy goes on after an error.)
class SameFlags {
  public:
    SameFlags() noexcept : before_(std::fetestexcept(watched)) {}

    ~SameFlags() {
        const int now = std::fetestexcept(watched);
        if (now != before_) { // clearing is slow, and seldom needed
            std::feclearexcept(now & ~before_);
        }
        if (before_ != 0) {
            const PyGILState_STATE gil = PyGILState_Ensure();
            if (PyErr_Occurred() != nullptr) {
                std::feclearexcept(before_);
            }
            PyGILState_Release(gil);
        }
    }

    SameFlags(const SameFlags &) = delete;
    SameFlags &operator=(const SameFlags &) = delete;

  private:
    static constexpr int watched = FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW | FE_UNDERFLOW;

    int before_;
};

// The inner loop of a kernel. Where the kernel stops early, `raise` sets the Python exception for
// the inputs it stopped at; the kernels of ufuncs without a `raise` never do.
template <auto kernel, auto raise, typename... Operand> struct LoopOver {
    static constexpr std::size_t nargs = sizeof...(Operand);
    static constexpr std::size_t nin = (std::size_t{View<Operand>::is_input} + ...);
    static constexpr std::array<char, nargs> types = {dtype<typename View<Operand>::Element>...};
    static constexpr std::array<std::size_t, nargs> core_sizes = {core_size<Operand>...};
    static constexpr bool generalised = ((core_size<Operand> > 0) || ...);

    // As NumPy writes them: "()->(4),(4)".
    static constexpr auto signature = [] {
        std::array<char, 4 * nargs + 2> text{};
        std::size_t end = 0;
        for (std::size_t j = 0; j < nargs; ++j) {
            if (j == nin) {
                text[end++] = '-';
                text[end++] = '>';
            } else if (j > 0) {
                text[end++] = ',';
            }
            text[end++] = '(';
            if (core_sizes[j] > 0) {
                text[end++] = static_cast<char>('0' + core_sizes[j]);
            }
            text[end++] = ')';
        }
        return text;
    }();

    // A PyUFuncGenericFunction; its data is the Kernels in use. The steps of core dimensions follow
    // those of the operands.
    static void run(char **args, const npy_intp *dimensions, const npy_intp *steps, void *kernels) {
        const SameFlags flags;
        Operands operands;
        const npy_intp *core_step = steps + nargs;
        for (std::size_t j = 0; j < nargs; ++j) {
            operands[j] = {args[j], steps[j], core_sizes[j] > 0 ? *core_step++ : 0};
        }
        const auto n = static_cast<std::size_t>(dimensions[0]);
        const std::size_t done = call(choose(static_cast<const Kernels *>(kernels)), operands, n,
                                      std::make_index_sequence<nargs>{});
        if constexpr (!std::is_null_pointer_v<decltype(raise)>) {
            if (done < n) {
                fail(operands, done, std::make_index_sequence<nin>{});
                for (std::size_t i = done; i < n; ++i) { // so that NumPy casts no garbage
                    clear(operands, i, std::make_index_sequence<nargs>{});
                }
            }
        }
    }

  private:
    using Operands = std::array<Strided, nargs>;

    static auto choose([[maybe_unused]] const Kernels *kernels) {
        if constexpr (std::is_member_object_pointer_v<decltype(kernel)>) {
            return kernels->*kernel;
        } else {
            return kernel;
        }
    }

    template <std::size_t... j>
    static void clear(const Operands &operands, std::size_t i, std::index_sequence<j...>) {
        ((j < nin ? void() : operands[j].put(i, typename View<Operand>::Element{})), ...);
    }

    template <std::size_t... j>
    static std::size_t call(std::size_t (*function)(std::size_t, Operand...) noexcept,
                            const Operands &operands, std::size_t n,
                            std::index_sequence<j...>) noexcept {
        const bool one_by_one = sequential(operands, n);
        std::size_t block = one_by_one ? 1 : std::min(n, block_size);
        std::tuple<View<Operand>...> views{Blocks{operands[j], block}...};
        if (!one_by_one && (std::get<j>(views).direct() && ...)) {
            block = n;
        }
        for (std::size_t begin = 0; begin < n; begin += block) {
            const std::size_t count = std::min(block, n - begin);
            const std::size_t done = function(count, std::get<j>(views).load(begin, count)...);
            (std::get<j>(views).store(begin, done), ...);
            if (done < count) {
                return begin + done;
            }
        }
        return n;
    }

    static bool sequential(const Operands &operands, std::size_t n) noexcept {
        for (std::size_t in = 0; in < nin; ++in) {
            for (std::size_t out = nin; out < nargs; ++out) {
                if (reads_results(operands[in], operands[out], n)) {
                    return true;
                }
            }
        }
        return false;
    }

    // The loop runs without the GIL. NumPy goes on with its next chunk after an error: the first
    // one stays.
    template <std::size_t... j>
    static void fail(const Operands &operands, std::size_t i, std::index_sequence<j...>) {
        const PyGILState_STATE gil = PyGILState_Ensure();
        if (PyErr_Occurred() == nullptr) {
            raise(operands[j]
                      .template get<
                          typename std::tuple_element_t<j, std::tuple<View<Operand>...>>::Element>(
                          i)...);
        }
        PyGILState_Release(gil);
    }
};

// Of a kernel that each set has its own of, and of one that all share.
template <auto kernel, auto raise> struct InnerLoop;

template <typename... Operand, std::size_t (*Kernels::*kernel)(std::size_t, Operand...) noexcept,
          auto raise>
struct InnerLoop<kernel, raise> : LoopOver<kernel, raise, Operand...> {};

template <typename... Operand, std::size_t (*kernel)(std::size_t, Operand...) noexcept, auto raise>
struct InnerLoop<kernel, raise> : LoopOver<kernel, raise, Operand...> {};

} // namespace mortie
