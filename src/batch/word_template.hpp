// A word with placeholders, parsed once: {} {1} {.} {/} {//} {#} {id}, and {stream} where it has a meaning. Used for
// the command's words, tags and file names of a batch. Replaces text, runs nothing and quotes nothing. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// What the placeholders stand for in one job.
struct Filling {
    std::span<const std::string> values{};
    std::uint64_t number = 0;  ///< of the job, from 1
    std::string_view id{};     ///< its `id`, else its number
    std::string_view stream{};
};

class WordTemplate {
  public:
    enum class Use { argument, label };
    /// `label`: a tag or a file's name, where {stream} is a placeholder too. Text in braces that is no placeholder
    /// stays as it is, so `{{}` is `{` and the value.
    explicit WordTemplate(std::string_view word, Use use = Use::argument);
    /// Without placeholders.
    static WordTemplate literal(std::string_view word);

    [[nodiscard]] bool has_placeholders() const;
    /// Whether {}, {.}, {/} or {//} is in it.
    [[nodiscard]] bool is_for_each_value() const;
    /// The largest N of {N}; 0 without one.
    [[nodiscard]] std::size_t highest_value() const;
    /// Whether {}, {.}, {/}, {//} or {N} is in it.
    [[nodiscard]] bool has_values() const;
    [[nodiscard]] bool has_id() const;
    /// The text before the first placeholder.
    [[nodiscard]] std::string_view leading_text() const;
    /// The number of placeholders and of texts between them.
    [[nodiscard]] std::size_t pieces() const { return pieces_.size(); }

    /// With {} and the like standing for `value`. There must be `highest_value` values.
    [[nodiscard]] std::string filled(const Filling& filling, std::string_view value) const;
    /// One text, with {} and the like standing for all values, divided by blanks. A value that is missing is empty.
    [[nodiscard]] std::string label(const Filling& filling) const { return joined(filling, Values::unchanged); }
    /// The same for a tag, which is a part of one line: what comes from the record is `visible_text`.
    [[nodiscard]] std::string tag(const Filling& filling) const { return joined(filling, Values::visible); }

  private:
    enum class Values { unchanged, visible };
    enum class Kind : std::uint8_t { text, value, stem, base, directory, nth, number, id, stream };
    struct Piece {
        Kind kind = Kind::text;
        std::size_t nth = 0;
        std::string text{};
    };
    WordTemplate() = default;
    static std::optional<Piece> placeholder(std::string_view inside, Use use);
    static std::string of_value(Kind kind, std::string_view value);
    static std::string of_job(const Piece& piece, const Filling& filling);
    [[nodiscard]] std::string joined(const Filling& filling, Values values) const;
    [[nodiscard]] static bool is_each(Kind kind) { return kind >= Kind::value && kind <= Kind::directory; }

    std::vector<Piece> pieces_;
};

/// The path without the extension of its last component; a leading dot begins no extension.
std::string without_extension(std::string_view path);
/// As basename(1) and dirname(1).
std::string base_name(std::string_view path);
std::string directory_name(std::string_view path);

}  // namespace netrunner
