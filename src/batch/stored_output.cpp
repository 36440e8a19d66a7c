#include "src/batch/stored_output.hpp"

#include <algorithm>

namespace netrunner {
namespace {

/// A piece in memory grows up to this size, so that what has been passed on gives its memory back.
constexpr std::size_t piece_size = 64 * 1024;

}  // namespace

std::size_t StoredOutput::store(bool is_error, std::span<const std::byte> bytes) {
    if (store_in_memory(is_error, bytes)) return bytes.size();
    return store_in_file(is_error, bytes);
}

bool StoredOutput::store_in_memory(bool is_error, std::span<const std::byte> bytes) {
    if (memory_ + bytes.size() > storage_.most_memory_each) return false;
    if (storage_.memory + bytes.size() > storage_.most_memory) return false;
    const bool continues = !pieces_.empty() && pieces_.back().is_error == is_error && !pieces_.back().memory.empty() &&
                           pieces_.back().memory.size() + bytes.size() <= piece_size;
    if (!continues) pieces_.push_back({.is_error = is_error});
    std::vector<std::byte>& memory = pieces_.back().memory;
    const std::size_t before = memory.capacity();
    // A vector on its own would grow to twice the size of a piece.
    const std::size_t needed = memory.size() + bytes.size();
    if (needed > before) memory.reserve(std::max(needed, std::min(piece_size, 2 * before)));
    memory.insert(memory.end(), bytes.begin(), bytes.end());
    memory_ += memory.capacity() - before;
    storage_.memory += memory.capacity() - before;
    return true;
}

std::size_t StoredOutput::store_in_file(bool is_error, std::span<const std::byte> bytes) {
    const Size at = storage_.file.end();
    const std::size_t stored = storage_.file.append(bytes);
    if (stored == 0) return 0;
    const bool continues = !pieces_.empty() && pieces_.back().is_error == is_error && pieces_.back().memory.empty() &&
                           pieces_.back().offset + pieces_.back().length == at;
    if (continues) {
        pieces_.back().length += stored;
    } else {
        pieces_.push_back({.is_error = is_error, .offset = at, .length = stored});
    }
    return stored;
}

std::span<const std::byte> StoredOutput::front() {
    const Piece& first = pieces_.front();
    if (!first.memory.empty()) return std::span(first.memory).subspan(first.done);
    read_.resize(static_cast<std::size_t>(std::min<Size>(first.length, piece_size)));
    return std::span(read_).first(storage_.file.read(first.offset, read_));
}

void StoredOutput::advance(std::size_t size) {
    Piece& first = pieces_.front();
    if (!first.memory.empty()) {
        first.done += size;
        if (first.done < first.memory.size()) return;
        memory_ -= first.memory.capacity();
        storage_.memory -= first.memory.capacity();
        pieces_.pop_front();
        return;
    }
    storage_.file.free(first.offset, size);
    first.offset += size;
    first.length -= size;
    if (first.length == 0) pieces_.pop_front();
}

void StoredOutput::clear() {
    while (!pieces_.empty()) {
        const Piece& first = pieces_.front();
        advance(first.memory.empty() ? static_cast<std::size_t>(first.length) : first.memory.size() - first.done);
    }
    read_ = {};
}

}  // namespace netrunner
