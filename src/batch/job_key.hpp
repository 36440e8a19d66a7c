// The key of a job: what a resumed batch recognises a job by, and what `--shard hash:I/N` divides by. It depends on
// what the job runs, never on its position in the input or on this machine. Also the set of keys that have been seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/options.hpp"

namespace netrunner {

struct JobKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const JobKey&, const JobKey&) = default;
    friend auto operator<=>(const JobKey&, const JobKey&) = default;  // NOLINT(modernize-use-nullptr): no 0 here
};

/// Of the id if there is one, else of argv, directory, environment changes and standard input, as typed.
JobKey job_key(const std::optional<std::string>& id, const Options& job);
/// Of a record that no job can be made of.
JobKey record_key(std::string_view record);

/// 32 hexadecimal digits, as the report has it, and back.
std::string key_text(const JobKey& key);
std::optional<JobKey> key_in(std::string_view text);

/// Takes 16 to 40 bytes for each key.
class KeySet {
  public:
    /// False if `key` is in the set.
    bool insert(const JobKey& key);
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    [[nodiscard]] std::size_t place_of(const JobKey& key) const;

    std::vector<JobKey> slots_;  ///< open addressing; a key of zeros is an empty slot
    std::size_t size_ = 0;
};

/// The jobs that have succeeded according to a report. Identical jobs without an id have the same key, and each success
/// stands for one of them. Takes 16 bytes and 1 bit for each success, up to 48 while it is filled.
class DoneJobs {
  public:
    void add(const JobKey& key) { keys_.push_back(key); }
    /// Call after the last `add`.
    void seal();
    /// Whether a success of `key` is left; it is then used up.
    bool take(const JobKey& key);
    [[nodiscard]] std::size_t size() const { return keys_.size(); }

  private:
    std::vector<JobKey> keys_;
    std::vector<bool> taken_;
};

}  // namespace netrunner
