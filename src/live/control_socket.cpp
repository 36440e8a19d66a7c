#include "src/live/control_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

constexpr mode_t only_owner = 0600;
constexpr int waiting_connections = 8;
constexpr auto no_user = static_cast<uid_t>(-1);  ///< of a socket that has no such peer

Descriptor make_socket() {
    Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made) throw SetupFailure("control", errno, "cannot create a socket");
    return made;
}

/// The address of NAME in the directory, by a path that fits into an address.
sockaddr_un address_of(const Descriptor& directory, const std::string& name, const std::string& path) {
    const std::string place = fmt::format("/proc/self/fd/{}/{}", directory.get(), name);
    sockaddr_un address{};
    if (place.size() >= sizeof address.sun_path) {
        throw SetupFailure("control", ENAMETOOLONG, fmt::format("cannot listen at '{}'", path));
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, place.c_str(), place.size() + 1);
    return address;
}

bool connects(const sockaddr_un& address) {
    const Descriptor probe = make_socket();
    // EAGAIN: a run listens, and as many connections as it takes wait already.
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
}

/// Holds a lock of the directory from bind(2) to listen(2). A socket between the two looks stale, and of two runs that
/// find the same stale socket only one may replace it.
class DirectoryLock {
  public:
    explicit DirectoryLock(const std::string& directory)
        : file_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        constexpr int tries = 100;
        constexpr std::chrono::milliseconds pause{10};
        for (int i = 0; i < tries && file_ && ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
            std::this_thread::sleep_for(pause);
        }
    }

  private:
    Descriptor file_;  ///< its close ends the lock
};

}  // namespace

bool is_socket(int fd) {
    struct stat info {};
    return ::fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

std::optional<SocketPeer> peer_of(int socket) {
    ucred found{};
    socklen_t size = sizeof found;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0 || found.uid == no_user) {
        return std::nullopt;
    }
    return SocketPeer{.pid = found.pid, .uid = found.uid};
}

ControlSocket::ControlSocket(std::string path) : path_(std::move(path)) {
    const std::filesystem::path whole(path_);
    name_ = whole.filename().string();
    const std::string folder = whole.has_parent_path() ? whole.parent_path().string() : ".";
    const std::string complaint = fmt::format("cannot listen at '{}'", path_);
    directory_ = Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory_) throw SetupFailure("control", errno, complaint);
    if (name_.empty()) throw SetupFailure("control", EISDIR, complaint);
    const sockaddr_un address = address_of(directory_, name_, path_);
    socket_ = make_socket();
    // The file of a bound socket gets the mode of the socket's own inode. So no moment exists in which another user
    // could connect.
    ::fchmod(socket_.get(), only_owner);
    const DirectoryLock lock(folder);
    const auto bound = [&] {
        return ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    };
    if (!bound()) {
        if (errno != EADDRINUSE) throw SetupFailure("control", errno, complaint);
        replace_stale();
        if (!bound()) throw SetupFailure("control", errno, complaint);
    }
    if (::listen(socket_.get(), waiting_connections) != 0) throw SetupFailure("control", errno, complaint);
    ::fstatat(directory_.get(), name_.c_str(), &made_, AT_SYMLINK_NOFOLLOW);
}

void ControlSocket::replace_stale() {
    struct stat found {};
    if (::fstatat(directory_.get(), name_.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return;
    const auto refuse = [&](const char* why) {
        throw SetupFailure("control", EADDRINUSE, fmt::format("cannot listen at '{}': {}", path_, why));
    };
    if (!S_ISSOCK(found.st_mode)) refuse("a file that is no socket has this name");
    if (found.st_uid != ::geteuid()) refuse("another user's socket has this name");
    if (connects(address_of(directory_, name_, path_))) refuse("another process listens there");
    ::unlinkat(directory_.get(), name_.c_str(), 0);
}

Descriptor ControlSocket::accept() {
    const auto next = [&] {
        return Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    };
    const auto keep_spare = [&] {
        if (!spare_) spare_ = Descriptor(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
    };
    keep_spare();
    Descriptor visitor = next();
    if (visitor || (errno != EMFILE && errno != ENFILE)) return visitor;
    // accept4(2) needs a descriptor before it looks for a connection, so none may be waiting.
    spare_ = {};
    visitor = next();
    if (!visitor) keep_spare();
    return visitor;
}

void ControlSocket::remove() {
    if (!socket_) return;
    struct stat found {};
    const bool ours = ::fstatat(directory_.get(), name_.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
                      found.st_dev == made_.st_dev && found.st_ino == made_.st_ino;
    if (ours) ::unlinkat(directory_.get(), name_.c_str(), 0);
    socket_ = {};
}

}  // namespace netrunner
