// The functions of fmt that its headers only declare, compiled once for a static program. Debian has no static libfmt,
// and with fmt header-only nearly every file of ours would compile them again. CMake uses this file for the versions of
// fmt that it is written for, and fmt header-only for others.
#include <fmt/format-inl.h>

#include <locale>

FMT_BEGIN_NAMESPACE
namespace detail {

template auto dragonbox::to_decimal(float number) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double number) noexcept -> dragonbox::decimal_fp<double>;

template locale_ref::locale_ref(const std::locale& locale);
template auto locale_ref::get<std::locale>() const -> std::locale;

template auto thousands_sep_impl(locale_ref locale) -> thousands_sep_result<char>;
template auto thousands_sep_impl(locale_ref locale) -> thousands_sep_result<wchar_t>;
template auto decimal_point_impl(locale_ref locale) -> char;
template auto decimal_point_impl(locale_ref locale) -> wchar_t;

#if FMT_VERSION >= 100000
template void vformat_to(buffer<char>& text, string_view format, typename vformat_args<>::type values,
                         locale_ref locale);
#endif

}  // namespace detail
FMT_END_NAMESPACE
