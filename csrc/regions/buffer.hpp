// A growing array over malloc: the module has neither exceptions nor a C++ library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <type_traits>
#include <utility>

namespace mortie {

// Elements in one piece of memory. Where memory runs out, the elements stay as they are, what is
// pushed is dropped, and `failed` is true from then on: who fills a buffer looks once, at the end.
template <typename T> class Buffer {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    static_assert(alignof(T) <= alignof(std::max_align_t));

  public:
    Buffer() = default;
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    Buffer(Buffer &&other) noexcept { swap(other); }
    Buffer &operator=(Buffer &&other) noexcept {
        Buffer taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Buffer() { std::free(elements_); }

    T *data() noexcept { return elements_; }
    const T *data() const noexcept { return elements_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    bool failed() const noexcept { return failed_; }
    void fail() noexcept { failed_ = true; } // where what the elements need besides is missing

    T &operator[](std::size_t i) noexcept { return elements_[i]; }
    const T &operator[](std::size_t i) const noexcept { return elements_[i]; }
    T &back() noexcept { return elements_[size_ - 1]; }
    const T &back() const noexcept { return elements_[size_ - 1]; }

    T *begin() noexcept { return elements_; }
    T *end() noexcept { return elements_ + size_; }
    const T *begin() const noexcept { return elements_; }
    const T *end() const noexcept { return elements_ + size_; }

    void push(T element) noexcept {
        if (size_ < capacity_ || reserve(size_ + 1)) {
            elements_[size_++] = element;
        }
    }

    // Drops what lies beyond `size`, which is at most size().
    void shrink(std::size_t size) noexcept { size_ = size; }
    void clear() noexcept { size_ = 0; }

    // Elements that are added so have no value yet. False if there is no room.
    bool resize(std::size_t size) noexcept {
        const bool enough = reserve(size);
        size_ = enough ? size : size_;
        return enough;
    }

    // Gives back the memory that no element uses.
    void fit() noexcept {
        if (size_ > 0 && size_ < capacity_) {
            void *moved = std::realloc(elements_, size_ * sizeof(T));
            elements_ = moved == nullptr ? elements_ : static_cast<T *>(moved);
            capacity_ = moved == nullptr ? capacity_ : size_;
        }
    }

    // Gives the memory away, to be freed by std::free.
    T *release() noexcept {
        Buffer given(std::move(*this));
        return std::exchange(given.elements_, nullptr);
    }

    // Makes room for this many elements in all; false if there is none.
    bool reserve(std::size_t wanted) noexcept {
        if (wanted <= capacity_) {
            return true;
        }
        std::size_t capacity = capacity_ + capacity_ / 2 + 16;
        capacity = capacity < wanted ? wanted : capacity;
        void *moved = capacity <= PTRDIFF_MAX / sizeof(T)
                          ? std::realloc(elements_, capacity * sizeof(T))
                          : nullptr;
        if (moved == nullptr) {
            failed_ = true;
            return false;
        }
        elements_ = static_cast<T *>(moved);
        capacity_ = capacity;
        return true;
    }

    void swap(Buffer &other) noexcept {
        std::swap(elements_, other.elements_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        std::swap(failed_, other.failed_);
    }

  private:
    T *elements_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    bool failed_ = false;
};

} // namespace mortie
