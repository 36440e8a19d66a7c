#include "src/session/input_watch.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <charconv>
#include <string_view>

#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr std::chrono::seconds interval{1};
constexpr std::chrono::seconds patience{5};
constexpr unsigned first_slave_major = 136;  // of unix98 pseudo-terminals: Documentation/admin-guide/devices.txt

/// The descriptor that `pid` waits to read from: its file /proc/PID/syscall is "NUMBER ARGUMENT...", in hexadecimal
/// but for the number. Nothing if it is in another system call or may not be looked at.
std::optional<int> descriptor_being_read(pid_t pid) {
    const auto text = read_text(fmt::format("/proc/{}/syscall", pid));
    const auto words = words_in(text.value_or(""));
    if (words.size() < 2 || words[0] != std::to_string(SYS_read) || !words[1].starts_with("0x")) return std::nullopt;
    int descriptor = -1;
    const std::string_view number = std::string_view(words[1]).substr(2);
    const auto read = std::from_chars(number.data(), number.data() + number.size(), descriptor, 16);
    return read.ec == std::errc() ? std::optional(descriptor) : std::nullopt;
}

bool is_terminal(pid_t pid, int descriptor, dev_t terminal) {
    struct stat file {};
    if (::stat(fmt::format("/proc/{}/fd/{}", pid, descriptor).c_str(), &file) != 0) return false;
    // /dev/tty is the controlling terminal, which is the same one.
    return S_ISCHR(file.st_mode) && (file.st_rdev == terminal || file.st_rdev == makedev(5, 0));
}

}  // namespace

InputWatch::InputWatch(bool wanted, TimePoint begun) {
    if (wanted) next_ = begun + interval;
}

bool InputWatch::note(std::optional<pid_t> reader, TimePoint now) {
    next_ = now + interval;
    if (!reader || reader != reader_) {
        reader_ = reader;
        since_ = now;
        told_ = false;
        return false;
    }
    if (told_ || now - since_ < patience) return false;
    told_ = true;
    return true;
}

void InputWatch::pause(Duration paused) { since_ += paused; }

std::optional<TerminalReader> find_terminal_reader(std::span<const TreeMember> tree, int master) {
    unsigned number = 0;
    if (::ioctl(master, TIOCGPTN, &number) != 0) return std::nullopt;
    const dev_t terminal = makedev(first_slave_major, number);
    for (const TreeMember& member : tree) {
        const auto descriptor = descriptor_being_read(member.pid);
        if (!descriptor || !is_terminal(member.pid, *descriptor, terminal)) continue;
        return TerminalReader{member.pid, trimmed(read_text(fmt::format("/proc/{}/comm", member.pid)).value_or(""))};
    }
    return std::nullopt;
}

}  // namespace netrunner
