#include "src/batch/job_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "src/batch/sha256.hpp"

namespace netrunner {
namespace {

/// Feeds texts to the digest so that no two lists of texts give the same bytes.
class Writer {
  public:
    explicit Writer(char kind) { digest_.add({&kind, 1}); }

    void text(std::string_view text) {
        digest_.add(fmt::format("{}:", text.size()));
        digest_.add(text);
    }
    void optional(const std::optional<std::string>& value) {
        if (value) {
            text(*value);
        } else {
            digest_.add("-");
        }
    }
    void count(std::size_t count) { digest_.add(fmt::format("#{}:", count)); }

    JobKey key() {
        const Sha256::Digest digest = digest_.finish();
        JobKey key;
        for (std::size_t i = 0; i < 8; ++i) {
            key.high = (key.high << 8U) | digest[i];
            key.low = (key.low << 8U) | digest[i + 8];
        }
        return key;
    }

  private:
    Sha256 digest_;
};

}  // namespace

JobKey job_key(const std::optional<std::string>& id, const Options& job) {
    if (id) {
        Writer writer('i');
        writer.text(*id);
        return writer.key();
    }
    Writer writer('c');
    writer.count(job.command.size());
    for (const std::string& word : job.command) writer.text(word);
    writer.optional(job.argv0);
    writer.optional(job.directory);
    writer.count(job.ignore_environment ? 1 : 0);
    writer.count(job.set.size());
    for (const EnvironmentChange& change : job.set) {
        writer.text(change.name);
        writer.optional(change.value);
    }
    writer.count(job.unset.size());
    for (const std::string& name : job.unset) writer.text(name);
    const bool has_file = job.standard_input && job.standard_input->mode == StreamChoice::Mode::file;
    writer.optional(has_file ? std::optional(job.standard_input->path) : std::nullopt);
    return writer.key();
}

JobKey record_key(std::string_view record) {
    Writer writer('r');
    writer.text(record);
    return writer.key();
}

std::string key_text(const JobKey& key) { return fmt::format("{:016x}{:016x}", key.high, key.low); }

std::optional<JobKey> key_in(std::string_view text) {
    if (text.size() != 32) return std::nullopt;
    JobKey key;
    for (const auto& [number, begin] : {std::pair{&key.high, text.data()}, std::pair{&key.low, text.data() + 16}}) {
        const auto [end, error] = std::from_chars(begin, begin + 16, *number, 16);
        if (error != std::errc{} || end != begin + 16) return std::nullopt;
    }
    return key;
}

std::size_t KeySet::place_of(const JobKey& key) const {
    auto at = static_cast<std::size_t>(key.low % slots_.size());
    while (slots_[at] != JobKey{} && slots_[at] != key) at = at + 1 == slots_.size() ? 0 : at + 1;
    return at;
}

bool KeySet::insert(const JobKey& key) {
    if (slots_.empty() || (size_ + 1) * 5 > slots_.size() * 4) {
        std::vector<JobKey> larger(std::max<std::size_t>(64, slots_.size() * 2));
        std::swap(slots_, larger);
        for (const JobKey& each : larger) {
            if (each != JobKey{}) slots_[place_of(each)] = each;
        }
    }
    JobKey& slot = slots_[place_of(key)];
    if (slot == key) return false;
    slot = key;
    ++size_;
    return true;
}

void DoneJobs::seal() {
    std::ranges::sort(keys_);
    keys_.shrink_to_fit();
    taken_.assign(keys_.size(), false);
}

bool DoneJobs::take(const JobKey& key) {
    const auto [first, last] = std::equal_range(keys_.begin(), keys_.end(), key);
    const auto begin = taken_.begin() + (first - keys_.begin());
    const auto end = taken_.begin() + (last - keys_.begin());
    // Of equal keys the first ones are taken first. A search from the first would make n equal jobs cost n * n.
    const auto left = std::partition_point(begin, end, [](bool is_taken) { return is_taken; });
    if (left == end) return false;
    *left = true;
    return true;
}

}  // namespace netrunner
