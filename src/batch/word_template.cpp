#include "src/batch/word_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "src/values/kernel_text.hpp"
#include "src/values/visible_text.hpp"

namespace netrunner {
namespace {

constexpr std::size_t longest_placeholder = 8;  // "stream", or a number of up to 8 digits

std::string_view without_slashes(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    return path;
}

}  // namespace

std::string base_name(std::string_view path) {
    path = without_slashes(path);
    if (path == "/") return "/";
    return std::string(path.substr(path.rfind('/') + 1));
}

std::string directory_name(std::string_view path) {
    path = without_slashes(path);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return std::string(without_slashes(path.substr(0, slash == 0 ? 1 : slash)));
}

std::string without_extension(std::string_view path) {
    const std::size_t base = path.rfind('/') + 1;
    const std::size_t dot = path.rfind('.');
    const bool extends = dot != std::string_view::npos && dot > base;
    return std::string(extends ? path.substr(0, dot) : path);
}

std::optional<WordTemplate::Piece> WordTemplate::placeholder(std::string_view inside, Use use) {
    if (inside.empty()) return Piece{Kind::value};
    if (inside == ".") return Piece{Kind::stem};
    if (inside == "/") return Piece{Kind::base};
    if (inside == "//") return Piece{Kind::directory};
    if (inside == "#") return Piece{Kind::number};
    if (inside == "id") return Piece{Kind::id};
    if (inside == "stream" && use == Use::label) return Piece{Kind::stream};
    if (inside.front() < '1' || inside.front() > '9') return std::nullopt;
    const auto nth = number_in(inside);
    if (!nth) return std::nullopt;
    return Piece{Kind::nth, static_cast<std::size_t>(*nth)};
}

WordTemplate::WordTemplate(std::string_view word, Use use) {
    std::string text;
    const auto end_text = [&] {
        if (!text.empty()) pieces_.push_back({.text = std::exchange(text, {})});
    };
    while (!word.empty()) {
        const std::size_t close = word.substr(0, longest_placeholder + 2).find('}');
        if (word.front() == '{' && close != std::string_view::npos) {
            if (auto piece = placeholder(word.substr(1, close - 1), use)) {
                end_text();
                pieces_.push_back(*std::move(piece));
                word.remove_prefix(close + 1);
                continue;
            }
        }
        text += word.front();
        word.remove_prefix(1);
    }
    end_text();
}

WordTemplate WordTemplate::literal(std::string_view word) {
    WordTemplate made;
    if (!word.empty()) made.pieces_.push_back({.text = std::string(word)});
    return made;
}

bool WordTemplate::has_placeholders() const {
    return std::ranges::any_of(pieces_, [](const Piece& piece) { return piece.kind != Kind::text; });
}

bool WordTemplate::is_for_each_value() const {
    return std::ranges::any_of(pieces_, [](const Piece& piece) { return is_each(piece.kind); });
}

bool WordTemplate::has_values() const { return is_for_each_value() || highest_value() > 0; }

bool WordTemplate::has_id() const {
    return std::ranges::any_of(pieces_, [](const Piece& piece) { return piece.kind == Kind::id; });
}

std::string_view WordTemplate::leading_text() const {
    const bool has_text = !pieces_.empty() && pieces_.front().kind == Kind::text;
    return has_text ? std::string_view(pieces_.front().text) : std::string_view();
}

std::size_t WordTemplate::highest_value() const {
    std::size_t highest = 0;
    for (const Piece& piece : pieces_) highest = std::max(highest, piece.nth);
    return highest;
}

std::string WordTemplate::of_value(Kind kind, std::string_view value) {
    switch (kind) {
        case Kind::stem: return without_extension(value);
        case Kind::base: return base_name(value);
        case Kind::directory: return directory_name(value);
        default: return std::string(value);
    }
}

std::string WordTemplate::of_job(const Piece& piece, const Filling& filling) {
    switch (piece.kind) {
        case Kind::nth: return piece.nth <= filling.values.size() ? filling.values[piece.nth - 1] : "";
        case Kind::number: return fmt::format("{}", filling.number);
        case Kind::id: return std::string(filling.id);
        case Kind::stream: return std::string(filling.stream);
        default: return piece.text;
    }
}

std::string WordTemplate::filled(const Filling& filling, std::string_view value) const {
    std::string word;
    for (const Piece& piece : pieces_)
        word += is_each(piece.kind) ? of_value(piece.kind, value) : of_job(piece, filling);
    return word;
}

std::string WordTemplate::joined(const Filling& filling, Values values) const {
    const auto shown = [values](std::string text) {
        return values == Values::visible ? visible_text(text) : std::move(text);
    };
    std::string text;
    for (const Piece& piece : pieces_) {
        if (!is_each(piece.kind)) {
            const std::string of_piece = of_job(piece, filling);
            text += piece.kind == Kind::text ? of_piece : shown(of_piece);
            continue;
        }
        for (std::size_t i = 0; i < filling.values.size(); ++i) {
            if (i > 0) text += ' ';
            text += shown(of_value(piece.kind, filling.values[i]));
        }
    }
    return text;
}

}  // namespace netrunner
