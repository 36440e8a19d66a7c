# Different mounts of the file system of control groups.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

# with_mounts COMMANDS ARGUMENT...: netrunner run ARGUMENT... in a mount namespace, after COMMANDS.
with_mounts() {
    new_run
    asked="after $1: netrunner run"
    commands=$1
    shift
    asked="$asked $*"
    within 50 unshare -m sh -c "mount --make-rprivate / || exit 99; { $commands; } || exit 98; exec netrunner run --report '$report' \"\$@\"" \
        sh "$@" >"$out" 2>"$err" </dev/null
    status=$?
}

test_a_read_only_mount_is_named() {
    with_mounts 'mount -o remount,bind,ro /sys/fs/cgroup' --cgroup t --memory-max 64M -- echo never
    refused read-only /sys/fs/cgroup
    with_mounts 'mount -o remount,bind,ro /sys/fs/cgroup' --cgroup t -- echo never
    refused read-only /sys/fs/cgroup
}

test_a_base_on_a_read_only_mount_is_named() {
    mkdir $cgroup/kept
    with_mounts 'mount -o remount,bind,ro /sys/fs/cgroup' --cgroup-base $cgroup/kept --cgroup t -- echo never
    refused read-only /sys/fs/cgroup
    rmdir $cgroup/kept
}

test_no_mount_at_all_is_named() {
    with_mounts 'umount -l /sys/fs/cgroup' --cgroup t --memory-max 64M -- echo never
    refused 'no cgroup v2 file system is mounted' 'mount -t cgroup2'
    with_mounts 'umount -l /sys/fs/cgroup' -- echo still
    exits_with 0
    prints still
}

test_another_place_is_found() {
    with_mounts 'umount -l /sys/fs/cgroup && mkdir "/tmp/test/some where" && mount -t cgroup2 none "/tmp/test/some where"' \
        --cgroup t --memory-max 64M -- cat '/tmp/test/some where/t/memory.max'
    exits_with 0
    prints 67108864
    reports cgroup.path '/tmp/test/some where/t'
}

# As in a container with a bind mount of a part of the tree.
test_a_mount_of_a_part_of_the_tree_is_understood() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/part
    new_run
    asked='in a bind mount of a part: netrunner run --cgroup-base self --cgroup t --memory-max 64M'
    within 50 in_group $cgroup/part 0 unshare -m sh -c 'mount --make-rprivate / && mount --bind /sys/fs/cgroup/part /sys/fs/cgroup &&
        exec netrunner run --report "$0" --cgroup-base self --cgroup t --memory-max 64M -- cat /sys/fs/cgroup/t/memory.max' \
        "$report" >"$out" 2>"$err"
    status=$?
    exits_with 0
    prints 67108864
    rmdir $cgroup/part || fail 'the group is not empty'
}

test_a_read_only_mount_over_a_writable_one_does_not_matter() {
    with_mounts 'mkdir /tmp/test/other && mount -t cgroup2 none /tmp/test/other && mount -o remount,bind,ro /sys/fs/cgroup' \
        --cgroup t --memory-max 64M -- cat /tmp/test/other/t/memory.max
    exits_with 0
    prints 67108864
}

test_no_proc_is_named() {
    with_mounts 'umount -l /proc' --cgroup t -- echo never
    refused /proc
}

# As in a container with its own control group namespace.
test_a_control_group_namespace_with_its_mount() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/part
    new_run
    asked='in a control group namespace: netrunner run --cgroup-base self --cgroup t --memory-max 64M'
    within 50 in_group $cgroup/part 0 new_namespaces sh -c 'umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec netrunner run \
        --report "$0" --cgroup-base self --cgroup t --memory-max 64M -- cat /proc/self/cgroup /sys/fs/cgroup/t/memory.max' \
        "$report" >"$out" 2>"$err"
    status=$?
    exits_with 0
    equals 'standard output' '0::/t
67108864' "$(cat "$out")"
    reports cgroup.path /sys/fs/cgroup/t
    rmdir $cgroup/part || fail 'the group is not empty'
}

# Runs a script in a control group namespace that begins at the group `part`, with its own mount. The report is $0.
in_container() { # SCRIPT
    new_run
    asked="in a control group namespace: $1"
    within 50 in_group $cgroup/part 0 new_namespaces sh -c \
        "umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup || exit 99; $1" "$report" >"$out" 2>"$err"
    status=$?
}

# The first process of most containers is a shell or a server, in the group that is to limit the run's group.
test_the_processes_of_a_container_make_room_and_return() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/part
    mkdir $cgroup/part/theirs # a group that is not in use is no reason to stay in the leaf
    in_container 'sleep 100 & netrunner run --report "$0" -v --cgroup t --memory-max 64M -- \
        cat /proc/self/cgroup /sys/fs/cgroup/t/memory.max || exit; cat /proc/self/cgroup /proc/$!/cgroup; kill $!; wait'
    exits_with 0
    equals 'standard output' '0::/t
67108864
0::/
0::/' "$(cat "$out")"
    says "moved all processes of this container to a group inside '/sys/fs/cgroup'"
    equals 'controllers enabled' '' "$(cat $cgroup/part/cgroup.subtree_control)"
    rmdir $cgroup/part/theirs $cgroup/part || fail 'something is left in the group'
}

test_the_processes_of_a_container_return_when_netrunner_is_killed() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/part
    in_container 'sleep 100 & netrunner run -k 0 --cgroup t --memory-max 64M -- sleep 100 & runner=$!
        until read -r pid </sys/fs/cgroup/t/cgroup.procs; do usleep 10000; done 2>/dev/null
        kill -9 $runner; until ! [ -d /sys/fs/cgroup/t ] && grep -qx 0::/ /proc/self/cgroup; do usleep 10000; done
        cat /proc/self/cgroup; kill %1; wait'
    exits_with 0
    prints 0::/
    wait_until rmdir $cgroup/part
}

# The first run must not take the controllers from the second one.
test_two_runs_in_a_container_keep_their_limits() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/part
    in_container 'cd /sys/fs/cgroup; netrunner run --cgroup a --memory-max 64M -- sh -c "until [ -d b ]; do usleep 10000; done" &
        until read -r pid <a/cgroup.procs; do usleep 10000; done 2>/dev/null
        netrunner run --report "$0" --cgroup b --memory-max 32M -- \
            sh -c "while [ -d a ]; do usleep 10000; done; usleep 300000; cat b/memory.max"; wait'
    exits_with 0
    prints 33554432
    rmdir $cgroup/part/netrunner-* $cgroup/part || fail 'something is left in the group'
}

test_a_process_from_outside_of_the_container_is_not_moved() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/part
    in_group $cgroup/part 0 sleep 100 &
    wait_until has_members $cgroup/part
    in_container 'exec netrunner run --report "$0" --cgroup t --memory-max 64M -- echo never'
    refused "$! sleep" "netrunner as the container's first process"
    kill $!
    wait_until rmdir $cgroup/part
}

test_a_control_group_namespace_without_its_mount() {
    mkdir $cgroup/part
    new_run
    asked='in a control group namespace with the mount of the outer one: netrunner run --cgroup t'
    within 50 in_group $cgroup/part 0 new_namespaces netrunner run --report "$report" --cgroup t -- echo never \
        >"$out" 2>"$err"
    status=$?
    refused /sys/fs/cgroup 'mount cgroup2'
    rmdir $cgroup/part || fail 'the group is not empty'
}
