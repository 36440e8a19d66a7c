# A machine or a group without free process numbers, or without memory. A start is refused in one line, and a running
# tree is still ended. Meanwhile this shell cannot fork either, so only its builtins are used.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2094,SC2154

# Waits, without a fork, until that file exists and is not empty.
await() { # FILE
    attempts=2000000
    until [ -s "$1" ]; do
        attempts=$((attempts - 1))
        [ "$attempts" -gt 0 ] || { fail "timed out waiting for $1"; return 1; }
    done
}

# The same for the end of processes. A free number could be reused by another process, but take_numbers cannot get
# numbers beyond the lowered pid_max.
await_end() { # PID...
    for pid; do
        attempts=2000000
        while [ -e "/proc/$pid/stat" ]; do
            attempts=$((attempts - 1))
            [ "$attempts" -gt 0 ] || { fail "$pid lives"; return 1; }
            read -r line 2>/dev/null <"/proc/$pid/stat" || break
            line=${line##*) }
            [ "${line%% *}" != Z ] || break
        done
    done
}

# prepare ARGUMENT...: starts a process that execs netrunner at `go`, with the files of new_run.
prepare() {
    asked="netrunner run $*"
    rm -f "$work/go"
    mkfifo "$work/go"
    (
        read -r _ <"$work/go"
        exec netrunner run "$@" >"$out" 2>"$err" </dev/null
    ) &
    runner=$!
}
go() {
    echo >"$work/go"
    finish
}

take_all_numbers() {
    rm -f "$work/taken"
    most=$(cat /proc/sys/kernel/pid_max)
    echo 330 >/proc/sys/kernel/pid_max # running processes keep higher numbers; the first 300 are not given again
    take_numbers "$work/taken" &
    taker=$!
    await "$work/taken"
}
give_them_back() {
    kill "$taker"
    wait "$taker"
    echo "$most" >/proc/sys/kernel/pid_max
}

test_without_a_process_number_the_start_is_refused() {
    new_run
    prepare --report "$report" -- echo hi
    take_all_numbers
    go
    give_them_back
    refused 'cannot start the shepherd' 'kernel.pid_max is reached (330)'
    run -- echo hi
    exits_with 0
}

test_without_a_process_number_the_tree_is_ended() {
    for group in '' '--cgroup t'; do
        rm -f "$work/ready"
        start $group -k 300ms -- sh -c "$stubborn"
        wait_until has_line "$work/ready" ready
        tree=$(sed -n 's/^ready //p' "$work/ready" | tr '\n' ' ')
        ours="$(shepherd_of "$runner") $(child_called nr-guard "$(shepherd_of "$runner")")"
        take_all_numbers
        kill_quietly "$runner"
        await_end $tree $ours
        give_them_back
        finish
        exits_with 137
        [ -z "$group" ] || gone "$cgroup/t"
    done
}

# netrunner, its shepherd, its guard: each may be the first process that does not fit.
test_a_full_group_is_named() {
    mkdir $cgroup/outer
    echo +pids >$cgroup/cgroup.subtree_control
    for room in 1 2 3; do
        echo $room >$cgroup/outer/pids.max
        run_in $cgroup/outer 0 -- echo hi
        refused "pids.max of '/sys/fs/cgroup/outer' is reached ($room)"
    done
    echo 4 >$cgroup/outer/pids.max
    run_in $cgroup/outer 0 -- echo hi
    exits_with 0
    prints hi
    rmdir $cgroup/outer
}

test_in_a_full_group_the_tree_is_ended() {
    mkdir $cgroup/outer
    echo +pids >$cgroup/cgroup.subtree_control
    start_in $cgroup/outer 0 -k 300ms -- sh -c "$stubborn"
    wait_until has_line "$work/ready" ready
    echo 1 >$cgroup/outer/pids.max
    kill_quietly "$runner"
    finish
    exits_with 137
    wait_until nobody_is_in $cgroup/outer
    rmdir $cgroup/outer
}

# Tries amounts of uncommitted memory, in KiB, from none to enough. Expected: one line and 125, or the command's own
# end. If the memory is too little even for netrunner's exec, the kernel ends the process there. Output goes to a pipe,
# because there is no memory for a file either.
test_without_memory_to_promise_the_start_is_refused() {
    refusals=0
    mkfifo "$work/said"
    for more in -500 $(seq 0 4 160) 300 4000; do
        exec 8<>"$work/said" 9<"$work/said"
        new_run
        out=$work/said err=$work/said
        prepare -- echo hi
        asked="$asked, with $more KiB"
        exhaust_memory $more
        go
        echo 0 >/proc/sys/vm/overcommit_memory
        exec 8>&-
        out=/dev/null err=$work/err
        cat <&9 >"$err"
        case $status in
            0) equals "$asked" hi "$(cat "$err")" ;;
            125) refused; refusals=$((refusals + 1)) ;;
            126 | 137 | 139) equals "$asked" '' "$(grep -v ': exec: ' "$err")" ;; # a line of the shell
            127) # before main, in the words of glibc
                grep -q -e 'Fatal glibc error' -e 'Cannot allocate memory' "$err" || fail 'nothing was said'
                ;;
            *) fail "status $status" ;;
        esac
        last=$status
    done
    equals 'the status with enough of it' 0 "$last"
    number 'how often it was refused' $refusals '>' 0
}

test_without_memory_to_promise_the_tree_is_ended() {
    start --cgroup t -k 300ms -- sh -c "$stubborn"
    wait_until has_line "$work/ready" ready
    tree=$(sed -n 's/^ready //p' "$work/ready" | tr '\n' ' ')
    exhaust_memory 0
    kill_quietly "$runner"
    await_end $tree
    echo 0 >/proc/sys/vm/overcommit_memory
    finish
    exits_with 137
    wait_until is_gone $cgroup/t
}

# Without a fork. Switch to strict mode first, because only then Committed_AS is exact.
exhaust_memory() { # KIB
    echo 2 >/proc/sys/vm/overcommit_memory
    while read -r name promised _; do
        [ "$name" != Committed_AS: ] || break
    done </proc/meminfo
    echo $((promised + $1)) >/proc/sys/vm/overcommit_kbytes
}
