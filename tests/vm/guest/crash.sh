# netrunner, its shepherd or both are killed: no process and no group is left.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

# Kills at many moments, from before the group is made until the command runs. If both are killed, or netrunner before
# there was a shepherd, no process is left that knows of the group. Then the next run on its path removes it.
crash_at_many_moments() { # runner, shepherd or both
    moment=0
    while [ "$moment" -lt 17 ]; do
        # more densely at the start, when most steps happen
        delay=$((moment * moment * 400 + moment * 1500))
        moment=$((moment + 1))
        rm -f "$work/pid" "$work/ready"
        start --cgroup t --memory-max 64M -k 200ms -- sh -c "echo \$\$ >$work/pid; ignore_signals $work/ready 15"
        usleep $delay
        shepherd=$(shepherd_of "$runner")
        case $1 in
            runner) kill_quietly "$runner" ;;
            shepherd) kill_quietly $shepherd ;;
            both) kill_all "$shepherd" "$runner" ;;
        esac
        # Too early: there is no shepherd yet, so kill netrunner instead.
        [ "$1$shepherd" != shepherd ] || kill_quietly "$runner"
        finish
        [ -z "$shepherd" ] || wait_until is_dead "$shepherd"
        what="$1 killed after $delay us"
        if [ "$1" = both ] || [ -z "$shepherd" ]; then
            run --cgroup t -- true
            equals "the status of the next run, $what" 0 "$status"
            is_gone $cgroup/t || { fail "$what: the group stays after the next run"; return; }
        fi
        wait_until is_gone $cgroup/t || { fail "$what: the group stays ($(members $cgroup/t))"; return; }
        [ -s "$work/pid" ] || continue
        wait_until is_dead "$(cat "$work/pid")" || { fail "$what: the command lives"; return; }
    done
}

test_netrunner_is_killed_at_any_moment() { crash_at_many_moments runner; }
test_the_shepherd_is_killed_at_any_moment() { crash_at_many_moments shepherd; }
test_both_are_killed_at_any_moment() { crash_at_many_moments both; }

start_stubborn() { # ARGUMENT...
    rm -f "$work/ready"
    start "$@" -- sh -c "$stubborn"
    wait_until has_line "$work/ready" ready
    wait_until has_members "$cgroup/$path"
    shepherd=$(shepherd_of "$runner")
    [ -n "$shepherd" ] || fail 'no shepherd'
}

test_netrunner_is_killed() {
    path=a/t
    start_stubborn --cgroup a/t --memory-max 64M -k 300ms
    kill_quietly "$runner"
    finish
    exits_with 137
    wait_until is_gone $cgroup/a
}

test_the_shepherd_is_killed() {
    path=a/t
    start_stubborn --cgroup a/t --memory-max 64M -k 300ms
    kill_quietly "$shepherd"
    finish
    exits_with 125
    reports reason lost
    says shepherd
    gone "$cgroup/a"
}

test_the_leftover_of_a_killed_run_is_used_by_the_next() {
    path=t
    start_stubborn --cgroup t --memory-max 64M
    kill_all "$shepherd" "$runner"
    finish
    first=$(sed -n '1s/ready //p' "$work/ready")
    is_alive "$first" || fail 'nothing was left to be removed'
    run -v --cgroup t --memory-max 32M -- sh -c 'cat /proc/self/cgroup /sys/fs/cgroup/t/memory.max; cat /sys/fs/cgroup/t/memory.events'
    exits_with 0
    contains 'standard output' "$(printf '0::/t\n33554432')" "$(cat "$out")"
    says "$cgroup/t"
    says 'killed'
    is_dead "$first" || fail 'the process of the killed run lives'
    gone "$cgroup/t"
}

# The counters start again for the next run.
test_a_leftovers_figures_are_not_the_next_runs() {
    path=t
    start_stubborn --cgroup t --memory-max 64M --cgroup-set memory.oom.group=0
    in_group $cgroup/t 0 hog 1073741824 2>/dev/null
    kill_all "$shepherd" "$runner"
    finish
    run --cgroup t --memory-max 64M -- sh -c 'exit 4'
    exits_with 4
    reports reason exited
    reports cgroup.oom_kills 0
}

test_a_leftover_with_nested_and_frozen_groups_is_cleared() {
    path=t
    start_stubborn --cgroup t
    mkdir -p $cgroup/t/inner/most
    sleep 100 &
    echo $! >$cgroup/t/inner/most/cgroup.procs
    echo 1 >$cgroup/t/cgroup.freeze
    kill_all "$shepherd" "$runner"
    finish
    run --cgroup t -- true
    exits_with 0
    gone "$cgroup/t"
}

# The parents were made for the killed run only.
test_the_parents_of_a_leftover_are_removed_too() {
    path=a/t
    start_stubborn --cgroup a/t
    kill_all "$shepherd" "$runner"
    finish
    run --cgroup a/t -- true
    exits_with 0
    gone "$cgroup/a"
}

# netrunner did not make an adopted group: the group stays, but the killed run's processes in it are ended.
test_a_leftover_in_an_adopted_group_is_cleared() {
    mkdir $cgroup/t
    path=t
    start_stubborn --cgroup t
    kill_all "$shepherd" "$runner"
    finish
    run --cgroup t -- true
    exits_with 0
    still_there "$cgroup/t"
    equals 'processes left in it' '' "$(members $cgroup/t)"
    rmdir $cgroup/t
}

test_netrunner_is_killed_with_an_adopted_group() {
    mkdir $cgroup/t
    path=t
    start_stubborn --cgroup t -k 300ms
    kill_quietly "$runner"
    finish
    wait_until nobody_is_in $cgroup/t
    usleep 200000
    still_there "$cgroup/t"
    rmdir $cgroup/t
}

# Killed as by the kernel's out-of-memory killer or by an administrator.
test_a_group_that_is_killed_from_outside() {
    path=t
    start_stubborn --cgroup t
    if kernel_has cgroup.kill; then
        echo 1 >$cgroup/t/cgroup.kill
    else
        # shellcheck disable=SC2046 # words
        kill_quietly $(members $cgroup/t)
    fi
    finish
    exits_with 137
    reports reason signaled
    gone "$cgroup/t"
}

test_a_group_with_a_made_up_name_is_cleared_by_the_next_run() {
    start --memory-max 64M -- daemonize "$work/ready" ignore stay
    wait_until has_line "$work/ready" ready
    shepherd=$(shepherd_of $runner)
    kill -STOP "$shepherd"
    kill_all "$shepherd" "$runner"
    finish
    run --memory-max 64M -- true
    exits_with 0
    says 'ended the processes left in'
    equals 'groups' '' "$(find $cgroup -mindepth 1 -name 'run-*')"
    wait_until is_dead "$(sed 's/ready //' "$work/ready")"
}
