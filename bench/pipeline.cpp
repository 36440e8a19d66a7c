#include "bench/pipeline.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace bench {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int check(int result, const std::string& what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

Pipeline parse_pipeline(const std::string& line) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("no name in '" + line + "'");
    Pipeline parsed{.name = line.substr(0, colon), .stages = {{}}, .file = {}};
    std::istringstream words(line.substr(colon + 2));
    for (std::string word; words >> word;) {
        if (word == "|") {
            parsed.stages.emplace_back();
        } else if (word == ">") {
            words >> parsed.file;
        } else {
            parsed.stages.back().push_back(word);
        }
    }
    return parsed;
}

std::vector<Pipeline> read_pipelines() {
    std::vector<Pipeline> all;
    for (std::string line; std::getline(std::cin, line);) all.push_back(parse_pipeline(line));
    return all;
}

pid_t spawn(const Words& words, int in, int out) {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    pid_t pid = 0;
    errno = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (errno != 0) check(-1, "cannot run '" + words[0] + "'");
    return pid;
}

Running start(const Pipeline& pipeline) {
    Running running;
    Descriptor in(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null"));
    for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
        std::array<int, 2> ends{-1, -1};
        if (i + 1 == pipeline.stages.size() && !pipeline.file.empty()) {
            ends[1] =
                check(::open(pipeline.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), pipeline.file);
        } else {
            check(::pipe2(ends.data(), O_CLOEXEC), "pipe");
        }
        const Descriptor out(ends[1]);
        running.pids.push_back(spawn(pipeline.stages[i], in.get(), out.get()));
        in = Descriptor(ends[0]);
    }
    running.output = std::move(in);
    return running;
}

double finish(const Running& running, const std::string& name) {
    double cpu = 0;
    bool failed = false;
    for (const pid_t pid : running.pids) {
        int status = 0;
        rusage usage{};
        check(::wait4(pid, &status, 0, &usage), "wait4");
        failed = failed || status != 0;
        cpu += seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    if (failed) throw std::runtime_error("'" + name + "' failed");
    return cpu;
}

}  // namespace bench
