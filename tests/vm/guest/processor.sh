# Limits on processor time and on the choice of processors.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

test_cpu_max_throttles_a_burner() {
    run --cgroup t --cpu-max 0.2 -- burn 4
    exits_with 0
    reports cgroup.limits.cpu.max '20000 100000'
    number 'cgroup.cpu_throttled' "$(field cgroup.cpu_throttled)" '>' 1
    share=$(awk -v used="$(field cgroup.cpu_usage)" -v wall="$(field time.wall)" 'BEGIN { print used / wall }')
    number 'the share of a processor' "$share" '>' 0.12
    number 'the share of a processor' "$share" '<' 0.28
    number 'time.user and time.system' "$(awk -v u="$(field time.user)" -v s="$(field time.system)" \
        'BEGIN { print u + s }')" '<=' "$(awk -v u="$(field cgroup.cpu_usage)" 'BEGIN { print u + 0.01 }')"
}

test_cpu_max_in_percent() {
    run --cgroup t --cpu-max 150% -- cat /sys/fs/cgroup/t/cpu.max
    exits_with 0
    prints '150000 100000'
}

test_cpu_time_without_a_limit_is_not_throttled() {
    run --cgroup t -- burn 1
    exits_with 0
    number 'cgroup.cpu_usage' "$(field cgroup.cpu_usage)" '>' 0.5
    case $(field cgroup.cpu_throttled) in
        null | 0.0 | 0) ;;
        *) fail "cgroup.cpu_throttled: expected nothing, seen '$(field cgroup.cpu_throttled)'" ;;
    esac
}

test_cpu_weight_is_set() {
    run --cgroup t --cpu-weight 250 -- cat /sys/fs/cgroup/t/cpu.weight
    exits_with 0
    prints 250
    reports cgroup.limits.cpu.weight 250
}

test_cpuset_holds_inside() {
    run --cgroup t --cpuset 0 -- sh -c 'grep Cpus_allowed_list /proc/self/status; nproc'
    exits_with 0
    equals 'standard output' "$(printf 'Cpus_allowed_list:\t0\n1')" "$(cat "$out")"
    reports cgroup.limits.cpuset.cpus 0
}

test_a_processor_that_is_not_there_is_refused() {
    run --cgroup t --cpuset 99 -- echo never
    refused --cpuset 99
    gone "$cgroup/t"
}

# The kernel accepts a list of which only a part exists; the command would get fewer processors than asked for.
test_a_list_of_processors_that_are_not_all_there_is_refused() {
    run --cgroup t --cpuset 0-5 -- echo never
    refused --cpuset 0-5
    gone "$cgroup/t"
}

test_pressure_is_reported() {
    run --cgroup t --cpu-max 0.2 -- burn 2
    exits_with 0
    number 'cgroup.pressure.cpu' "$(field cgroup.pressure.cpu)" '>' 0
    number 'cgroup.pressure.memory' "$(field cgroup.pressure.memory)" '>=' 0
    number 'cgroup.pressure.io' "$(field cgroup.pressure.io)" '>=' 0
}

# The kernel accepts the setting, but grants only the processors of the group above.
test_processors_that_the_group_above_has_not_are_refused() {
    echo +cpuset >$cgroup/cgroup.subtree_control
    mkdir $cgroup/above
    echo 0 >$cgroup/above/cpuset.cpus
    for list in 1 0-1; do
        run --cgroup above/t --cpuset $list -- echo never
        refused --cpuset "'$list'" "'0'"
    done
    run --cgroup above/t --cpuset 0 -- grep Cpus_allowed_list /proc/self/status
    prints 'Cpus_allowed_list:	0'
    rmdir $cgroup/above
}

test_a_partition_that_cannot_be_is_refused() {
    mkdir $cgroup/above
    run --cgroup above/t --cpuset 0 --cgroup-set cpuset.cpus.partition=isolated -- echo never
    refused cpuset.cpus.partition invalid
    rmdir $cgroup/above
}
