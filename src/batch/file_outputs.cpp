#include "src/batch/file_outputs.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "src/relay/sink.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

/// A regular file takes everything, so a job never waits for it.
class FileReceiver final : public Receiver {
  public:
    explicit FileReceiver(Descriptor file) : sink_(Sink::owning(std::move(file))) {}
    IoResult take(std::span<const std::byte> bytes) override { return sink_.write(bytes); }

  private:
    Sink sink_;
};

}  // namespace

class FileOutputs::Pair final : public JobOutput {
  public:
    Pair(Descriptor output, Descriptor error) : output_(std::move(output)) {
        if (error) error_.emplace(std::move(error));
    }
    Receiver& output() override { return output_; }
    Receiver& error() override { return error_ ? *error_ : output_; }
    void end(bool /*is_shown*/) override {}
    [[nodiscard]] bool is_delivered() const override { return true; }

  private:
    FileReceiver output_;
    std::optional<FileReceiver> error_;  ///< empty: both streams have one file
};

std::unique_ptr<JobOutput> FileOutputs::open(const Filling& job) {
    const auto opened = [&](const char* stream) {
        Filling filling = job;
        filling.stream = stream;
        const std::string path = names_.path(filling);
        Descriptor file = open_output(path, [&](const struct stat& info) { own_files_.refuse(info, path); });
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
            throw UsageError(fmt::format("the output file of its {} is no regular file (-o FILE needs one)", stream));
        if (info.st_size > 0 && ::ftruncate(file.get(), 0) != 0)
            throw SetupFailure("output", errno, fmt::format("cannot empty the output file '{}'", path));
        return file;
    };
    Descriptor output = opened("stdout");
    return std::make_unique<Pair>(std::move(output), names_.parts_streams() ? opened("stderr") : Descriptor());
}

}  // namespace netrunner
