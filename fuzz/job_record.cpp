// Parses any text as a record of `batch --jsonl`. Expected: a job with a command, or a message.
#include "src/batch/job_record.hpp"

#include <cstdint>
#include <cstdlib>

#include "src/values/usage_error.hpp"

using namespace netrunner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const JobRecordParser parser{Options{}};
    try {
        const JobRecord job = parser.parse({reinterpret_cast<const char*>(data), size});
        if (job.options.command.empty() || job.slots == 0) std::abort();
        if (job.id && job.id->empty()) std::abort();
        if (job.options.pty || job.options.report || job.options.report_fd) std::abort();
    } catch (const UsageError& wrong) {
        if (std::string_view(wrong.what()).empty()) std::abort();
    }
    return 0;
}
