# Settings of a group hold from the command's first instruction and are read back, or the run is refused.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

test_limits_are_in_force_inside_and_in_the_report() {
    run --cgroup t --memory-max 64M --memory-high 60M --pids-max 50 --cpu-max 0.5 --cpu-weight 200 --cpuset 0-1 -- \
        sh -c 'cd /sys/fs/cgroup/t && cat memory.max memory.high memory.swap.max memory.oom.group pids.max cpu.max \
            cpu.weight cpuset.cpus'
    exits_with 0
    equals 'what the command saw' '67108864
62914560
0
1
50
50000 100000
200
0-1' "$(cat "$out")"
    reports cgroup.limits.memory.max 67108864
    reports cgroup.limits.memory.high 62914560
    reports cgroup.limits.memory.swap.max 0
    reports cgroup.limits.memory.oom.group 1
    reports cgroup.limits.pids.max 50
    reports cgroup.limits.cpu.max '50000 100000'
    reports cgroup.limits.cpu.weight 200
    reports cgroup.limits.cpuset.cpus 0-1
    grep -q '"cgroup"' "$report" || fail 'containment names no cgroup'
}

test_each_step_is_told_when_asked() {
    run -v --cgroup t --memory-max 64M --pids-max 50 -- true
    exits_with 0
    says 'memory.max'
    says 'pids.max'
    says "controller 'memory'"
    says "controller 'pids'"
}

test_any_other_file_can_be_set() {
    run --cgroup t --cgroup-set memory.low=1M --cgroup-set pids.max=7 -- cat $cgroup/t/memory.low $cgroup/t/pids.max
    exits_with 0
    equals 'standard output' '1048576
7' "$(cat "$out")"
    reports cgroup.limits.memory.low 1048576
    reports cgroup.limits.pids.max 7
}

test_a_file_that_is_not_there_is_refused() {
    run --cgroup t --cgroup-set memory.nonsense=1 -- echo never
    refused --cgroup-set memory.nonsense
    gone "$cgroup/t"
}

test_a_controller_that_is_not_there_is_refused() {
    run --cgroup t --cgroup-set nonsense.max=1 -- echo never
    refused nonsense
    gone "$cgroup/t"
}

test_a_value_that_the_kernel_does_not_take_is_refused() {
    run --cgroup t --cgroup-set memory.low=plenty -- echo never
    refused --cgroup-set memory.low plenty
    gone "$cgroup/t"
}

test_nothing_of_a_path_stays_after_a_refusal() {
    mkdir $cgroup/kept
    run --cgroup kept/a/b --memory-max 64M --cgroup-set memory.low=plenty -- echo never
    refused memory.low
    gone "$cgroup/kept/a"
    still_there "$cgroup/kept"
    rmdir $cgroup/kept
}

test_memory_is_limited_in_whole_pages() {
    run --cgroup t --memory-max 67110000 -- cat $cgroup/t/memory.max
    exits_with 0
    prints 67108864
    reports cgroup.limits.memory.max 67108864
}

test_max_is_no_limit() {
    run --cgroup t --memory-max max --pids-max max --cpu-max max -- cat $cgroup/t/memory.max $cgroup/t/pids.max
    exits_with 0
    equals 'standard output' 'max
max' "$(cat "$out")"
}
