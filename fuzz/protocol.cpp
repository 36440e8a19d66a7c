// Unpacks any bytes as a packet of the link. Expected: the packet is refused, or packing it again gives the same bytes.
#include "shepherd/link/protocol.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

using namespace netrunner::protocol;

template <class Value>
void check(std::span<const std::byte> packet) {
    Value value;
    if (!unpack(packet, value)) return;
    Frame again;
    const std::size_t length = pack(value, again);
    if (length != packet.size() || std::memcmp(again.data(), packet.data(), length) != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::span packet(reinterpret_cast<const std::byte*>(data), size);
    type_of(packet);
    check<Plan>(packet);
    check<Kill>(packet);
    check<CloseStdin>(packet);
    check<Finish>(packet);
    check<Spare>(packet);
    check<OrphanSpared>(packet);
    check<SetWinsize>(packet);
    check<SetForeground>(packet);
    check<TerminalRestored>(packet);
    check<ChildStarted>(packet);
    check<ChildStopped>(packet);
    check<ChildContinued>(packet);
    check<ChildExited>(packet);
    check<OrphanFound>(packet);
    check<TreeEmpty>(packet);
    check<StopRequested>(packet);
    check<Failed>(packet);
    return 0;
}
