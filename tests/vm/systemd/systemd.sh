# On a machine whose first process is systemd: a user in a scope, and services.
# shellcheck shell=dash disable=SC2013,SC2016,SC2034,SC2086,SC2154

users=$cgroup/user.slice/user-1000.slice/user@1000.service
job=/run/systemd/system/job.service
scope='systemd-run --user --scope --quiet -p Delegate=yes'

# As the user, in a new login session: session COMMAND...
session() {
    systemd-run --quiet --pipe --wait --collect --uid=1000 -p PAMName=login --working-directory="$work" within 40 "$@"
}

in_session() { # ARGUMENT...
    new_run
    asked="in a user's session: netrunner run $*"
    session netrunner run --report "$report" "$@" >"$out" 2>"$err" </dev/null
    status=$?
}

in_scope() { # ARGUMENT...
    new_run
    asked="in a user's session: $scope -- netrunner run $*"
    session $scope -- netrunner run --report "$report" "$@" >"$out" 2>"$err" </dev/null
    status=$?
}

# In the background, as job.scope; call finish later.
start_scope() { # ARGUMENT...
    new_run
    asked="in a user's session: $scope -- netrunner run $*"
    session $scope --unit job -- netrunner run --report "$report" "$@" >"$out" 2>"$err" </dev/null &
    runner=$!
}

# Runs systemctl for the user's own systemd.
his_systemctl() { session systemctl --user "$@"; }

# Writes a unit file: service LINE... -- ARGUMENT..., in systemd's quoting.
service() {
    new_run
    echo '[Service]' >$job
    until [ "$1" = -- ]; do
        echo "$1" >>$job
        shift
    done
    shift
    asked="a service: netrunner run $*"
    echo "ExecStart=netrunner run --report $report $*" >>$job
    printf 'StandardOutput=append:%s\nStandardError=append:%s\n' "$out" "$err" >>$job
    systemctl daemon-reload
}

start_service() {
    systemctl start job.service 2>/dev/null
    status=$?
}
stop_service() {
    within 10 systemctl stop job.service
    status=$?
}
result() { systemctl show --value -p Result job.service; }

# A command that SIGTERM does not end, with a daemon in another session. Both write `ready PID`.
stubborn_tree() {
    printf 'daemonize %s ignore\nexec ignore_signals %s 1 2 15\n' "$work/ready" "$work/ready" >"$work/tree"
    rm -f "$work/ready"
}
tree_is_ready() { [ "$(grep -c ready "$work/ready")" = 2 ]; }
tree_is_dead() {
    for pid in $(sed 's/ready //' "$work/ready"); do
        is_dead "$pid" || fail "process $pid lives on, in $(cat "/proc/$pid/cgroup")"
    done
}

# ---- a user

test_a_users_hog_in_a_scope_of_his_own() {
    in_scope --cgroup build/x --memory-max 64M -- hog 1073741824
    exits_with 137
    reports reason oom
    reports cgroup.limits.memory.max 67108864
    says 'killed by the kernel: out of memory (memory.max 64 MiB, peak 64 MiB)'
    contains cgroup.path "$users/app.slice/run-" "$(field cgroup.path)"
    contains cgroup.path '.scope/build/x' "$(field cgroup.path)"
}

# systemd would remove what is left together with the scope, so a keeper process in an inner group keeps the scope
# alive.
test_nothing_is_left_in_a_users_scope() {
    cat >"$work/keep" <<'END'
group=/sys/fs/cgroup$(cut -d : -f 3 /proc/self/cgroup)
mkdir "$group/keeper"
sh -c 'echo 0 >"$0/keeper/cgroup.procs"; touch kept; until [ -e seen ]; do usleep 50000; done' "$group" &
until [ -e kept ]; do usleep 10000; done
echo "$group" >group
exec "$@"
END
    new_run
    asked='in a scope that another process keeps: netrunner run --cgroup build/x --memory-max 64M -- hog 1073741824'
    session $scope -- sh "$work/keep" netrunner run --report "$report" --cgroup build/x --memory-max 64M -- \
        hog 1073741824 >"$out" 2>"$err" </dev/null &
    runner=$!
    wait_until has_line "$report" oom
    group=$(cat "$work/group")
    wait_until is_empty "$group"
    equals 'groups inside' "$group/keeper" "$(find "$group" -mindepth 1 -type d)"
    equals 'controllers enabled inside' '' "$(cat "$group/cgroup.subtree_control")"
    touch "$work/seen"
    finish
    exits_with 137
}
is_empty() { ! has_members "$1"; }

test_a_users_limits_as_far_as_they_are_delegated() {
    in_scope --cgroup build/x --memory-max 64M --pids-max 9 --cpu-max 0.5 -- sh -c \
        'cd /sys/fs/cgroup$(cut -d : -f 3 /proc/self/cgroup) && cat memory.max pids.max cpu.max'
    exits_with 0
    prints '67108864
9
50000 100000'
    in_scope --cgroup build/x --cpu-max 0.2 -- burn 2
    exits_with 0
    number cgroup.cpu_throttled "$(field cgroup.cpu_throttled)" '>' 0.5
    in_scope --cgroup build/x --pids-max 5 -t 1 -k 200ms -- fork_bomb -
    exits_with 124
    number cgroup.pids_peak "$(field cgroup.pids_peak)" '<=' 5
    number cgroup.pids_refused "$(field cgroup.pids_refused)" '>' 0
    in_scope --cgroup build/x --cpuset 0 -- echo never
    refused cpuset 'not available'
}

test_a_users_limits_last() {
    start_scope --cgroup build/x --memory-max 64M --pids-max 9 --cpu-max 0.5 -- ignore_signals "$work/ready" 1
    wait_until has_line "$work/ready" ready
    his_systemctl daemon-reload
    group=$users/app.slice/job.scope/build/x
    equals 'the limits' '67108864
9
50000 100000' "$(cat $group/memory.max $group/pids.max $group/cpu.max)"
    his_systemctl stop job.scope
    finish
    exits_with 143
}

test_a_users_session_is_told_what_to_do() {
    in_session --cgroup build/x --memory-max 64M -- echo never
    refused memory session- 'systemd-run --user --scope -p Delegate=yes'
    in_session --pids-max 9 -- echo never
    refused pids session- 'systemd-run --user --scope -p Delegate=yes'
    in_session --cgroup build/x -- echo never
    refused session- 'systemd-run --user --scope -p Delegate=yes'
}

test_a_users_scope_is_stopped() {
    stubborn_tree
    start_scope --cgroup build/x --memory-max 64M -k 300ms -- sh "$work/tree"
    wait_until tree_is_ready
    his_systemctl stop job.scope
    tree_is_dead
    finish
    exits_with 143
    reports reason cancelled
}

# ---- services

test_a_oneshot_service() {
    for delegate in yes no; do
        service Type=oneshot Delegate=$delegate -- --cgroup job --pids-max 10 -- \
            cat /proc/self/cgroup /sys/fs/cgroup/job/pids.max
        start_service
        exits_with 0
        prints '0::/job
10'
        reports cgroup.limits.pids.max 10
        gone $cgroup/job
    done
}

# systemd would remove what is left together with the service, so ExecStopPost looks before.
test_a_service_with_a_group_inside_its_own() {
    group=$cgroup/system.slice/job.service
    service Type=oneshot Delegate=yes "ExecStopPost=sh -c 'find $group -type d; cat $group/cgroup.subtree_control'" -- \
        --cgroup-base self --cgroup job --pids-max 10 -- cat /proc/self/cgroup
    start_service
    exits_with 0
    prints "0::/system.slice/job.service/job
$group
$group/.control"
}

test_a_services_hog() {
    service Type=oneshot Delegate=yes -- --cgroup-base self --cgroup job --memory-max 64M -- hog 1073741824
    start_service
    equals "the service's result" signal "$(result)"
    reports status 137
    reports reason oom
    says 'killed by the kernel: out of memory'
}

test_a_services_limits_last() {
    service Type=exec Delegate=yes -- --cgroup-base self --cgroup job --memory-max 64M --cpuset 0 -- \
        ignore_signals "$work/ready" 1
    start_service
    wait_until has_line "$work/ready" ready
    systemctl daemon-reload
    group=$cgroup/system.slice/job.service/job
    equals 'the limits' '67108864
0' "$(cat $group/memory.max $group/cpuset.cpus)"
    stop_service
    equals "the service's result" success "$(result)"
}

test_a_service_is_stopped() {
    for delegate in yes no; do
        for base in root self; do
            stubborn_tree
            service Type=exec Delegate=$delegate -- --cgroup-base $base --cgroup job --pids-max 10 -k 300ms -- \
                sh $work/tree
            start_service
            wait_until tree_is_ready
            stop_service
            exits_with 0
            equals "the service's result" success "$(result)"
            reports reason cancelled
            tree_is_dead
            gone $cgroup/job
            gone $cgroup/system.slice/job.service
        done
    done
}

# systemd kills netrunner and its helpers at once when TimeoutStopSec is over.
test_a_service_is_killed() {
    stubborn_tree
    service Type=exec Delegate=yes KillMode=mixed TimeoutStopSec=1 -- --cgroup-base self --cgroup job --pids-max 10 \
        -k 30s -- sh $work/tree
    start_service
    wait_until tree_is_ready
    stop_service
    equals "the service's result" timeout "$(result)"
    tree_is_dead
    gone $cgroup/system.slice/job.service
}

# ---- services that are not delegated

# A group at the root does not belong to the service: systemd cannot end its processes when it kills netrunner and its
# helpers at once. systemd sends SIGTERM to netrunner and to the shepherd: together they are one request.
test_a_service_has_the_time_to_stop() {
    printf 'trap "usleep 500000; touch %s; exit 0" TERM\ntouch %s\nwhile :; do usleep 20000; done\n' \
        "$work/stopped" "$work/started" >"$work/slow"
    for attempt in 1 2 3 4 5 6 7 8; do
        rm -f "$work/stopped" "$work/started"
        service Type=exec -- -v --cgroup job --pids-max 10 -k 10s -- sh $work/slow
        start_service
        wait_until exists "$work/started"
        stop_service
        exists "$work/stopped" || { fail "attempt $attempt: it was killed while it stopped"; return; }
    done
}

reload_both() {
    systemctl daemon-reload
    his_systemctl daemon-reload
}

# If systemd has not delegated a group, it disables the controllers that netrunner has enabled, and the limits go with
# them.
limits_are_taken() { # GROUP FILE
    exists "$1/$2" || fail "there is no $1/$2"
    reload_both
    gone "$1/$2"
}

test_limits_that_systemd_takes_away_are_said_to_be_gone() {
    service Type=exec -- --cgroup-base self --cgroup job --memory-max 64M -- ignore_signals "$work/ready" 1
    start_service
    wait_until has_line "$work/ready" ready
    limits_are_taken $cgroup/system.slice/job.service/job memory.max
    stop_service
    says "another process changed memory.max of '$cgroup/system.slice/job.service/job' during the run: it was '67108864', now it is gone"
}

test_limits_that_a_users_systemd_takes_away_are_said_to_be_gone() {
    scope='systemd-run --user --scope --quiet'
    start_scope --cgroup job --memory-max 64M -- sh -c 'echo >ready; sleep 3'
    wait_until exists "$work/ready"
    if [ "$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -gt 252 ]; then
        # The systemd 257 of Debian 13 leaves the limits of a user's scope alone.
        reload_both
        exists $users/app.slice/job.scope/job/memory.max || fail 'the limit is gone'
        finish
        exits_with 0
        return
    fi
    limits_are_taken $users/app.slice/job.scope/job memory.max
    finish
    exits_with 125
    says 'another process changed memory.max'
}

# systemd stops a service that is not delegated if the kernel kills a process in it. The kernel counts a group that is
# killed as a whole twice, and systemd kills the service at the second count. Then netrunner cannot report anything.
job_is_over() {
    case $(systemctl show --value -p ActiveState job.service) in
        failed | inactive) ;;
        *) return 1 ;;
    esac
}

test_a_hog_in_a_service_that_is_not_delegated() {
    service Type=oneshot -- --cgroup-base self --cgroup job --memory-max 64M -- hog 1073741824
    start_service
    wait_until job_is_over
    [ "$(result)" = oom-kill ] || fail "systemd calls it $(result)"
    if [ -s "$report" ]; then
        reports reason oom
        says 'killed by the kernel: out of memory'
    fi
}

test_a_hog_in_a_scope_that_is_not_delegated() {
    scope='systemd-run --user --scope --quiet'
    in_scope --cgroup job --memory-max 64M -- hog 1073741824
    if [ -s "$report" ]; then
        reports reason oom
        says 'killed by the kernel: out of memory'
    else
        exits_with 137
    fi
}

test_a_service_is_told_what_to_do() {
    service Type=oneshot -- --cgroup-base self --cgroup job --cpuset 0 -- echo never
    start_service
    reports status 125
    says Delegate=yes
    case $(cat "$err") in
        *--user*) fail 'a service of the system has no --user' ;;
    esac
}
