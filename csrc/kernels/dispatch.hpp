// Which kernels this machine can run.
#pragma once

#include <cstddef>

#include "kernels/kernels.hpp"

namespace mortie {

// A list with room for all that there are: so the module needs no C++ library at run time.
class KernelList {
  public:
    void add(const Kernels &kernels) { list[count++] = &kernels; }
    const Kernels *const *begin() const { return list; }
    const Kernels *const *end() const { return list + count; }

  private:
    const Kernels *list[4] = {};
    std::size_t count = 0;
};

// The supported ones, the fastest first; the last is scalar.
KernelList supported_kernels();

} // namespace mortie
