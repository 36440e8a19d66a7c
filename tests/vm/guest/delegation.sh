# A user in a part of the tree that is delegated to that user, as systemd does it.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

delegate() { # GROUP
    for controller in memory pids cpu; do echo +$controller >$cgroup/cgroup.subtree_control; done
    mkdir "$cgroup/$1"
    chown 1000:1000 "$cgroup/$1" "$cgroup/$1/cgroup.procs" "$cgroup/$1/cgroup.subtree_control" "$cgroup/$1/cgroup.threads"
}

# The group is unchanged: no group of netrunner inside and no controller enabled.
untouched() { # GROUP
    equals 'groups inside' '' "$(find "$cgroup/$1" -mindepth 1 -type d)"
    equals 'controllers enabled inside' '' "$(cat "$cgroup/$1/cgroup.subtree_control")"
}

give_back() { rmdir "$cgroup/$1" || fail "something is left in $1"; }

test_a_group_without_limits() {
    delegate user
    run_in $cgroup/user 1000 --cgroup t -- sh -c 'id -u; cat /proc/self/cgroup'
    exits_with 0
    equals 'standard output' '1000
0::/user/t' "$(cat "$out")"
    untouched user
    give_back user
}

# netrunner is the only process there. It moves itself into a leaf group, so that controllers can be enabled, and back.
test_limits_for_the_only_process() {
    delegate user
    run_in $cgroup/user 1000 --cgroup-base self --cgroup t --memory-max 64M --pids-max 9 -- \
        sh -c 'cat /proc/self/cgroup $0/t/memory.max $0/t/pids.max' $cgroup/user
    exits_with 0
    equals 'standard output' '0::/user/t
67108864
9' "$(cat "$out")"
    reports cgroup.path "$cgroup/user/t"
    untouched user
    give_back user
}

test_a_users_hog_dies_of_its_limit() {
    delegate user
    run_in $cgroup/user 1000 --memory-max 64M -- hog 1073741824
    exits_with 137
    reports reason oom
    says "$(oom_verdict)"
    untouched user
    give_back user
}

test_netrunner_is_killed_after_it_made_room() {
    delegate user
    start_in $cgroup/user 1000 -k 300ms --cgroup t --memory-max 64M -- ignore_signals "$work/ready" 15
    wait_until has_line "$work/ready" ready
    kill_quietly $runner
    finish
    wait_until is_gone $cgroup/user/t
    wait_until is_dead "$(sed 's/ready //' "$work/ready")"
    usleep 300000
    untouched user
    give_back user
}

test_another_process_in_the_way_is_named() {
    delegate user
    in_group $cgroup/user 1000 sleep 100 &
    resident=$!
    wait_until has_members $cgroup/user
    run_in $cgroup/user 1000 --cgroup t --memory-max 64M -- echo never
    refused memory "$cgroup/user" "$resident" sleep systemd-run
    is_alive $resident || fail 'the process that was in the group was killed'
    untouched user
    kill $resident
    wait_until is_dead $resident
    give_back user
}

test_a_group_that_is_not_delegated() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/user
    run_in $cgroup/user 1000 --cgroup t --memory-max 64M -- echo never
    refused "$cgroup/user" systemd-run
    run_in $cgroup/user 1000 --cgroup t -- echo never
    refused "$cgroup/user/t" systemd-run
    untouched user
    give_back user
}

# The user may make a group there, but not move a process into it: cgroup.procs of the common ancestor is not writable.
test_a_delegated_group_from_outside_of_it() {
    delegate user
    mkdir $cgroup/session
    run_in $cgroup/session 1000 --cgroup-base $cgroup/user --cgroup t -- echo never
    refused "$cgroup/user/t" cgroup.procs
    untouched user
    rmdir $cgroup/session
    give_back user
}

test_a_controller_that_was_not_delegated_is_named() {
    delegate user
    run_in $cgroup/user 1000 --cgroup t --cpuset 0 -- echo never
    refused cpuset "$cgroup/user" 'not available'
    untouched user
    give_back user
}

test_a_users_nested_groups_that_are_closed_are_removed() {
    delegate user
    run_in $cgroup/user 1000 --cgroup t -- sh -c 'cd $0/user/t && mkdir -p a/b && chmod 000 a/b a' $cgroup
    exits_with 0
    equals 'standard error' '' "$(cat "$err")"
    untouched user
    give_back user
}

test_a_users_leftover_is_cleared_by_the_next_run() {
    delegate user
    start_in $cgroup/user 1000 --cgroup t -- daemonize "$work/ready" ignore stay
    wait_until has_line "$work/ready" ready
    kill_all "$(shepherd_of $runner)" $runner
    finish
    is_alive "$(sed 's/ready //' "$work/ready")" || fail 'nothing was left to be removed'
    run_in $cgroup/user 1000 --cgroup t -- true
    exits_with 0
    untouched user
    give_back user
}

test_the_superuser_finds_the_root_and_can_ask_for_his_own() {
    echo +memory >$cgroup/cgroup.subtree_control
    mkdir $cgroup/kept
    run_in $cgroup/kept 0 --cgroup t -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/t
    run_in $cgroup/kept 0 --cgroup-base self --cgroup t -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/kept/t
    run_in $cgroup/kept 0 --cgroup-base self --cgroup t --memory-max 64M -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/kept/t
    rmdir $cgroup/kept
}
