# Where groups are made, by which process, and who removes them.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

test_controllers_are_enabled_on_the_way_down() {
    equals 'the controllers before' '' "$(cat $cgroup/cgroup.subtree_control)"
    run --cgroup a/b/c --memory-max 64M --pids-max 9 -- \
        sh -c 'cat /proc/self/cgroup; cd /sys/fs/cgroup; cat a/cgroup.subtree_control a/b/cgroup.subtree_control a/b/c/pids.max'
    exits_with 0
    equals 'standard output' '0::/a/b/c
memory pids
memory pids
9' "$(cat "$out")"
    gone "$cgroup/a"
}

test_parents_that_were_there_stay() {
    mkdir $cgroup/kept
    run --cgroup kept/b/c --pids-max 9 -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/kept/b/c
    gone "$cgroup/kept/b"
    rmdir $cgroup/kept || fail 'the existing parent group was removed'
}

test_an_empty_group_is_adopted_and_stays() {
    mkdir $cgroup/t
    run --cgroup t --memory-max 64M -- sh -c 'cat /proc/self/cgroup; mkdir /sys/fs/cgroup/t/inner'
    exits_with 0
    prints 0::/t
    still_there "$cgroup/t"
    equals 'groups inside' '' "$(find $cgroup/t -mindepth 1 -type d)"
    run --cgroup t --memory-max 64M -- true
    exits_with 0
    rmdir $cgroup/t
}

# The figures are of this run, not of everything that was ever in the group.
test_an_adopted_group_reports_this_runs_figures() {
    mkdir $cgroup/t
    run --cgroup t --memory-max 64M -- hog 1073741824
    exits_with 137
    reports reason oom
    run --cgroup t --memory-max 64M -- sh -c 'kill -9 $$'
    exits_with 137
    reports reason signaled
    reports cgroup.oom_kills 0
    rmdir $cgroup/t
}

test_a_populated_group_is_refused() {
    mkdir $cgroup/t
    in_group $cgroup/t 0 sleep 100 &
    resident=$!
    wait_until has_members $cgroup/t
    run --cgroup t -- echo never
    refused "$cgroup/t" "$resident" sleep
    is_alive $resident || fail 'the process that was in the group was killed'
    kill $resident
    wait_until is_dead $resident
    rmdir $cgroup/t || fail 'the existing group was removed'
}

test_a_group_with_groups_inside_is_refused() {
    mkdir -p $cgroup/t/inner
    run --cgroup t -- echo never
    refused "$cgroup/t"
    rmdir $cgroup/t/inner $cgroup/t || fail 'an existing group was removed'
}

test_the_second_run_on_a_path_is_refused() {
    start --cgroup t --memory-max 64M -- sh -c "echo ready >$work/ready; read -r _ <$work/go; exit 6"
    mkfifo $work/go
    wait_until exists $work/ready
    first_out=$out first_report=$report first_err=$err
    run --cgroup t -- echo never
    refused "$cgroup/t" 'in use' "$runner"
    echo go >$work/go
    out=$first_out report=$first_report err=$first_err
    finish
    exits_with 6
    reports reason exited
    gone "$cgroup/t"
    run --cgroup t -- true
    exits_with 0
}

test_a_path_that_ends_with_a_slash_is_for_many() {
    start --cgroup many/ -- sh -c "echo ready >$work/ready; read -r _ <$work/go; cat /proc/self/cgroup"
    mkfifo $work/go
    wait_until exists $work/ready
    first_out=$out
    run --cgroup many/ -- cat /proc/self/cgroup
    exits_with 0
    second=$(cat "$out")
    echo go >$work/go
    finish
    exits_with 0
    contains 'the first group' 0::/many/ "$(cat "$first_out")"
    contains 'the second group' 0::/many/ "$second"
    [ "$second" != "$(cat "$first_out")" ] || fail 'both were in the same group'
    gone "$cgroup/many"
}

test_a_run_inside_a_run() {
    run --cgroup t --memory-max 64M -- netrunner run --cgroup-base self --cgroup inner -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/t/inner
    gone "$cgroup/t"
}

test_the_base_can_be_a_directory() {
    echo +pids >$cgroup/cgroup.subtree_control
    mkdir $cgroup/kept
    run --cgroup-base $cgroup/kept --cgroup t --pids-max 9 -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/kept/t
    NETRUNNER_CGROUP_BASE=$cgroup/kept run --cgroup t --pids-max 9 -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/kept/t
    rmdir $cgroup/kept
}

test_a_base_that_is_no_control_group_is_refused() {
    run --cgroup-base /tmp --cgroup t --pids-max 9 -- echo never
    refused /tmp 'cgroup v2'
}

test_the_depth_limit_of_a_group_above_is_named() {
    mkdir $cgroup/kept
    echo 1 >$cgroup/kept/cgroup.max.depth
    run --cgroup kept/a/b -- echo never
    refused "$cgroup/kept/a/b" cgroup.max.depth
    gone "$cgroup/kept/a"
    rmdir $cgroup/kept
}

# The parent becomes "domain threaded": groups made in it cannot hold processes.
test_a_threaded_group_cannot_be_a_parent() {
    mkdir -p $cgroup/kept/threads
    echo threaded >$cgroup/kept/threads/cgroup.type
    run --cgroup kept/t -- echo never
    refused "$cgroup/kept" threaded
    run --cgroup kept/t --memory-max 64M -- echo never
    refused "$cgroup/kept"
    equals 'groups inside' "$cgroup/kept/threads" "$(find $cgroup/kept -mindepth 1 -type d)"
    rmdir $cgroup/kept/threads $cgroup/kept
}

# A group may not have processes and controllers for inner groups at the same time.
test_processes_of_others_in_a_parent_are_named() {
    mkdir $cgroup/kept
    in_group $cgroup/kept 0 sleep 100 &
    resident=$!
    wait_until has_members $cgroup/kept
    run --cgroup kept/t --memory-max 64M -- echo never
    refused memory "$cgroup/kept" "$resident" sleep
    run --cgroup kept/t --pids-max 9 -- echo never
    refused pids "$cgroup/kept" "$resident" sleep
    equals 'the type of the group' domain "$(cat $cgroup/kept/cgroup.type)"
    kill $resident
    wait_until is_dead $resident
    rmdir $cgroup/kept || fail 'something is left in it'
}

# Settings of a run do not stay in the group for the next user.
test_an_adopted_group_has_its_settings_back() {
    echo '+memory +pids +io' >$cgroup/cgroup.subtree_control
    mkdir $cgroup/kept
    echo 77 >$cgroup/kept/pids.max
    disk=$(cat /sys/block/vda/dev)
    echo "$disk wbps=5000000" >$cgroup/kept/io.max
    run --cgroup kept --memory-max 32M --pids-max 5 --io-max "$disk wbps=1M rbps=1M" -- cat $cgroup/kept/pids.max
    prints 5
    equals memory.max max "$(cat $cgroup/kept/memory.max)"
    equals memory.swap.max max "$(cat $cgroup/kept/memory.swap.max)"
    equals memory.oom.group 0 "$(cat $cgroup/kept/memory.oom.group)"
    equals pids.max 77 "$(cat $cgroup/kept/pids.max)"
    equals io.max "$disk rbps=max wbps=5000000 riops=max wiops=max" "$(cat $cgroup/kept/io.max)"
    rmdir $cgroup/kept
}

# Orphans keep their limits, also if netrunner had to move itself into a leaf group to enable controllers.
test_an_orphan_that_is_left_keeps_its_limits() {
    echo +pids >$cgroup/cgroup.subtree_control
    mkdir $cgroup/room
    run_in $cgroup/room 0 --cgroup-base self --cgroup j --pids-max 7 --orphans leave -- sh -c 'sleep 40 >/dev/null 2>&1 & echo $!'
    exits_with 0
    orphan=$(cat "$out")
    equals pids.max 7 "$(cat $cgroup/room/j/pids.max)"
    kill "$orphan"
    wait_until is_dead "$orphan"
    rmdir $cgroup/room/j $cgroup/room/netrunner-* $cgroup/room
}

# A group's figures do not include a command that has left it.
test_processor_time_of_a_command_that_left_is_not_lost() {
    run --cgroup t -- sh -c 'echo 0 >/sys/fs/cgroup/cgroup.procs; burn 1'
    exits_with 0
    # On arm64 the command reads the clock without a system call, so its time is user time.
    spent=$(echo "$(field time.user) $(field time.system)" | awk '{ print $1 + $2 }')
    number 'user and system time' "$spent" '>' 0.3
}
