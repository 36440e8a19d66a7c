# Limits on the group around all jobs of a batch, and on the group of each job inside it.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

# Runs `netrunner batch ARGUMENT...`; job N looks into the report line of job N.
batch() {
    new_run
    lines=$work/lines.$runs
    asked="netrunner batch $*"
    within 50 netrunner batch --report "$lines" "$@" >"$out" 2>"$err" </dev/null
    status=$?
}
job() { grep "\"number\":$1," "$lines"; } # NUMBER
reports_of() { contains "the report of job $1" "$2" "$(job "$1")"; } # NUMBER TEXT

# The calm job ends when the kernel has killed the hog, with everything that the hog's shell had started.
test_a_shortage_of_all_jobs_together_ends_one_as_a_whole() {
    batch -j2 --cgroup t --group-memory-max 64M -- sh -c '
        if [ $1 = hog ]; then sleep 100 & sh -c "hog 1073741824; echo inner lives"; echo outer lives; exit; fi
        until grep -q "oom_kill [1-9]" '$cgroup'/t/memory.events; do usleep 20000; done
        echo calm' sh ::: hog calm
    exits_with 1
    prints calm
    reports_of 1 '"reason":"oom"'
    reports_of 1 'killed by the kernel: out of memory (--group-memory-max 64 MiB of all jobs together)'
    reports_of 2 '"reason":"exited"'
    reports_of 2 '"oom_kills":0'
    gone "$cgroup/t"
}

test_a_shortage_of_one_job_names_its_own_limit() {
    batch -j1 --cgroup t --group-memory-max 128M --memory-max 64M -- hog ::: 1073741824 33554432
    exits_with 1
    prints 'took 33554432'
    reports_of 1 '"reason":"oom"'
    reports_of 1 "$(oom_verdict)"
    reports_of 1 "\"path\":\"$cgroup/t/1\""
    reports_of 2 '"reason":"exited"'
    gone "$cgroup/t"
}

test_limits_of_all_jobs_are_on_the_group_around_them() {
    batch -j1 --cgroup t --group-pids-max 10 --group-cpu-max 50% --pids-max 3 -- \
        sh -c 'cat '$cgroup'/t/pids.max '$cgroup'/t/cpu.max '$cgroup'/t/$1/pids.max' sh ::: 1
    exits_with 0
    prints '10
50000 100000
3'
    gone "$cgroup/t"
}

test_fork_bombs_share_the_limit_of_all_jobs() {
    batch -j2 --cgroup t --group-pids-max 20 -t 2 -k 300ms -- fork_bomb ::: "$work/one" "$work/two"
    exits_with 1
    exists "$work/one" || fail 'the first bomb was not started'
    exists "$work/two" || fail 'the second bomb was not started'
    reports_of 1 '"survivors":[]'
    reports_of 2 '"survivors":[]'
    gone "$cgroup/t"
}

test_the_group_around_the_jobs_of_a_killed_batch_is_removed() {
    new_run
    asked='netrunner batch, killed'
    lines=$work/lines.$runs
    netrunner batch -j2 --cgroup t --group-memory-max 64M -k 300ms -- sh -c 'echo $$ >'$work'/$1; sleep 100' sh ::: a b \
        >"$out" 2>"$err" </dev/null &
    runner=$!
    wait_until exists "$work/a"
    wait_until exists "$work/b"
    kill_quietly $runner
    wait $runner 2>/dev/null
    status=$?
    wait_until is_gone "$cgroup/t"
}
