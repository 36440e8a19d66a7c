#include "src/values/errno_text.hpp"

#include <cctype>
#include <string_view>

namespace netrunner {

std::string errno_text(int error) {
    std::string text = std::generic_category().message(error);
    // Keep the case of a text that begins with an acronym, such as "RFS specific error".
    const bool sentence = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
    if (sentence) text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    return text;
}

std::string failure_text(const std::exception& failure) {
    std::string text = failure.what();
    const auto* call = dynamic_cast<const std::system_error*>(&failure);
    if (call == nullptr) return text;
    const std::string_view whole = text;
    const std::string why = call->code().message();
    if (!whole.ends_with(why)) return text;
    return std::string(whole.substr(0, whole.size() - why.size())) + errno_text(call->code().value());
}

}  // namespace netrunner
