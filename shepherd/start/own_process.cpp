#include "shepherd/start/own_process.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "shepherd/system/open_descriptors.hpp"

namespace netrunner {
namespace {

/// The size of a page: 4, 16 or 64 KiB on arm64. The auxiliary vector follows the environment (getauxval(3)).
std::uintptr_t page_size(char** environment) noexcept {
    while (*environment != nullptr) ++environment;
    const auto* at = reinterpret_cast<const ElfW(auxv_t)*>(environment + 1);
    while (at->a_type != AT_PAGESZ && at->a_type != AT_NULL) ++at;
    constexpr std::uintptr_t largest = 65536;  // a multiple of all others
    return at->a_type == AT_PAGESZ ? at->a_un.a_val : largest;
}

/// Zeroes the bytes from `from` to `to`. Drops whole pages with madvise, because writing to a page that is shared with
/// the parent would copy it first.
void wipe(char* from, char* to, std::uintptr_t page) noexcept {
    const std::uintptr_t lead = -reinterpret_cast<std::uintptr_t>(from) % page;
    const auto length = static_cast<std::size_t>(to - from);
    if (length >= lead + page) {
        const std::size_t whole = (length - lead) / page * page;
        if (::madvise(from + lead, whole, MADV_DONTNEED) == 0) {
            std::memset(from, 0, lead);
            std::memset(from + lead + whole, 0, length - lead - whole);
            return;
        }
    }
    std::memset(from, 0, length);
}

/// Wipes argv and the environment, which the kernel has placed one after the other, and writes the process's name into
/// argv[0], so that ps(1) shows it.
void forget_words(char** argv, char** environment) noexcept {
    if (argv[0] == nullptr) return;
    char* end = argv[0] + std::strlen(argv[0]) + 1;
    for (char** list : {argv, environment}) {
        for (char** word = list; *word != nullptr; ++word) {
            if (*word == end) end += std::strlen(end) + 1;
        }
    }
    const std::size_t room = std::strlen(argv[0]);
    wipe(argv[0], end, page_size(environment));
    std::array<char, 16> name{};
    ::prctl(PR_GET_NAME, name.data(), 0, 0, 0);
    std::memcpy(argv[0], name.data(), std::min(std::strlen(name.data()), room));
}

/// Whether this process has CAP_SYS_RESOURCE. True if that cannot be asked.
bool may_be_protected() noexcept {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return true;
    return (sets[0].effective >> CAP_SYS_RESOURCE & 1U) != 0;
}

/// Makes the OOM killer choose other processes first. Without CAP_SYS_RESOURCE the kernel does not allow that, and this
/// process is as likely a victim as any other. Asking for the capability costs a tenth of opening the file.
void ask_for_protection() noexcept {
    if (!may_be_protected()) return;
    constexpr int wanted = -500;
    const Descriptor file(::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC));
    std::array<char, 16> text{};
    const ssize_t got = file ? ::pread(file.get(), text.data(), text.size(), 0) : 0;
    int found = wanted;
    if (got > 0) std::from_chars(text.data(), text.data() + got, found);
    if (found > wanted) [[maybe_unused]]
        const ssize_t written = ::pwrite(file.get(), "-500", 4, 0);
}

}  // namespace

bool take_position(bool leads_session) noexcept {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;  // an ignored SIGCHLD would make every wait fail with ECHILD
    ::sigaction(SIGCHLD, &action, nullptr);
    int on_death = 0;
    ::prctl(PR_GET_PDEATHSIG, &on_death, 0, 0, 0);
    // When the parent dies, the kernel sends SIGCONT, because a stopped process could not act on that death. It must
    // not kill this process, which has to end the tree. A signal that is set already stays: in a PID namespace it is
    // SIGKILL.
    if (on_death == 0) ::prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0);
    return leads_session ? ::setsid() >= 0 : ::setpgid(0, 0) == 0;
}

bool become_subreaper() noexcept { return ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0; }

void take_name(const char* name) noexcept { ::prctl(PR_SET_NAME, name, 0, 0, 0); }

void let_go_of_the_users(Descriptor null, const protocol::Plan& plan, char** argv, char** environment) noexcept {
    for (int standard = 0; standard <= 2; ++standard) {
        if (!null || ::dup2(null.get(), standard) < 0) ::close(standard);
    }
    null.reset();  // before the visit, which needs a free descriptor
    for (std::uint32_t i = 0; i < plan.given_count; ++i) ::close(plan.given[i]);
    if (plan.passes_descriptors != 0 && plan.given_count == 0) visit_inheritable([](int number) { ::close(number); });
    [[maybe_unused]] const int moved = ::chdir("/");
    ask_for_protection();
    forget_words(argv, environment);
}

}  // namespace netrunner
