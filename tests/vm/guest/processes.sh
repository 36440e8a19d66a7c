# Limits on the number of processes.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

test_a_fork_bomb_is_stopped_and_ended() {
    run --cgroup t --pids-max 20 -t 2 -k 300ms -- fork_bomb "$work/ready"
    exits_with 124
    exists "$work/ready" || fail 'the bomb was not started'
    reports reason timeout
    reports cgroup.limits.pids.max 20
    # a process that is just being forked may not be counted
    peak pids '>=' 19
    peak pids '<=' 20
    number 'cgroup.pids_refused' "$(field cgroup.pids_refused)" '>' 0
    reports survivors '[]'
    gone "$cgroup/t"
}

# The bomb grows to its user's process limit. With so many processes it takes long until each has run once and can die.
test_a_bomb_without_a_limit_is_ended_too() {
    run --cgroup t --uid 1000 --gid 1000 --rlimit NPROC=100 -t 1 -k 0 -- fork_bomb "$work/ready"
    exits_with 124
    reports survivors '[]'
    gone "$cgroup/t"
}

test_a_bomb_whose_first_process_is_gone_is_ended() {
    run --cgroup t --pids-max 20 -k 0 -- sh -c 'fork_bomb '"$work/ready"' & while ! [ -e '"$work/ready"' ]; do :; done; exit 5'
    exits_with 5
    reports reason exited
    gone "$cgroup/t"
}

# The limit is the command's: netrunner and its shepherd are outside the group, and the first process always fits.
test_netrunner_does_not_count() {
    run --cgroup t --pids-max 1 -- sh -c 'read -r now <'$cgroup'/t/pids.current; echo "$now"'
    exits_with 0
    prints 1
    peak pids '==' 1
    reports cgroup.pids_refused 0
}

test_a_refused_fork_is_counted() {
    run --cgroup t --pids-max 1 -- sh -c 'sleep 0; echo not reached'
    number 'the exit status' "$status" '>' 0
    reports cgroup.pids_refused 1
}
