// Runs several commands in turn, round by round in a shuffled order, so that what the machine does meanwhile
// hits all of them alike. Read the ratios, not the times. Driven by bench/run; `produce` is the writer it
// measures with.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using Words = std::vector<std::string>;

struct Sample {
    double wall = 0;      // seconds, from before the first spawn to after the last wait
    double cpu = 0;       // seconds of user and system time of the children and what they waited for
    long long bytes = 0;  // read from the last stage
};

struct Case {
    std::string name;
    std::vector<Words> stages;  // a pipeline
    std::vector<Sample> samples;
};

int check(int result, const std::string& what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

double seconds(const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; }

// "NAME: WORD... | WORD..." ; words are what spaces part.
Case parse_case(const std::string& line) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("no name in '" + line + "'");
    Case parsed{.name = line.substr(0, colon), .stages = {{}}, .samples = {}};
    std::istringstream words(line.substr(colon + 2));
    for (std::string word; words >> word;) {
        if (word == "|")
            parsed.stages.emplace_back();
        else
            parsed.stages.back().push_back(word);
    }
    return parsed;
}

pid_t spawn(const Words& words, int in, int out) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    pid_t pid = 0;
    errno = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (errno != 0) check(-1, "cannot run '" + words[0] + "'");
    return pid;
}

// Runs the pipeline; with `reads`, takes what it writes in pieces of 64 KiB and throws it away.
Sample measure(const Case& measured, int null, bool reads) {
    static char buffer[64 * 1024];
    Sample sample;
    std::vector<pid_t> pids;
    const auto start = std::chrono::steady_clock::now();  // CLOCK_MONOTONIC
    int in = null;
    for (size_t i = 0; i < measured.stages.size(); ++i) {
        int ends[2] = {-1, null};
        if (reads || i + 1 < measured.stages.size()) check(pipe2(ends, O_CLOEXEC), "pipe");
        pids.push_back(spawn(measured.stages[i], in, ends[1]));
        if (in != null) close(in);
        if (ends[1] != null) close(ends[1]);
        in = ends[0];
    }
    for (ssize_t got = 0; reads && (got = check(int(read(in, buffer, sizeof buffer)), "read")) > 0;)
        sample.bytes += got;
    if (in >= 0 && in != null) close(in);
    for (const pid_t pid : pids) {
        int status = 0;
        rusage usage{};
        check(wait4(pid, &status, 0, &usage), "wait4");
        if (status != 0) throw std::runtime_error("'" + measured.name + "' failed");
        sample.cpu += seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    sample.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return sample;
}

double quantile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    const double place = part * double(values.size() - 1);
    const auto low = size_t(place);
    const size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (place - double(low)) * (values[high] - values[low]);
}

double gib(const Sample& of) { return double(of.bytes) / double(1 << 30); }

void print_table(const std::vector<Case>& cases, const Words& bases, bool reads) {
    std::printf("%-14s %10s %10s %10s %10s", "case", reads ? "GiB/s" : "ms", "quartile", "quartile",
                reads ? "CPU s/GiB" : "CPU ms");
    for (const std::string& base : bases) std::printf("  %s of %s", reads ? "speed" : "time", base.c_str());
    for (const Case& one : cases) {
        std::vector<double> figures, cpu;
        for (const Sample& s : one.samples) {
            figures.push_back(reads ? gib(s) / s.wall : s.wall * 1e3);
            cpu.push_back(reads ? s.cpu / gib(s) : s.cpu * 1e3);
        }
        std::printf("\n%-14s %10.3f %10.3f %10.3f %10.3f", one.name.c_str(), quantile(figures, 0.5),
                    quantile(figures, 0.25), quantile(figures, 0.75), quantile(cpu, 0.5));
        for (const std::string& name : bases) {  // the median over the rounds of the ratio within each
            const auto base = std::find_if(cases.begin(), cases.end(), [&](const Case& c) { return c.name == name; });
            if (base == cases.end()) throw std::runtime_error("no case '" + name + "'");
            std::vector<double> ratios;
            for (size_t i = 0; i < one.samples.size(); ++i) {
                const double times = one.samples[i].wall / base->samples[i].wall;
                ratios.push_back(reads ? 1 / times : times);
            }
            std::printf("  %*.2f", int(name.size() + (reads ? 9 : 8)), quantile(ratios, 0.5));
        }
    }
    std::printf("\n");
}

// Names hold no quotes: they are ours.
void write_json(const std::string& path, const std::vector<Case>& cases) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) check(-1, "cannot write '" + path + "'");
    std::fprintf(file, "{\"unit\": [\"wall s\", \"cpu s\", \"bytes\"], \"cases\": {");
    for (const Case& one : cases) {
        std::fprintf(file, "%s\n  \"%s\": [", &one == cases.data() ? "" : ",", one.name.c_str());
        for (const Sample& s : one.samples)
            std::fprintf(file, "%s[%.6f, %.6f, %lld]", &s == one.samples.data() ? "" : ", ", s.wall, s.cpu, s.bytes);
        std::fprintf(file, "]");
    }
    std::fprintf(file, "\n}}\n");
    if (std::fclose(file) != 0) check(-1, "cannot write '" + path + "'");
}

int produce(long long bytes) {
    static const char zeros[64 * 1024] = {};
    for (ssize_t put = 0; bytes > 0; bytes -= put)
        put = check(int(write(1, zeros, size_t(std::min<long long>(bytes, sizeof zeros)))), "write");
    return 0;
}

int interleave(bool reads, int rounds, const std::string& json, const Words& bases) {
    std::vector<Case> cases;
    for (std::string line; std::getline(std::cin, line);) cases.push_back(parse_case(line));
    const int null = check(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
    std::vector<Case*> order;
    for (Case& one : cases) order.push_back(&one);
    std::mt19937 shuffler(1);
    for (int round = -1; round < rounds; ++round) {  // the first one only warms the caches
        std::shuffle(order.begin(), order.end(), shuffler);
        for (Case* one : order) {
            const Sample sample = measure(*one, null, reads);
            if (round >= 0) one->samples.push_back(sample);
        }
    }
    print_table(cases, bases, reads);
    write_json(json, cases);
    return 0;
}

}  // namespace

// produce BYTES | startup ROUNDS JSON BASE... | throughput ROUNDS JSON BASE..., the cases on standard input
int main(int argc, char** argv) try {
    const Words words(argv + 1, argv + argc);
    if (words.size() == 2 && words[0] == "produce") return produce(std::atoll(words[1].c_str()));
    if (words.size() < 4) throw std::runtime_error("see bench/run");
    return interleave(words[0] == "throughput", std::max(1, std::atoi(words[1].c_str())), words[2],
                      Words(words.begin() + 3, words.end()));
} catch (const std::exception& error) {
    std::fprintf(stderr, "interleave: %s\n", error.what());
    return 1;
}
