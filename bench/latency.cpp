// Measures how long a line takes from before its write(2) until after the read(2) that returns it. Called by bench/run.
//
//     latency ROUNDS JSON
//
// The pipelines are read from standard input and take turns. Each begins with `workload stamps`.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/pipeline.hpp"
#include "bench/rounds.hpp"
#include "bench/series.hpp"
#include "bench/statistics.hpp"

namespace {

using namespace bench;

/// The microseconds of every line of the pipeline's output, without the first lines, which include the pipeline's
/// start.
std::vector<double> measure(const Pipeline& pipeline) {
    constexpr std::size_t warming = 5;
    const Running running = start(pipeline);
    std::vector<double> all;
    std::string text;
    std::array<char, 4096> block{};
    while (true) {
        const auto got = static_cast<std::size_t>(
            check(static_cast<int>(::read(running.output.get(), block.data(), block.size())), "read"));
        const auto now = std::chrono::duration<double, std::micro>(Clock::now().time_since_epoch()).count();
        if (got == 0) break;
        text.append(block.data(), got);
        for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            all.push_back(now - std::atof(text.c_str()) / 1e3);
            text.erase(0, end + 1);
        }
    }
    finish(running, pipeline.name);
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(warming, all.size())));
    return all;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 3) throw std::runtime_error("see bench/run");
    const auto pipelines = read_pipelines();
    std::vector<Series> all;
    for (const Pipeline& one : pipelines) all.push_back({.name = one.name, .values = {}});
    in_rounds(std::atoi(argv[1]), pipelines.size(), [&](std::size_t which, bool counts) {
        const auto more = measure(pipelines[which]);
        if (counts) all[which].values.insert(all[which].values.end(), more.begin(), more.end());
    });
    std::printf("%-28s %9s %9s %9s %9s %9s\n", "case", "us", "quartile", "quartile", "99 %", "lines");
    for (Series& one : all) {
        const double late = quantile(one.values, 0.99);
        std::printf("%-28s %9.1f %9.1f %9.1f %9.1f %9zu\n", one.name.c_str(), median(one.values),
                    quantile(one.values, 0.25), quantile(one.values, 0.75), late, one.values.size());
        one.figures.emplace_back("99 %", late);
    }
    write_json(argv[2], "us", all);
} catch (const std::exception& error) {
    std::fprintf(stderr, "latency: %s\n", error.what());
    return 1;
}
