// The descriptors above 2 that netrunner was started with. They are the command's and keep their numbers: netrunner
// leaves them open until the shepherd has been started and has inherited them, then closes its own
// (docs/decisions/0031). main makes it, the runner closes it.
#pragma once

#include <vector>

namespace netrunner {

class GivenDescriptors {
  public:
    /// Lists them. Throws std::system_error if they cannot be listed.
    static GivenDescriptors find();

    GivenDescriptors(GivenDescriptors&&) = default;
    GivenDescriptors& operator=(GivenDescriptors&&) = delete;
    ~GivenDescriptors() { close(); }

    /// Keeps `fd` for netrunner alone: it is neither passed on nor closed. Does nothing if it is not one of them.
    void keep(int fd);
    /// Passes none of them on (--close-fds). They stay open until `close`, because options may name them as /dev/fd/N.
    void withhold();

    /// Those that the command gets.
    [[nodiscard]] std::vector<int> passed() const { return withheld_ ? std::vector<int>() : numbers_; }

    /// Closes them, so that their readers see the end of file once the command has closed them.
    void close();

  private:
    GivenDescriptors() = default;

    std::vector<int> numbers_;
    bool withheld_ = false;
};

}  // namespace netrunner
