// Parses any bytes as what a control connection sends. Expected: for each line a request whose values are in range, or
// an error; and a reply to it that is one line. The lines must not depend on the blocks in which the bytes come.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/live/control_reply.hpp"
#include "src/live/control_request.hpp"
#include "src/live/line_splitter.hpp"
#include "src/values/base64.hpp"
#include "src/values/utf8.hpp"

using namespace netrunner;

namespace {

void expect(bool holds) {
    if (!holds) std::abort();
}

void expect_one_line(const std::string& reply) {
    expect(reply.find('\n') == reply.size() - 1);
    expect(is_utf8(reply));
}

void check(const ControlError& error) {
    expect(!error.code.empty() && !error.message.empty());
    const std::string reply = error_reply(error);
    expect_one_line(reply);
    expect(reply.size() <= 4096);
    expect(reply.find("\"cut\":true}") == std::string::npos);
}

void check(const ControlRequest& request) {
    expect(request.id.size() <= 256);
    expect_one_line(ok_reply(request.id));
    const ControlCommand& command = request.command;
    if (const auto* signal = std::get_if<SendSignal>(&command)) expect(signal->signal >= 1 && signal->signal <= 64);
    if (const auto* extend = std::get_if<ExtendLimit>(&command)) {
        expect(extend->time > Duration::zero());
        expect(extend->time <= longest_duration || (extend->time == forever && !extend->adds));
    }
    if (const auto* resize = std::get_if<ResizeWindow>(&command))
        expect(resize->size.columns > 0 && resize->size.rows > 0);
    if (const auto* read = std::get_if<ReadOutput>(&command)) expect(read->max >= 1 && read->max <= ReadOutput::most);
    if (const auto* write = std::get_if<WriteInput>(&command)) {
        expect(from_base64(to_base64(write->bytes)) == write->bytes);
        expect_one_line(data_reply(request.id, write->bytes));
    }
}

/// The lines of `bytes`, which come in blocks of `block` bytes. A line that is too long is a newline here.
std::vector<std::string> lines_of(std::string_view bytes, std::size_t block) {
    LineSplitter splitter;
    std::vector<std::string> lines;
    while (!bytes.empty()) {
        std::string_view part = bytes.substr(0, block);
        bytes.remove_prefix(part.size());
        while (const auto line = splitter.next(part)) lines.emplace_back(line->too_long ? "\n" : line->text);
        expect(part.empty());
    }
    if (const auto rest = splitter.rest()) lines.emplace_back(*rest);
    return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::vector<std::string> lines = lines_of(bytes, std::max(size, std::size_t{1}));
    expect(lines_of(bytes, 1 + size / 7) == lines);
    for (const std::string& line : lines) {
        expect(line.size() <= LineSplitter::longest);
        std::visit([](const auto& result) { check(result); }, parse_control(line));
    }
    return 0;
}
