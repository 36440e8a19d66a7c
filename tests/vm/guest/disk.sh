# Tests of limits on disks.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154

number_of_disk() { cat /sys/block/vda/dev; }

wrote_slowly() {
    exits_with 0
    number 'time.wall' "$(field time.wall)" '>=' 3
    number 'cgroup.io_written' "$(field cgroup.io_written)" '>=' 4194304
    contains 'cgroup.limits.io.max' 'wbps=1048576' "$(field cgroup.limits.io.max)"
}

test_io_max_slows_writing() {
    run --cgroup t --io-max "$(number_of_disk) wbps=1M" -- dd if=/dev/zero of=/dev/vda bs=64k count=64 oflag=direct
    wrote_slowly
}

test_io_max_knows_a_disk_by_its_path() {
    run --cgroup t --io-max '/dev/vda wbps=1M' -- dd if=/dev/zero of=/dev/vda bs=64k count=64 oflag=direct
    wrote_slowly
}

# The kernel limits whole disks only.
test_io_max_finds_the_disk_of_a_partition() {
    printf 'n\np\n1\n\n\nw\n' | fdisk /dev/vda >/dev/null 2>&1
    wait_until [ -b /dev/vda1 ]
    for device in /dev/vda1 "$(cat /sys/class/block/vda1/dev)"; do
        run --cgroup t --io-max "$device wbps=1M" -- cat /sys/fs/cgroup/t/io.max
        exits_with 0
        contains 'io.max' "$(number_of_disk) " "$(cat "$out")"
    done
    dd if=/dev/zero of=/dev/vda bs=512 count=1 2>/dev/null
    blockdev --rereadpt /dev/vda
}

test_a_mount_point_without_a_disk_is_named() {
    run --cgroup t --io-max '/tmp wbps=1M' -- echo never
    refused "'/tmp' is not on one disk" 'name the disk'
    gone "$cgroup/t"
}

test_reading_is_counted() {
    run --cgroup t --io-max "$(number_of_disk) riops=10000" -- dd if=/dev/vda of=/dev/null bs=64k count=16 iflag=direct
    exits_with 0
    number 'cgroup.io_read' "$(field cgroup.io_read)" '>=' 1048576
    number 'time.wall' "$(field time.wall)" '<' 10
}

test_several_disks_can_be_limited() {
    run --cgroup t --io-max "$(cat /sys/block/vda/dev) wbps=1M" --io-max "$(cat /sys/block/vdb/dev) wbps=2M" -- \
        cat /sys/fs/cgroup/t/io.max
    exits_with 0
    contains 'io.max' 'wbps=1048576' "$(cat "$out")"
    contains 'io.max' 'wbps=2097152' "$(cat "$out")"
}

test_a_disk_that_is_not_there_is_refused() {
    run --cgroup t --io-max '250:77 wbps=1M' -- echo never
    refused --io-max 250:77
    gone "$cgroup/t"
}

test_limits_of_one_disk_add_up() {
    run --cgroup t --io-max "$(number_of_disk) wbps=1M" --io-max "$(number_of_disk) rbps=2M" -- cat /sys/fs/cgroup/t/io.max
    exits_with 0
    contains 'io.max' 'wbps=1048576' "$(cat "$out")"
    contains 'io.max' 'rbps=2097152' "$(cat "$out")"
}

test_no_limit_on_a_disk_is_a_limit_that_holds() {
    run --cgroup t --io-max "$(number_of_disk) wbps=max riops=5000000000" -- echo yes
    exits_with 0
    prints yes
}
