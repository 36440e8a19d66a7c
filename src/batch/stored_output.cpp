#include "src/batch/stored_output.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace netrunner {
namespace {

/// A block in memory grows up to this size, so that what has been passed on gives its memory back. As much is read of
/// the file at once.
constexpr std::size_t block_size = 64 * 1024;

/// What a block costs beside its bytes: its entry in the list, and what the allocator keeps for both.
constexpr std::size_t block_cost = 128;

/// The length of a piece and its stream, in three bytes.
using Header = std::array<std::byte, 3>;
constexpr std::size_t header_size = std::tuple_size_v<Header>;
constexpr std::size_t longest_piece = (1U << 23U) - 1;

Header header_of(bool is_error, std::size_t length) {
    const std::size_t value = length << 1U | static_cast<std::size_t>(is_error);
    return {std::byte(value & 0xffU), std::byte(value >> 8U & 0xffU), std::byte(value >> 16U & 0xffU)};
}

std::size_t value_in(std::span<const std::byte> header) {
    return std::to_integer<std::size_t>(header[0]) | std::to_integer<std::size_t>(header[1]) << 8U |
           std::to_integer<std::size_t>(header[2]) << 16U;
}

}  // namespace

std::size_t StoredOutput::store(bool is_error, std::span<const std::byte> bytes) {
    if (store_in_memory(is_error, bytes)) return bytes.size();
    return store_in_file(is_error, bytes);
}

/// Whether more bytes of this stream belong to the last piece. Its header must not have been read yet.
bool StoredOutput::can_extend(bool is_error) const {
    return last_.length > 0 && last_.is_error == is_error && blocks_.back().done <= last_.offset;
}

void StoredOutput::add_block(Block block) {
    blocks_.push_back(std::move(block));
    last_ = {};
}

bool StoredOutput::store_in_memory(bool is_error, std::span<const std::byte> bytes) {
    const bool continues = !blocks_.empty() && !blocks_.back().is_in_file() &&
                           blocks_.back().filled + header_size + bytes.size() <= block_size;
    const bool extends = continues && can_extend(is_error);
    const std::size_t filled = continues ? blocks_.back().filled : 0;
    const std::size_t needed = filled + bytes.size() + (extends ? 0 : header_size);
    const std::size_t before = continues ? blocks_.back().memory.capacity() : 0;
    // A vector on its own would grow to twice the size of a block.
    const std::size_t capacity = needed > before ? std::max(needed, std::min(block_size, 2 * before)) : before;
    const std::size_t cost = capacity - before + (continues ? 0 : block_cost);
    if (memory_ + cost > storage_.most_memory_each || storage_.memory + cost > storage_.most_memory) return false;
    if (!continues) add_block({});
    Block& block = blocks_.back();
    block.memory.reserve(capacity);
    if (!extends) {
        last_ = {.offset = filled, .is_error = is_error};
        block.memory.resize(filled + header_size);
    }
    block.memory.insert(block.memory.end(), bytes.begin(), bytes.end());
    last_.length += bytes.size();
    std::ranges::copy(header_of(is_error, last_.length),
                      block.memory.begin() + static_cast<std::ptrdiff_t>(last_.offset));
    block.filled = block.memory.size();
    const std::size_t grown = block.memory.capacity() - before + (continues ? 0 : block_cost);
    memory_ += grown;
    storage_.memory += grown;
    return true;
}

std::size_t StoredOutput::store_in_file(bool is_error, std::span<const std::byte> bytes) {
    std::size_t stored = 0;
    while (stored < bytes.size()) {
        const bool continues = !blocks_.empty() && blocks_.back().is_in_file() &&
                               blocks_.back().filled + header_size < storage_.file.segment_size();
        if (!continues) {
            const SpillFile::Segment segment = storage_.file.take();
            if (segment == SpillFile::none) break;
            add_block({.segment = segment});
        }
        const std::size_t done = append_to_segment(is_error, bytes.subspan(stored));
        stored += done;
        if (done > 0) continue;
        if (!continues) {
            storage_.file.give_back(blocks_.back().segment);
            blocks_.pop_back();
        }
        break;
    }
    return stored;
}

/// Writes the header when it is known how many bytes the file has taken.
std::size_t StoredOutput::append_to_segment(bool is_error, std::span<const std::byte> bytes) {
    Block& block = blocks_.back();
    Piece piece = last_;
    std::size_t at = block.filled;
    if (!can_extend(is_error) || last_.length + bytes.size() > longest_piece) {
        piece = {.offset = at, .is_error = is_error};
        at += header_size;
    }
    bytes = bytes.first(std::min(bytes.size(), longest_piece));
    const std::size_t written = storage_.file.write(block.segment, at, bytes);
    if (written == 0) return 0;
    piece.length += written;
    if (storage_.window.segment == block.segment) storage_.window = {};
    const Header header = header_of(is_error, piece.length);
    if (storage_.file.write(block.segment, piece.offset, header) < header.size()) return 0;
    last_ = piece;
    block.filled = at + written;
    return written;
}

/// What is stored from `offset` on, in memory or as a part of the file; empty if that cannot be read.
std::span<const std::byte> StoredOutput::read(const Block& block, std::size_t offset) {
    if (!block.is_in_file()) return std::span(block.memory).subspan(offset);
    OutputStorage::Window& window = storage_.window;
    const auto has = [&](std::size_t end) {
        return window.segment == block.segment && offset >= window.offset && end <= window.offset + window.bytes.size();
    };
    if (!has(std::min(offset + header_size, block.filled))) {
        window.segment = block.segment;
        window.offset = offset;
        window.bytes.resize(std::min(block_size, block.filled - offset));
        window.bytes.resize(storage_.file.read(block.segment, offset, window.bytes));
    }
    return std::span(window.bytes).subspan(offset - window.offset);
}

std::span<const std::byte> StoredOutput::front() {
    Block& block = blocks_.front();
    if (first_.length == 0) {
        const auto header = read(block, block.done);
        if (header.size() < header_size) return {};
        const std::size_t value = value_in(header);
        first_ = {.length = value >> 1U, .is_error = (value & 1U) != 0};
        block.done += header_size;
    }
    const auto bytes = read(block, block.done);
    return bytes.first(std::min(bytes.size(), first_.length));
}

void StoredOutput::advance(std::size_t size) {
    Block& block = blocks_.front();
    block.done += size;
    first_.length -= size;
    if (block.done == block.filled) {
        drop_first_block();
    } else if (block.is_in_file()) {
        storage_.file.free_before(block.segment, block.done);
    }
}

void StoredOutput::drop_first_block() {
    const Block& block = blocks_.front();
    if (block.is_in_file()) {
        if (storage_.window.segment == block.segment) storage_.window = {};
        storage_.file.give_back(block.segment);
    } else {
        memory_ -= block.memory.capacity() + block_cost;
        storage_.memory -= block.memory.capacity() + block_cost;
    }
    blocks_.pop_front();
    first_ = {};
    if (blocks_.empty()) last_ = {};
}

void StoredOutput::clear() {
    while (!blocks_.empty()) drop_first_block();
}

}  // namespace netrunner
