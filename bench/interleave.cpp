// Runs several pipelines in turn, in rounds of shuffled order, so that other load on the machine affects all pipelines
// alike. Compare the ratios, not the times. Called by bench/run.
//
//     startup ROUNDS JSON BASE...            from before the first spawn to after the last wait
//     throughput ROUNDS JSON BYTES BASE...   the same, while BYTES bytes go through (0: any number)
//
// The pipelines are read from standard input. Each is compared to every BASE by the median of the ratios within one
// round.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "bench/pipeline.hpp"
#include "bench/rounds.hpp"
#include "bench/series.hpp"
#include "bench/statistics.hpp"

namespace {

using namespace bench;

struct Sample {
    double wall = 0;
    double cpu = 0;
    long long bytes = 0;  ///< read from the end of the pipeline, or the size of its file; -1: unknown
};

struct Case {
    Pipeline pipeline;
    std::vector<Sample> samples;
};

struct Plan {
    bool streams = false;
    int rounds = 1;
    std::string json;
    long long bytes = 0;
    Words bases;
};

Plan parse_plan(const Words& words) {
    const bool streams = !words.empty() && words[0] == "throughput";
    const std::size_t fixed = streams ? 4 : 3;
    if (words.size() < fixed) throw std::runtime_error("see bench/run");
    return {.streams = streams,
            .rounds = std::max(1, std::atoi(words[1].c_str())),
            .json = words[2],
            .bytes = streams ? std::atoll(words[3].c_str()) : 0,
            .bases = {words.begin() + static_cast<std::ptrdiff_t>(fixed), words.end()}};
}

long long read_all(int fd) {
    static std::array<char, 64 * 1024> buffer;
    long long bytes = 0;
    while (const ssize_t got = check(static_cast<int>(::read(fd, buffer.data(), buffer.size())), "read")) bytes += got;
    return bytes;
}

Sample measure(const Pipeline& pipeline) {
    Sample sample;
    const auto begun = Clock::now();
    Running running = start(pipeline);
    if (running.output) sample.bytes = read_all(running.output.get());
    running.output.reset();
    sample.cpu = finish(running, pipeline.name);
    sample.wall = seconds_since(begun);
    if (!pipeline.file.empty()) {
        struct stat info {};
        check(::stat(pipeline.file.c_str(), &info), pipeline.file);
        sample.bytes = S_ISREG(info.st_mode) ? info.st_size : -1;  // the bytes that a device received are unknown
    }
    return sample;
}

std::vector<double> each(const Case& of, double (*figure)(const Sample&)) {
    std::vector<double> all;
    std::ranges::transform(of.samples, std::back_inserter(all), figure);
    return all;
}

/// The median ratio to the base: for start-up how much longer, for streams how much faster.
double ratio(const Plan& plan, const Case& one, const Case& base) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < one.samples.size(); ++i) {
        const double times = one.samples[i].wall / base.samples[i].wall;
        ratios.push_back(plan.streams ? 1 / times : times);
    }
    return median(ratios);
}

const Case& find(const std::vector<Case>& cases, const std::string& name) {
    const auto found = std::ranges::find_if(cases, [&](const Case& one) { return one.pipeline.name == name; });
    if (found == cases.end()) throw std::runtime_error("no case '" + name + "'");
    return *found;
}

void print_row(const Plan& plan, const Case& one, const std::vector<Case>& cases) {
    const double gib = static_cast<double>(plan.bytes) / static_cast<double>(1 << 30);
    const auto walls = each(one, [](const Sample& s) { return s.wall; });
    const double cpu = median(each(one, [](const Sample& s) { return s.cpu; }));
    const auto shown = [&](double part) {
        return plan.streams ? gib / quantile(walls, 1 - part) : quantile(walls, part) * 1e3;
    };
    std::printf("%-28s %9.3f %9.3f %9.3f %9.3f", one.pipeline.name.c_str(), shown(0.5), shown(0.25), shown(0.75),
                plan.streams ? cpu / gib : cpu * 1e3);
    for (const std::string& base : plan.bases) {
        std::printf("  %*.2f", static_cast<int>(base.size() + 9), ratio(plan, one, find(cases, base)));
    }
    const auto wrong =
        std::ranges::count_if(one.samples, [&](const Sample& s) { return s.bytes >= 0 && s.bytes != plan.bytes; });
    if (plan.streams && wrong > 0) {
        std::printf("  not %lld bytes in %d of %zu rounds", plan.bytes, static_cast<int>(wrong), one.samples.size());
    }
    std::printf("\n");
}

void report(const Plan& plan, const std::vector<Case>& cases) {
    std::printf("%-28s %9s %9s %9s %9s", "case", plan.streams ? "GiB/s" : "ms", "quartile", "quartile",
                plan.streams ? "CPU s/GiB" : "CPU ms");
    for (const std::string& base : plan.bases)
        std::printf("  %s of %s", plan.streams ? "speed" : " time", base.c_str());
    std::printf("\n");
    std::vector<Series> all;
    for (const Case& one : cases) {
        print_row(plan, one, cases);
        Series series{.name = one.pipeline.name, .values = each(one, [](const Sample& s) { return s.wall * 1e6; })};
        series.figures.emplace_back("cpu", median(each(one, [](const Sample& s) { return s.cpu * 1e6; })));
        for (const std::string& base : plan.bases) {
            series.figures.emplace_back("of " + base, ratio(plan, one, find(cases, base)));
        }
        all.push_back(std::move(series));
    }
    write_json(plan.json, "us", all);
}

}  // namespace

int main(int argc, char** argv) try {
    const Plan plan = parse_plan({argv + 1, argv + argc});
    std::vector<Case> cases;
    for (Pipeline& pipeline : read_pipelines()) cases.push_back({std::move(pipeline), {}});
    in_rounds(plan.rounds, cases.size(), [&](std::size_t which, bool counts) {
        const Sample sample = measure(cases[which].pipeline);
        if (counts) cases[which].samples.push_back(sample);
    });
    report(plan, cases);
} catch (const std::exception& error) {
    std::fprintf(stderr, "interleave: %s\n", error.what());
    return 1;
}
