// Which kernels this machine can run.
#pragma once

#include <span>

#include "kernels.hpp"

namespace mortie {

// The supported ones, the fastest first; the last is scalar.
std::span<const Kernels *const> supported_kernels();

} // namespace mortie
