// Gives a harness random inputs, in a plain loop and with any compiler: ELEMENTS [SEED].
#include "harness.hpp"

#include <algorithm>
#include <chrono>
#include <random>

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: %s ELEMENTS [SEED]\n", argv[0]);
        return 2;
    }
    const std::uint64_t wanted = std::strtoull(argv[1], nullptr, 10);
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    std::mt19937_64 random(seed);
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::uint8_t> bytes;
    std::uint64_t done = 0;
    while (done < wanted) {
        // Around the lengths of registers and of blocks, and many blocks.
        constexpr std::size_t lengths[] = {24, 300, 3000};
        const std::size_t n = 1 + random() % lengths[random() % 3];
        bytes.resize(1 + n * harness::bytes_each);
        for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
            const std::uint64_t word = random();
            std::memcpy(&bytes[i], &word, std::min(sizeof word, bytes.size() - i));
        }
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        done += n;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("%llu elements of seed %llu in %.0f s: no kernel differs; kernels:",
                static_cast<unsigned long long>(done), static_cast<unsigned long long>(seed),
                seconds.count());
    for (const harness::Kernels *kernels : harness::supported) {
        std::printf(" %s", kernels->name);
    }
    std::printf("\n");
}
