#include "src/system/process_figures.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "src/system/fd.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

/// A file of /proc/PID, which the kernel makes whole for one read(2).
class ProcText {
  public:
    ProcText(pid_t pid, const char* name) : ProcText(fmt::format("/proc/{}/{}", pid, name)) {}
    explicit ProcText(const std::string& path) {
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) return;
        const ssize_t got = ::read(file.get(), text_.data(), text_.size());
        length_ = got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    /// The number after `key`, which stands at the start of a line.
    [[nodiscard]] std::optional<std::uint64_t> number_after(std::string_view key) const {
        const std::string_view text(text_.data(), length_);
        std::size_t at = text.starts_with(key) ? 0 : std::string_view::npos;
        for (std::size_t line = 0; at == std::string_view::npos;) {
            line = text.find('\n', line);
            if (line == std::string_view::npos) return std::nullopt;
            ++line;
            if (text.substr(line).starts_with(key)) at = line;
        }
        at = text.find_first_not_of(" \t", at + key.size());
        std::uint64_t value = 0;
        if (at == std::string_view::npos) return std::nullopt;
        const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
        return read.ec == std::errc() ? std::optional(value) : std::nullopt;
    }

  private:
    std::array<char, 4096> text_{};
    std::size_t length_ = 0;
};

MemoryOfProcess memory_in(const ProcText& status) {
    constexpr Size kibi = 1024;
    MemoryOfProcess memory{.resident = status.number_after("VmRSS:"), .peak = status.number_after("VmHWM:")};
    if (memory.resident) *memory.resident *= kibi;
    if (memory.peak) *memory.peak *= kibi;
    return memory;
}

/// The memory as another thread than the first one has it. The kernel shows none for the first thread if that has
/// ended while others run (pthread_exit in main).
MemoryOfProcess memory_of_other_thread(pid_t pid) {
    std::error_code gone;
    namespace fs = std::filesystem;
    for (fs::directory_iterator at(fmt::format("/proc/{}/task", pid), gone), end; !gone && at != end;
         at.increment(gone)) {
        const MemoryOfProcess memory = memory_in(ProcText((at->path() / "status").string()));
        if (memory.resident) return memory;
    }
    return {};
}

}  // namespace

std::optional<Size> resident_size(pid_t pid) {
    const auto text = read_text(fmt::format("/proc/{}/statm", pid));
    const auto words = words_in(text.value_or(""));
    const auto pages = words.size() > 1 ? number_in(words[1]) : std::nullopt;
    if (!pages) return std::nullopt;
    if (*pages == 0) return memory_of_other_thread(pid).resident.value_or(0);
    return *pages * static_cast<Size>(::sysconf(_SC_PAGESIZE));
}

MemoryOfProcess memory_of(pid_t pid) {
    const MemoryOfProcess memory = memory_in(ProcText(pid, "status"));
    return memory.resident ? memory : memory_of_other_thread(pid);
}

std::optional<Duration> time_of_first_thread(pid_t pid) {
    const auto nanoseconds = ProcText(pid, "schedstat").number_after("");
    return nanoseconds ? std::optional(Duration(static_cast<Duration::rep>(*nanoseconds))) : std::nullopt;
}

std::optional<DiskTransfers> transfers_of(pid_t pid) {
    errno = 0;
    const ProcText io(pid, "io");
    const int error = errno;
    const auto read = io.number_after("read_bytes:");
    const auto written = io.number_after("write_bytes:");
    errno = error;
    if (!read || !written) return std::nullopt;
    return DiskTransfers{.read = *read, .written = *written};
}

Duration duration_of_ticks(std::uint64_t ticks) {
    constexpr Duration second = std::chrono::seconds(1);
    const auto per_second = static_cast<std::uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L));
    const auto whole = static_cast<std::int64_t>(ticks / per_second);
    const auto rest = static_cast<std::int64_t>(ticks % per_second);
    return second * whole + second * rest / static_cast<std::int64_t>(per_second);
}

}  // namespace netrunner
