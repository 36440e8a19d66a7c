# The output of `netrunner doctor` on a kernel with every feature, for root and for users who may use fewer.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

# ask GROUP UID: runs the doctor; its text is in `out`.
ask() {
    new_run
    asked="in $1 as $2: netrunner doctor"
    within 50 in_group "$1" "$2" netrunner doctor >"$out" 2>"$err" </dev/null
    status=$?
}

offers() { grep -q "^yes  $1 " "$out" || fail "expected that it offers $1"; }
lacks() { # CHECK PART...
    line=$(grep "^no   $1 " "$out") || fail "expected that it lacks $1"
    shift
    for part; do contains 'the reason' "$part" "$line"; done
}

delegated_group() { # GROUP
    for controller in memory pids cpu; do echo +$controller >$cgroup/cgroup.subtree_control; done
    mkdir "$cgroup/$1"
    chown 1000:1000 "$cgroup/$1" "$cgroup/$1/cgroup.procs" "$cgroup/$1/cgroup.subtree_control"
}

test_the_superuser_has_everything() {
    before=$(cat $cgroup/cgroup.subtree_control) groups=$(find $cgroup -type d)
    ask $cgroup 0
    exits_with 0
    for check in run proc pidfd pty cgroup cgroup.memory cgroup.pids cgroup.cpu cgroup.cpuset cgroup.io pid-namespace; do
        offers $check
    done
    says ''
    equals 'controllers enabled' "$before" "$(cat $cgroup/cgroup.subtree_control)"
    equals 'groups' "$groups" "$(find $cgroup -type d)"
}

test_a_user_has_what_was_delegated() {
    delegated_group user
    ask $cgroup/user 1000
    exits_with 1
    for check in run pty cgroup cgroup.memory cgroup.pids cgroup.cpu; do offers $check; done
    lacks cgroup.cpuset "$cgroup/user" 'not available'
    equals 'controllers enabled inside' '' "$(cat $cgroup/user/cgroup.subtree_control)"
    rmdir $cgroup/user
}

test_a_user_without_a_group_is_told_how_to_get_one() {
    mkdir $cgroup/user
    ask $cgroup/user 1000
    exits_with 1
    offers run
    lacks cgroup 'permission denied' systemd-run
    lacks cgroup.memory
    rmdir $cgroup/user
}

test_processes_in_the_way_are_named() {
    delegated_group user
    in_group $cgroup/user 1000 sleep 100 &
    resident=$!
    wait_until has_members $cgroup/user
    ask $cgroup/user 1000
    offers cgroup
    lacks cgroup.memory "$resident" sleep
    kill $resident
    wait_until is_dead $resident
    rmdir $cgroup/user
}

test_namespaces_that_were_switched_off_are_said_to_be() {
    limit=$(cat /proc/sys/user/max_user_namespaces)
    echo 0 >/proc/sys/user/max_user_namespaces
    ask $cgroup 1000
    lacks pid-namespace user.max_user_namespaces
    ask $cgroup 0
    offers pid-namespace
    echo "$limit" >/proc/sys/user/max_user_namespaces
}

test_a_proc_that_hides_others_is_said_to() {
    mount -o remount,hidepid=2 /proc
    ask $cgroup 1000
    lacks proc hidepid
    mount -o remount,hidepid=0 /proc
}
