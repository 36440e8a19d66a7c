# At the end no process and no group of the command is left, whatever the command does.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

test_a_tree_that_ignores_term_is_killed() {
    run --cgroup t -t 1 -k 500ms -- sh -c 'trap "" TERM; ignore_signals - 15 & ignore_signals - 15'
    exits_with 124
    reports reason timeout
    grep -q 'sent SIGTERM, [0-9.]*m*s later SIGKILL$' "$err" || fail 'expected: sent SIGTERM, 500ms later SIGKILL'
    gone "$cgroup/t"
}

test_daemons_are_ended() {
    run --cgroup t -k 300ms -- daemonize "$work/ready" close ignore clear 3
    exits_with 3
    reports reason exited
    gone "$cgroup/t"
}

# The process has left the group, but is still in the tree.
test_who_moved_to_another_group_is_ended() {
    mkdir $cgroup/elsewhere
    run --cgroup t -t 1 -k 300ms -- sh -c '
        echo $$ >/sys/fs/cgroup/elsewhere/cgroup.procs; cat /proc/self/cgroup; exec ignore_signals - 15'
    exits_with 124
    contains 'standard output' 0::/elsewhere "$(cat "$out")"
    equals 'processes left there' '' "$(members $cgroup/elsewhere)"
    gone "$cgroup/t"
    rmdir $cgroup/elsewhere
}

test_a_daemon_that_moved_to_another_group_is_ended() {
    mkdir $cgroup/elsewhere
    run --cgroup t -k 300ms -- sh -c "
        sh -c 'echo 0 >$cgroup/elsewhere/cgroup.procs; exec daemonize $work/ready close ignore clear'
        while ! [ -e $work/ready ]; do usleep 10000; done"
    exits_with 0
    equals 'processes left there' '' "$(members $cgroup/elsewhere)"
    gone "$cgroup/t"
    rmdir $cgroup/elsewhere
}

test_nested_groups_are_removed() {
    run --cgroup t -k 300ms -- sh -c '
        cd /sys/fs/cgroup/t && mkdir -p a/b/c d && sleep 100 & echo $! >/sys/fs/cgroup/t/a/b/c/cgroup.procs
        until [ -d /sys/fs/cgroup/t/d ]; do usleep 10000; done; exit 7'
    exits_with 7
    gone "$cgroup/t"
}

test_nested_groups_that_are_closed_to_all_are_removed() {
    run --cgroup t -- sh -c 'cd /sys/fs/cgroup/t && mkdir -p a/b && chmod 000 a/b a .'
    exits_with 0
    equals 'standard error' '' "$(cat "$err")"
    gone "$cgroup/t"
}

test_a_frozen_nested_group_is_ended() {
    run --cgroup t -k 300ms -- sh -c '
        mkdir /sys/fs/cgroup/t/cold && cd /sys/fs/cgroup/t/cold
        sleep 100 &
        echo $! >cgroup.procs && echo 1 >cgroup.freeze
        until grep -q "frozen 1" cgroup.events; do usleep 10000; done
        exit 8'
    exits_with 8
    reports reason exited
    reports survivors '[]'
    gone "$cgroup/t"
}

test_a_command_that_freezes_itself_is_ended() {
    run --cgroup t -t 1 -k 300ms -- sh -c 'echo 1 >/sys/fs/cgroup/t/cgroup.freeze; sleep 100'
    exits_with 124
    reports reason timeout
    gone "$cgroup/t"
}

# Another process that was moved into the group is ended with it.
test_who_was_moved_into_the_group_is_ended() {
    start --cgroup t -k 300ms -- sh -c "echo ready >$work/ready; read -r _ <$work/go"
    mkfifo $work/go
    wait_until exists $work/ready
    sleep 100 &
    stranger=$!
    echo $stranger >$cgroup/t/cgroup.procs
    echo go >$work/go
    finish
    exits_with 0
    wait_until is_dead $stranger
    gone "$cgroup/t"
}

# Left on purpose: the group now belongs to the orphan, and no later run takes it for a leftover.
test_an_orphan_that_may_live_keeps_its_group() {
    run --cgroup t --orphans leave -- sh -c "sleep 100 & echo \$! >$work/pid"
    exits_with 0
    orphan=$(cat $work/pid)
    is_alive "$orphan" || fail 'the orphan is dead'
    equals 'the group' "$orphan " "$(members $cgroup/t)"
    run --cgroup t -- echo never
    refused "$cgroup/t" "$orphan"
    is_alive "$orphan" || fail 'the orphan was killed by the next run'
    kill "$orphan"
    wait_until is_dead "$orphan"
    run --cgroup t -- true
    exits_with 0
    rmdir $cgroup/t
}

test_orphans_leave_without_orphans_leaves_no_group() {
    run --cgroup t --orphans leave -- true
    exits_with 0
    gone "$cgroup/t"
}

test_orphans_are_waited_for_in_their_group() {
    run --cgroup t --orphans wait -- sh -c '(sleep 1; echo late) & exit 9'
    exits_with 9
    prints late
    gone "$cgroup/t"
}

test_a_stop_from_outside_ends_the_group() {
    start --cgroup t -k 300ms -- sh -c "ignore_signals $work/ready 15 & ignore_signals $work/ready 15"
    wait_until has_line $work/ready 'ready.*'
    wait_until has_members $cgroup/t
    kill -TERM $runner
    finish
    exits_with 143
    reports reason cancelled
    gone "$cgroup/t"
}
