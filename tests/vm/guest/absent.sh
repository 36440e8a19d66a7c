# A feature that the kernel lacks is named, or null in the report. For a boot with: cgroup_disable=memory psi=0
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

test_a_controller_that_was_switched_off_at_boot_is_named() {
    run --cgroup t --memory-max 64M -- echo never
    refused cgroup_disable=memory
    gone "$cgroup/t"
}

# No group has used the controller yet, so version 1 can take it.
test_a_controller_that_version_1_has_is_named() {
    mkdir /tmp/version1
    mount -t cgroup -o pids none /tmp/version1 || fail 'cannot mount version 1'
    run --cgroup t --pids-max 9 -- echo never
    refused pids 'cgroup v1'
    run --cgroup t --cpu-weight 50 -- cat /proc/self/cgroup
    exits_with 0
    contains 'standard output' 0::/t "$(cat "$out")"
    umount /tmp/version1
    rmdir /tmp/version1
}

test_what_is_not_known_is_null() {
    run --cgroup t --pids-max 9 -- sh -c 'exit 3'
    exits_with 3
    for figure in memory_peak memory_high_events oom_kills pressure.cpu pressure.memory pressure.io; do
        reports "cgroup.$figure" null
    done
    reports memory.source rusage
    number 'memory.peak' "$(field memory.peak)" '>' 0
}

test_a_group_is_of_use_without_controllers() {
    run --cgroup t -k 300ms -- daemonize "$work/ready" close ignore clear 3
    exits_with 3
    gone "$cgroup/t"
}

test_the_doctor_knows_what_is_absent() {
    new_run
    asked='netrunner doctor'
    netrunner doctor >"$out" 2>"$err"
    status=$?
    exits_with 1
    contains 'standard output' ": the kernel was started without the controller 'memory'" "$(cat "$out")"
    contains 'standard output' 'yes  cgroup.pids' "$(cat "$out")"
}
