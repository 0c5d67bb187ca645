// Asks the processor, and the operating system, which instructions can be used.
#include "kernels/dispatch.hpp"

#if defined(__x86_64__) || defined(_M_X64)
#define MORTIE_X86
#include <cstdint>
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace mortie {
namespace {

#if defined(MORTIE_X86)

struct Cpuid {
    std::uint32_t eax, ebx, ecx, edx;
};

Cpuid cpuid(std::uint32_t leaf) {
    Cpuid registers{};
#if defined(_MSC_VER)
    __cpuidex(reinterpret_cast<int *>(&registers), static_cast<int>(leaf), 0);
#else
    __get_cpuid_count(leaf, 0, &registers.eax, &registers.ebx, &registers.ecx, &registers.edx);
#endif
    return registers;
}

// The registers that the operating system saves on a switch of threads.
std::uint64_t saved_registers() {
#if defined(_MSC_VER)
    return _xgetbv(0);
#else
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return std::uint64_t{high} << 32 | low;
#endif
}

// Bits as in the Intel Software Developer's Manual: volume 2, CPUID; volume 1, 13.2, XGETBV.
void add_x86(KernelList &kernels) {
    const auto has = [](std::uint64_t set, std::uint64_t bits) { return (set & bits) == bits; };
    if (!has(cpuid(1).ecx, 1u << 12 | 1u << 27)) { // FMA, OSXSAVE
        return;
    }
    const std::uint64_t saved = saved_registers();
    const Cpuid features = cpuid(7);
    if (has(saved, 0xe6) &&
        has(features.ebx, 1u << 16 | 1u << 17 | 1u << 21 | 1u << 30) && // F, DQ, IFMA, BW
        has(features.ecx, 1u << 1 | 1u << 11)) {                        // VBMI, VNNI
#if defined(MORTIE_AVX512)
        kernels.add(avx512_kernels);
#endif
    }
    if (has(saved, 0x06) && has(features.ebx, 1u << 5)) {
#if defined(MORTIE_AVX2)
        kernels.add(avx2_kernels);
#endif
    }
}

#endif

} // namespace

KernelList supported_kernels() {
    KernelList kernels;
#if defined(MORTIE_X86)
    add_x86(kernels);
#endif
#if defined(MORTIE_NEON)
    kernels.add(neon_kernels); // every arm64 processor has it
#endif
    kernels.add(scalar_kernels);
    return kernels;
}

} // namespace mortie
