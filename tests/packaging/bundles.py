"""Makes OCI bundles for crun as Docker configures them, from an unpacked image. Used by container.py."""

import copy
import json
import pathlib
import platform
import re

# The capabilities that Docker and Podman leave to root.
DEFAULT_CAPABILITIES = ("CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT "
                        "KILL AUDIT_WRITE").split()
SECCOMP_PROFILE = pathlib.Path("/usr/share/containers/seccomp.json")  # golang-github-containers-common: in Docker's format
# Podman's profile gives these to everybody, Docker's to CAP_SYS_ADMIN only.
OF_NAMESPACES = {"clone", "clone3", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree", "pivot_root",
                 "setns", "umount", "umount2", "unshare"}
NEW_NAMESPACES = 0x7E020000  # all CLONE_NEW… flags of clone(2)
EPERM, ENOSYS = 1, 38
ARCHITECTURES = {"x86_64": ("amd64", "SCMP_ARCH_X86_64"), "aarch64": ("arm64", "SCMP_ARCH_AARCH64")}


def seccomp_of(capabilities):
    """A profile of container engines, in the runtime's format: the rules of Podman's that hold for these capabilities here,
    and without CAP_SYS_ADMIN Docker's stricter ones for namespaces and mounts."""
    profile = json.loads(SECCOMP_PROFILE.read_text(encoding="utf-8"))
    architecture, name = ARCHITECTURES[platform.machine()]
    capabilities = {"CAP_" + capability for capability in capabilities}
    rules = []
    for rule in profile["syscalls"]:
        includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
        if includes.get("caps") and not set(includes["caps"]) <= capabilities:
            continue
        if set(excludes.get("caps") or []) & capabilities:
            continue
        if includes.get("arches") and architecture not in includes["arches"]:
            continue
        if architecture in (excludes.get("arches") or []):
            continue
        rules.append({key: rule[key] for key in ("names", "action", "args", "errnoRet") if rule.get(key)})
    if "CAP_SYS_ADMIN" not in capabilities:
        rules = [rule | {"names": names} for rule in rules if (names := sorted(set(rule["names"]) - OF_NAMESPACES))]
        rules += [{"names": sorted(OF_NAMESPACES - {"clone", "clone3"}), "action": "SCMP_ACT_ERRNO", "errnoRet": EPERM},
                  {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS},
                  {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
                   "args": [{"index": 0, "value": NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}]
    filters = {"defaultAction": profile["defaultAction"], "architectures": [name], "syscalls": rules}
    return filters | ({"defaultErrnoRet": profile["defaultErrnoRet"]} if "defaultErrnoRet" in profile else {})


def cgroup2_mount():
    found = re.search(r"^\S+ (\S+) cgroup2 ", pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8"), re.M)
    return found and found[1]


def crun(state, *words):
    """A command that runs crun where /sys/fs/cgroup has control groups of version 2 only, as on today's systems."""
    enter = 'mount --bind "$0" /sys/fs/cgroup && exec crun --root "$@"'
    return ["unshare", "--mount", "sh", "-c", enter, cgroup2_mount(), str(state), *words]


def everything():
    """All capabilities of this machine's kernel that this process may give away."""
    bits = int(re.search(r"^CapBnd:\s*(\w+)", pathlib.Path("/proc/self/status").read_text(encoding="utf-8"), re.M)[1], 16)
    names = ("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE "
             "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN "
             "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP").split()
    return [name for at, name in enumerate(names) if bits >> at & 1]


def configuration(image, words, situation):
    """The runtime's configuration: `image` is the one that umoci made of the image, `situation` is docker, restricted or
    privileged, `words` follow the entry point."""
    config = copy.deepcopy(image)
    privileged, restricted = situation == "privileged", situation == "restricted"
    capabilities = everything() if privileged else [] if restricted else DEFAULT_CAPABILITIES
    given = ["CAP_" + name for name in capabilities]
    config["process"] |= {
        "args": [*image["process"]["args"][:1], *words], "terminal": False, "noNewPrivileges": restricted, "cwd": "/",
        "user": {"uid": 1000, "gid": 1000} if restricted else {"uid": 0, "gid": 0},
        "capabilities": {name: list(given) for name in ("bounding", "effective", "permitted")}}
    config["process"].pop("rlimits", None)
    config["root"] = {"path": "rootfs", "readonly": restricted}
    config["hostname"] = "netrunner"
    groups = {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
              "options": ["nosuid", "noexec", "nodev", "rw" if privileged else "ro"]}
    config["mounts"] = [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
         "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}, groups]
    config["linux"] = {
        "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network", "cgroup")],
        "maskedPaths": [] if privileged else ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/sys/firmware"],
        "readonlyPaths": [] if privileged else ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]}
    if not privileged:
        config["linux"]["seccomp"] = seccomp_of(capabilities)
    return config


def restrict(config, restriction):
    """Add one restriction of Docker's defaults, or another user, to the configuration of a privileged container."""
    if restriction == "control groups read-only":
        groups, = (mount for mount in config["mounts"] if mount["type"] == "cgroup")
        groups["options"] = ["nosuid", "noexec", "nodev", "ro"]
    elif restriction == "no `CAP_SYS_ADMIN`":
        for given in config["process"]["capabilities"].values():
            given.remove("CAP_SYS_ADMIN")
    elif restriction == "the seccomp profile":
        config["linux"]["seccomp"] = seccomp_of(DEFAULT_CAPABILITIES)
    elif restriction == "user 1000":
        config["process"]["user"] = {"uid": 1000, "gid": 1000}
        config["process"]["capabilities"] = {name: [] for name in config["process"]["capabilities"]}
    else:
        raise ValueError(restriction)
