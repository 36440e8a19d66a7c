// Measures many runs at once: the time until all have started, the memory they hold together, and the time until all
// have ended. Called by bench/run.
//
//     crowd COUNT ROUNDS JSON
//
// The cases are read from standard input and take turns. Each case runs COUNT times `workload stay`, whose input is
// closed when all commands have started.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>

#include "bench/pipeline.hpp"
#include "bench/process_memory.hpp"
#include "bench/series.hpp"
#include "bench/statistics.hpp"

namespace {

using namespace bench;

struct Crowd {
    double started = 0;  ///< seconds until the last command has started
    double ended = 0;    ///< seconds from closing the input to the end of the last run
    double cpu = 0;      ///< seconds, of all runs and the children they waited for
    double dirty = 0;    ///< KiB, private and written to, excluding the commands
    double pss = 0;      ///< KiB
    std::size_t processes = 0;
};

double cpu_of_children() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Crowd measure(const Pipeline& pipeline, int count) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    check(::pipe2(input.data(), O_CLOEXEC), "pipe");
    check(::pipe2(output.data(), O_CLOEXEC), "pipe");
    Descriptor word(input[1]);
    const Descriptor signs(output[0]);
    std::vector<pid_t> pids;
    Crowd crowd;
    const double before = cpu_of_children();
    const auto begun = Clock::now();
    {
        const Descriptor theirs_in(input[0]);
        const Descriptor theirs_out(output[1]);
        for (int i = 0; i < count; ++i) {
            pids.push_back(spawn(pipeline.stages.front(), theirs_in.get(), theirs_out.get()));
        }
    }
    std::array<char, 4096> dots{};
    for (int there = 0; there < count;) {
        const auto got = check(static_cast<int>(::read(signs.get(), dots.data(), dots.size())), "read");
        if (got == 0) throw std::runtime_error("'" + pipeline.name + "' did not start " + std::to_string(count));
        there += got;
    }
    crowd.started = seconds_since(begun);
    for (const ProcessMemory& one : memory_of(path_of(pipeline.stages.front().front()))) {
        crowd.dirty += one.dirty;
        crowd.pss += one.shared_out;
        ++crowd.processes;
    }
    const auto said = Clock::now();
    word.reset();
    for (const pid_t pid : pids) {
        int status = 0;
        check(::waitpid(pid, &status, 0), "waitpid");
        if (status != 0) throw std::runtime_error("'" + pipeline.name + "' failed");
    }
    crowd.ended = seconds_since(said);
    crowd.cpu = cpu_of_children() - before;
    return crowd;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 4) throw std::runtime_error("see bench/run");
    const int count = std::max(1, std::atoi(argv[1]));
    const auto pipelines = read_pipelines();
    std::vector<std::vector<Crowd>> all(pipelines.size());
    for (int round = 0; round < std::max(1, std::atoi(argv[2])); ++round) {
        for (std::size_t i = 0; i < pipelines.size(); ++i) all[i].push_back(measure(pipelines[i], count));
    }
    std::printf("%-28s %10s %10s %10s %10s %10s %10s\n", "case", "started s", "ended s", "CPU s", "PSS MiB",
                "dirty MiB", "processes");
    std::vector<Series> series;
    for (std::size_t i = 0; i < pipelines.size(); ++i) {
        const auto middle = [&](double Crowd::*figure) {
            std::vector<double> values;
            for (const Crowd& crowd : all[i]) values.push_back(crowd.*figure);
            return median(values);
        };
        std::printf("%-28s %10.3f %10.3f %10.3f %10.1f %10.1f %10zu\n", pipelines[i].name.c_str(),
                    middle(&Crowd::started), middle(&Crowd::ended), middle(&Crowd::cpu), middle(&Crowd::pss) / 1024,
                    middle(&Crowd::dirty) / 1024, all[i].back().processes);
        Series one{.name = pipelines[i].name, .values = {}};
        for (const Crowd& crowd : all[i]) one.values.push_back(crowd.started * 1e3);
        one.figures = {{"ended", middle(&Crowd::ended)},
                       {"cpu", middle(&Crowd::cpu)},
                       {"pss", middle(&Crowd::pss) / 1024},
                       {"dirty", middle(&Crowd::dirty) / 1024}};
        series.push_back(std::move(one));
    }
    write_json(argv[3], "ms", series);
} catch (const std::exception& error) {
    std::fprintf(stderr, "crowd: %s\n", error.what());
    return 1;
}
