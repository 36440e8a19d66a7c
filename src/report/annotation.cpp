#include "src/report/annotation.hpp"

#include <fmt/format.h>

namespace netrunner {

std::string render_annotation(const std::string& verdict, int status) {
    std::string text;
    for (const char character : verdict) {
        switch (character) {
            case '%': text += "%25"; break;
            case '\r': text += "%0D"; break;
            case '\n': text += "%0A"; break;
            default: text += character;
        }
    }
    return fmt::format("::{} title=netrunner::{}\n", status == 0 ? "warning" : "error", text);
}

}  // namespace netrunner
