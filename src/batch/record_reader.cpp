#include "src/batch/record_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace netrunner {
namespace {

constexpr std::size_t block = 64 * 1024;
constexpr std::size_t shown = 64;  // of a record that is too long, for the report

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

RecordReader::RecordReader(Read read, Style style) : read_(std::move(read)), style_(style) {}

/// Makes `text` the next record. False if it is skipped.
bool RecordReader::take(std::string_view text, Record& next) {
    ++line_;
    const Size length = dropped_ + text.size();
    dropped_ = 0;
    if (style_.skips_blank && length == text.size() && is_blank(text)) return false;
    next = {.values = {}, .line = line_};
    if (length > style_.longest) {
        next.values.emplace_back(text.substr(0, shown));
        next.problem = fmt::format("it has {} bytes, and a record has at most {}", length, style_.longest);
    } else {
        next.values.emplace_back(text);
        if (style_.end != '\0' && text.find('\0') != std::string_view::npos)
            next.problem = "it contains a NUL byte, which no argument can hold (with -0, NUL ends a record)";
    }
    return true;
}

/// Keeps the beginning only of a record that is longer than allowed and has not ended yet.
void RecordReader::forget_long_record() {
    if (buffer_.size() - begin_ <= style_.longest + shown) return;
    const std::size_t kept = std::min(shown, style_.longest);
    dropped_ += buffer_.size() - begin_ - kept;
    buffer_.resize(begin_ + kept);
}

RecordReader::State RecordReader::next(Record& next) {
    while (true) {
        const std::size_t end = buffer_.find(style_.end, scanned_);
        if (end != std::string::npos) {
            const std::size_t begin = std::exchange(begin_, end + 1);
            scanned_ = begin_;
            if (take(std::string_view(buffer_).substr(begin, end - begin), next)) return State::record;
            continue;
        }
        if (ended_) {
            if (begin_ == buffer_.size()) return State::ended;
            const std::size_t begin = std::exchange(begin_, buffer_.size());
            scanned_ = begin_;
            is_unended_ = true;
            if (take(std::string_view(buffer_).substr(begin), next)) return State::record;
            continue;
        }
        if (error_ != 0) return State::failed;
        forget_long_record();
        buffer_.erase(0, std::exchange(begin_, 0));
        scanned_ = buffer_.size();
        buffer_.resize(scanned_ + block);
        const IoResult got = read_(std::as_writable_bytes(std::span(buffer_).subspan(scanned_)));
        buffer_.resize(scanned_ + (got.status == IoResult::Status::moved ? got.bytes : 0));
        switch (got.status) {
            case IoResult::Status::moved: break;
            case IoResult::Status::would_block: return State::waits;
            case IoResult::Status::end: ended_ = true; break;
            case IoResult::Status::failed: error_ = got.error; return State::failed;
        }
    }
}

}  // namespace netrunner
