# A system call of the shepherd fails: the run succeeds or says what failed, and nothing is left. It is the short form of
# tests/torture/faults.cpp for the architecture of the guest.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

case $(uname -m) in
    aarch64)
        # close, exit, exit_group, umask, getpid to getegid: they cannot fail, or the kernel does their work all the same
        never=' 57 93 94 166 172 173 174 175 176 177 '
        waiting=' 63 73 95 260 '     # read, ppoll, waitid, wait4
        linked=' 206 207 211 212 '   # sendto, recvfrom, sendmsg, recvmsg
        ;;
    *)
        never=' 3 39 60 95 102 104 107 108 110 231 '
        waiting=' 0 61 247 271 '
        linked=' 44 45 46 47 '
        ;;
esac
intr=4 io=5 memory=12

# inject's words, as in tests/programs/inject.cpp; the run leaves an orphan.
strike() { # DEPTH DEED...
    new_run
    asked="inject $* netrunner run"
    hit=$work/hit.$runs
    within 50 inject "$@" "$hit" netrunner run --report "$report" -k 50ms --cgroup t -- \
        sh -c 'setsid sleep 60 & echo hi; exit 3' >"$out" 2>"$err" </dev/null
    status=$?
}

# The command's own result, or a line that says what failed.
as_promised() {
    case $status:$(cat "$err") in
        *netrunner:\ cannot\ * | *netrunner:\ cgroup:\ * | 125:netrunner:\ *) ;;
        *)
            exits_with 3
            prints hi
            ;;
    esac
    case $(cat "$err") in
        *cannot\ remove*) netrunner gc >/dev/null 2>&1 ;;
    esac
    wait_until is_gone "$cgroup/t"
}

each_call_may_fail() { # DEPTH
    strike "$1" list 0
    exits_with 3
    calls=$(sed -n 's/^call //p' "$hit" | sort -nu)
    [ "$(echo "$calls" | wc -l)" -gt 15 ] || fail "only these calls were seen: $calls"
    hits=0
    for call in $calls; do
        error=$io
        case $never in *" $call "*) continue ;; esac
        case $waiting in *" $call "*) error=$intr ;; esac
        case $linked in *" $call "*) error=$memory ;; esac
        strike "$1" fail "$call" "$error" 1
        as_promised
        ! grep -q '^hit' "$hit" || hits=$((hits + 1))
    done
    number 'calls that failed' "$hits" '>' 10
}

test_each_call_of_the_shepherd_may_fail() { each_call_may_fail 1; }
