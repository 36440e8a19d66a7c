// Measures the memory of a supervisor while its command sleeps, and whether that memory grows while the command writes
// as fast as it can and the reader is slow. Called by bench/run.
//
//     footprint sleeping JSON   each case runs `workload stay`
//     footprint loaded JSON     each case writes without end
//
// The cases are read from standard input. Measured are all processes whose program path begins with the path of the
// case's first word: for netrunner these are the runner and its helpers.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "bench/pipeline.hpp"
#include "bench/process_memory.hpp"
#include "bench/series.hpp"

namespace {

using namespace bench;
using namespace std::chrono_literals;

/// Runs a pipeline of one program. The destructor closes its pipes, sends it SIGTERM and reaps it.
class Sample {
  public:
    explicit Sample(const Pipeline& pipeline) : path_(path_of(pipeline.stages.front().front())) {
        for (const ProcessMemory& one : memory_of(path_)) strangers_.push_back(one.pid);
        std::array<int, 2> input{};
        std::array<int, 2> output{};
        check(::pipe2(input.data(), O_CLOEXEC), "pipe");
        check(::pipe2(output.data(), O_CLOEXEC), "pipe");
        const Descriptor theirs_in(input[0]);
        const Descriptor theirs_out(output[1]);
        input_ = Descriptor(input[1]);
        output_ = Descriptor(output[0]);
        pid_ = spawn(pipeline.stages.front(), theirs_in.get(), theirs_out.get());
    }
    ~Sample() {
        output_.reset();
        input_.reset();
        ::kill(pid_, SIGTERM);
        int status = 0;
        ::waitpid(pid_, &status, 0);
    }
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;

    void read_some(std::size_t most) const {
        static std::array<char, 64 * 1024> buffer;
        check(static_cast<int>(::read(output_.get(), buffer.data(), std::min(most, buffer.size()))), "read");
    }
    [[nodiscard]] std::vector<ProcessMemory> look() const {
        auto all = memory_of(path_);
        std::erase_if(
            all, [&](const ProcessMemory& one) { return std::ranges::find(strangers_, one.pid) != strangers_.end(); });
        return all;
    }

  private:
    std::string path_;
    std::vector<pid_t> strangers_;
    Descriptor input_;
    Descriptor output_;
    pid_t pid_ = 0;
};

void show_sleeping(const Pipeline& pipeline, std::vector<Series>& all) {
    const Sample sample(pipeline);
    sample.read_some(1);                 // the command has started
    std::this_thread::sleep_for(200ms);  // the processes that started it have become idle
    for (const ProcessMemory& one : sample.look()) {
        std::printf("%-28s %-20s %9.0f %9.0f %9.0f %9.0f\n", pipeline.name.c_str(), one.name.c_str(), one.resident,
                    one.shared_out, one.dirty, one.dirty + one.clean);
        all.push_back(
            {.name = pipeline.name + "/" + one.name,
             .values = {one.dirty},
             .figures = {{"pss", one.shared_out}, {"rss", one.resident}, {"private", one.dirty + one.clean}}});
    }
}

/// The reader takes 64 KiB ten times a second. Memory that grows meanwhile holds output that was not passed on.
Series show_loaded(const Pipeline& pipeline) {
    const Sample sample(pipeline);
    const auto weigh = [&] {
        double sum = 0;
        for (const ProcessMemory& one : sample.look()) sum += one.dirty + one.clean;
        return sum;
    };
    const auto read_for = [&](int tenths) {
        for (int i = 0; i < tenths; ++i) {
            sample.read_some(64 * 1024);
            std::this_thread::sleep_for(100ms);
        }
    };
    read_for(5);
    const double early = weigh();
    read_for(30);
    const double late = weigh();
    std::printf("%-28s %9.0f %9.0f %9.0f\n", pipeline.name.c_str(), early, late, late - early);
    return {.name = pipeline.name, .values = {early, late}, .figures = {{"growth", late - early}}};
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 3) throw std::runtime_error("see bench/run");
    std::vector<Series> all;
    if (std::strcmp(argv[1], "sleeping") == 0) {
        std::printf("%-28s %-20s %9s %9s %9s %9s\n", "case", "program", "RSS KiB", "PSS", "dirty", "private");
        for (const Pipeline& one : read_pipelines()) show_sleeping(one, all);
    } else {
        std::printf("%-28s %9s %9s %9s   private KiB after 0.5 s and 3.5 s\n", "case", "early", "late", "growth");
        for (const Pipeline& one : read_pipelines()) all.push_back(show_loaded(one));
    }
    write_json(argv[2], "KiB", all);
} catch (const std::exception& error) {
    std::fprintf(stderr, "footprint: %s\n", error.what());
    return 1;
}
