# In a group a command ends as without one.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

test_exit_codes_are_the_commands() {
    for code in 0 1 2 77 124 125 126 127 128 137 255; do
        run --cgroup t --memory-max 64M -- sh -c "exit $code"
        exits_with $code
        reports reason exited
        reports exit_code $code
        equals 'standard error' '' "$(cat "$err")"
    done
}

test_signals_are_the_commands() {
    for signal in HUP:129 INT:130 KILL:137 USR1:138 SEGV:139 TERM:143; do
        run --cgroup t --memory-max 64M -- sh -c "kill -${signal%:*} \$\$"
        exits_with "${signal#*:}"
        reports reason signaled
        reports signal "SIG${signal%:*}"
    done
}

test_a_command_that_is_not_there_leaves_no_group() {
    run --cgroup a/t --memory-max 64M -- /no/such/command
    exits_with 127
    gone "$cgroup/a"
    run --cgroup a/t --memory-max 64M -- /etc/passwd
    exits_with 126
    gone "$cgroup/a"
}

test_output_and_input_pass_as_without_a_group() {
    new_run
    asked='a pipeline'
    seq 1 20000 | netrunner run --report "$report" --cgroup t --memory-max 64M -- cat >"$out" 2>"$err"
    status=$?
    exits_with 0
    equals 'the sum of the output' "$(seq 1 20000 | md5sum)" "$(md5sum <"$out")"
    equals 'standard error' '' "$(cat "$err")"
}

test_the_command_is_in_its_group_from_the_start() {
    run --cgroup t -- cat /proc/self/cgroup
    exits_with 0
    prints 0::/t
}

test_a_terminal_in_a_group() {
    run --pty --cgroup t --memory-max 64M -- sh -c 'cat /proc/self/cgroup; test -t 1 && tty </dev/tty; exit 5'
    exits_with 5
    contains 'standard output' 0::/t "$(cat "$out")"
    contains 'standard output' /dev/ "$(cat "$out")"
    gone "$cgroup/t"
}

test_the_report_says_who_guarded_the_tree() {
    run --cgroup t -- true
    contains containment '"cgroup"' "$(sed -n '/"containment"/,/\]/p' "$report")"
    run -- true
    reports cgroup null
}
