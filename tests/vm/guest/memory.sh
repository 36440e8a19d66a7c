# Limits on memory: their effect on a command that takes too much, and what netrunner reports.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

mib=1048576
page=4096

# What every run that reached its own limit of 64 MiB reports.
met_64_mib() {
    reports reason oom
    number 'cgroup.oom_kills' "$(field cgroup.oom_kills)" '>' 0
    peak memory '>=' $((64 * mib - page))
    peak memory '<=' $((64 * mib + page))
    # the command's shell may have printed a line
    equals 'the verdict' "netrunner: $(oom_verdict)" "$(grep -v '^Killed$' "$err")"
}

# The hog asks for more memory than the limit and the machine have.
test_a_hog_dies_of_its_limit() {
    run --cgroup t --memory-max 64M -- hog $((1024 * mib))
    exits_with 137
    prints ''
    met_64_mib
    reports signal SIGKILL
    reports exit_code null
    reports status 137
    reports message "$(oom_verdict)"
    reports stop null
    if kernel_has memory.peak; then
        reports memory.source cgroup
        reports memory.peak "$(field cgroup.memory_peak)"
    else
        reports memory.source rusage
    fi
    reports cgroup.path "$cgroup/t"
    gone "$cgroup/t"
}

test_a_limit_needs_no_name_for_its_group() {
    run --memory-max 64M -- hog $((1024 * mib))
    exits_with 137
    met_64_mib
    contains 'cgroup.path' "$cgroup/run-" "$(field cgroup.path)"
}

test_what_keeps_within_the_limit_is_left_alone() {
    run --cgroup t --memory-max 64M -- hog $((32 * mib))
    exits_with 0
    prints "took $((32 * mib))"
    equals 'standard error' '' "$(cat "$err")"
    reports reason exited
    reports cgroup.oom_kills 0
    peak memory '>=' $((32 * mib))
    peak memory '<' $((64 * mib))
}

# A memory limit also sets memory.oom.group: half of a killed build is useless.
test_the_whole_group_dies_with_the_hog() {
    run --cgroup t --memory-max 64M -- sh -c 'sleep 100 & sh -c "hog 1073741824; echo inner lives"; echo outer lives'
    exits_with 137
    prints ''
    met_64_mib
    number 'cgroup.oom_kills' "$(field cgroup.oom_kills)" '>=' 4
    reports orphans '[]'
}

test_without_oom_group_only_the_hog_dies() {
    run --cgroup t --memory-max 64M --cgroup-set memory.oom.group=0 -- sh -c 'hog 1073741824; echo "the hog: $?"; exit 0'
    exits_with 0
    prints 'the hog: 137'
    reports reason exited
    reports cgroup.oom_kills 1
    reports cgroup.limits.memory.oom.group 0
}

test_a_command_that_fails_because_its_child_was_killed_is_called_oom() {
    run --cgroup t --memory-max 64M --cgroup-set memory.oom.group=0 -- sh -c 'hog 1073741824 || exit 3'
    exits_with 3
    met_64_mib
    reports exit_code 3
    reports signal null
}

test_a_hog_in_a_nested_group_meets_the_limit() {
    run --cgroup t --memory-max 64M -- sh -c '
        mkdir /sys/fs/cgroup/t/inner && echo $$ >/sys/fs/cgroup/t/inner/cgroup.procs && exec hog 1073741824'
    exits_with 137
    met_64_mib
    gone "$cgroup/t"
}

test_a_limit_of_the_commands_own_nested_group_is_counted() {
    run --cgroup t --memory-max 64M -- sh -c '
        cd /sys/fs/cgroup/t && mkdir inner && echo $$ >inner/cgroup.procs && echo +memory >cgroup.subtree_control &&
        echo 16M >inner/memory.max && hog 1073741824; exit 4'
    exits_with 4
    reports reason oom
    number 'cgroup.oom_kills' "$(field cgroup.oom_kills)" '>' 0
    peak memory '<' $((64 * mib))
    gone "$cgroup/t"
}

# A group above has the smaller limit: the kernel kills, but not because of this run's limit.
test_a_limit_that_is_not_ours_is_not_called_ours() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/outer
    echo 48M >$cgroup/outer/memory.max
    run --cgroup outer/t --memory-max 512M -- hog $((1024 * mib))
    exits_with 137
    reports reason oom
    number 'cgroup.oom_kills' "$(field cgroup.oom_kills)" '>' 0
    says 'killed by the kernel: out of memory'
    case $(cat "$err") in
        *'memory.max 512'*) fail "the verdict blames this run's own limit: $(cat "$err")" ;;
    esac
    rmdir $cgroup/outer || fail 'the group above is not empty'
}

test_a_sigkill_is_not_taken_for_an_oom() {
    run --cgroup t --memory-max 64M -- sh -c 'kill -9 $$'
    exits_with 137
    reports reason signaled
    reports cgroup.oom_kills 0
    equals 'standard error' '' "$(cat "$err")"
}

test_a_timeout_is_a_timeout_though_memory_was_short() {
    run --cgroup t --memory-max 64M --cgroup-set memory.oom.group=0 -t 4 -k 300ms -- sh -c 'hog 1073741824; sleep 100'
    exits_with 124
    reports reason timeout
    reports cgroup.oom_kills 1
}

# Too little memory even for the exec: the run ends, and the cause is named.
test_a_limit_that_is_too_small_to_start_ends_at_once() {
    run --cgroup t --memory-max 64K -t 20 -- true
    case $status in
        125) says "is too small to start" ;;
        137) reports reason oom ;; # the command had just started
        *) fail "expected an end with 125 or 137, seen $status" ;;
    esac
    number 'lines on standard error' "$(wc -l <"$err")" '==' 1
    contains 'standard error' memory "$(cat "$err")"
    gone "$cgroup/t"
}

use_swap() {
    { mkswap /dev/vdb >/dev/null && swapon /dev/vdb; } || fail 'cannot swap on'
}

test_a_memory_limit_alone_allows_no_swap() {
    use_swap
    run --cgroup t --memory-max 48M -- hog $((80 * mib))
    swapoff /dev/vdb
    exits_with 137
    reports reason oom
    reports cgroup.limits.memory.swap.max 0
}

test_swap_can_be_allowed() {
    use_swap
    run --cgroup t --memory-max 48M --swap-max 200M -- hog $((80 * mib))
    swapoff /dev/vdb
    exits_with 0
    reports reason exited
    reports cgroup.limits.memory.swap.max $((200 * mib))
    reports cgroup.oom_kills 0
}

# memory.high slows the command and never kills it, hence the time limit.
test_memory_high_slows_and_is_counted() {
    run -v --cgroup t --memory-high 16M -t 3 -k 0 -- hog $((256 * mib))
    exits_with 124
    reports reason timeout
    reports cgroup.oom_kills 0
    reports cgroup.limits.memory.high $((16 * mib))
    number 'cgroup.memory_high_events' "$(field cgroup.memory_high_events)" '>' 0
    peak memory '<' $((64 * mib))
    says 'memory.high'
}

test_limit_and_peak_stand_side_by_side_in_the_summary() {
    run --summary --cgroup t --memory-max 64M -- hog $((32 * mib))
    exits_with 0
    # without memory.peak, the peak is that of the largest process, which is not what the limit counts
    line='3[0-9].* MiB.*64 MiB'
    kernel_has memory.peak || line='3[0-9].* MiB peak, the largest process'
    grep -q "$line" "$err" || fail "expected a line with: $line"
}

test_the_limit_holds_for_another_user() {
    run --uid 1000 --gid 1000 --cgroup t --memory-max 64M -- sh -c 'id -u; cat /proc/self/cgroup; hog 1073741824'
    exits_with 137
    equals 'standard output' '1000
0::/t' "$(cat "$out")"
    met_64_mib
}

test_memory_on_a_terminal_meets_the_limit_too() {
    run --pty --cgroup t --memory-max 64M -- hog $((1024 * mib))
    exits_with 137
    reports reason oom
    says "$(oom_verdict)"
}

# A service may be started with OOMScoreAdjust=-1000. A command that the kernel may not kill would hang at its limit
# forever.
test_a_hog_dies_though_its_parents_are_protected() {
    echo -1000 >/proc/self/oom_score_adj
    run --cgroup t --memory-max 64M -t 5 -k 0 -- hog $((1024 * mib))
    echo 0 >/proc/self/oom_score_adj
    exits_with 137
    met_64_mib
}

# The limit of an inner group was reached, but not the run's own.
test_a_limit_of_a_group_inside_is_not_taken_for_ours() {
    run --cgroup t --memory-max 300M -- sh -c 'g=/sys/fs/cgroup/t; mkdir $g/me $g/in; echo 0 >$g/me/cgroup.procs
        echo +memory >$g/cgroup.subtree_control; echo 20M >$g/in/memory.max; in_group $g/in 0 hog 100000000; exit 7'
    exits_with 7
    reports reason oom
    says 'killed by the kernel: out of memory (by the limit of a nested control group)'
}

test_another_signal_after_an_oom_kill_is_the_reason() {
    run --cgroup t --memory-max 32M --cgroup-set memory.oom.group=0 -- sh -c 'hog 100000000; kill -SEGV $$'
    exits_with 139
    reports reason signaled
    says "the kernel killed some of the command's processes: out of memory (memory.max 32 MiB"
}
