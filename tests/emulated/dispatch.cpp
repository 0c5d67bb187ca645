// In place of csrc/kernels/dispatch.cpp: the emulated kernels run everywhere.
#include "kernels/dispatch.hpp"

mortie::KernelList mortie::supported_kernels() {
    KernelList kernels;
    kernels.add(avx512_kernels);
    kernels.add(scalar_kernels);
    return kernels;
}
