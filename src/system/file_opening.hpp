// Does in a thread what may wait for another process: opens files of which one may be a FIFO. A caller with other work
// waits in its own poll for the end. It does not know what is opened.
#pragma once

#include <exception>
#include <functional>
#include <thread>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class FileOpening {
  public:
    /// Calls `open` in a thread, where signals are blocked. It may throw. Throws SetupFailure if there can be no
    /// thread.
    explicit FileOpening(std::function<void()> open);
    ~FileOpening() { end(); }
    FileOpening(const FileOpening&) = delete;
    FileOpening& operator=(const FileOpening&) = delete;

    /// Readable when `open` has ended.
    [[nodiscard]] int descriptor() const { return ended_.get(); }
    /// If `open` has not ended, interrupts the system call in which it waits: open(2) then fails with EINTR. Returns
    /// what `open` has thrown.
    std::exception_ptr end();

  private:
    void work(const std::function<void()>& open);

    Descriptor ended_;
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace netrunner
