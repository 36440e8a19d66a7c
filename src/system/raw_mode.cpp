#include "src/system/raw_mode.hpp"

#include "src/system/mask_guard.hpp"

namespace netrunner {

void RawMode::enter(const Announce& announce) {
    const auto found = read_modes(tty_);
    if (!found || (original_ && *found == changed_)) return;
    original_.reset();
    if (are_raw(*found)) return;
    changed_ = raw_modes(*found, keeps_output_);
    announce(*found, changed_);
    const MaskGuard held(SIG_BLOCK, SIGTTOU);  // would stop netrunner in the background
    if (write_modes(tty_, changed_)) original_ = found;
}

void RawMode::leave() {
    if (!original_) return;
    const MaskGuard held(SIG_BLOCK, SIGTTOU);
    restore_modes(tty_, changed_, *original_);
    original_.reset();
}

}  // namespace netrunner
