// Measures how long netrunner stays after the last process of the tree that it has to end. Called by bench/run.
//
//     farewell ROUNDS JSON
//
// The cases are read from standard input and take turns. Each case runs `workload tree` and is sent SIGTERM; a pidfd
// for each process shows when it exits.
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "bench/pipeline.hpp"
#include "bench/rounds.hpp"
#include "bench/series.hpp"
#include "bench/statistics.hpp"

namespace {

using namespace bench;

constexpr std::size_t tree_size = 3;

std::vector<pid_t> read_numbers(int fd) {
    std::vector<pid_t> numbers;
    std::string text;
    while (numbers.size() < tree_size) {
        char byte = 0;
        if (check(static_cast<int>(::read(fd, &byte, 1)), "read") == 0) throw std::runtime_error("no tree");
        if (byte != '\n') {
            text += byte;
            continue;
        }
        numbers.push_back(std::atoi(text.c_str()));
        text.clear();
    }
    return numbers;
}

Descriptor watch(pid_t pid) {
    return Descriptor(check(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), "pidfd_open"));
}

/// Microseconds from the last exit in the tree to netrunner's exit.
double measure(const Pipeline& pipeline) {
    const Running running = start(pipeline);
    const auto tree = read_numbers(running.output.get());
    std::vector<Descriptor> handles;
    std::vector<pollfd> waiting;
    for (const pid_t pid : tree) handles.push_back(watch(pid));
    handles.push_back(watch(running.pids[0]));
    for (const Descriptor& handle : handles) waiting.push_back({handle.get(), POLLIN, 0});
    check(::kill(running.pids[0], SIGTERM), "kill");
    std::vector<Clock::time_point> died(waiting.size());
    for (std::size_t left = waiting.size(); left > 0;) {
        check(::poll(waiting.data(), waiting.size(), 20'000), "poll");
        const auto now = Clock::now();
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
            died[i] = now;
            waiting[i].fd = -1;
            --left;
        }
    }
    int status = 0;
    check(::waitpid(running.pids[0], &status, 0), "waitpid");
    const auto last = *std::max_element(died.begin(), died.end() - 1);
    return std::max(0.0, std::chrono::duration<double, std::micro>(died.back() - last).count());
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 3) throw std::runtime_error("see bench/run");
    const auto pipelines = read_pipelines();
    std::vector<Series> all;
    for (const Pipeline& one : pipelines) all.push_back({.name = one.name, .values = {}});
    in_rounds(std::atoi(argv[1]), pipelines.size(), [&](std::size_t which, bool counts) {
        const double one = measure(pipelines[which]);
        if (counts) all[which].values.push_back(one);
    });
    std::printf("%-28s %9s %9s %9s %9s\n", "case", "us", "quartile", "quartile", "most");
    for (const Series& one : all) {
        std::printf("%-28s %9.0f %9.0f %9.0f %9.0f\n", one.name.c_str(), median(one.values), quantile(one.values, 0.25),
                    quantile(one.values, 0.75), quantile(one.values, 1));
    }
    write_json(argv[2], "us", all);
} catch (const std::exception& error) {
    std::fprintf(stderr, "farewell: %s\n", error.what());
    return 1;
}
