# fish completion for netrunner

# What is told once of an option of `run`: SPEC is argparse's (letter/name, = takes a value, =? may take one that is stuck
# to it, =+ may come again); VALUES are words, commands in ( ) that print such, and `files`.
function __netrunner_option # SPEC DESCRIPTION VALUES...
    set -ga __netrunner_specs $argv[1]
    set -l name (string replace -r '=.*' '' -- $argv[1] | string split /)
    set -l rule -c netrunner -n __netrunner_options -l $name[-1] -d $argv[2]
    set -q name[2]; and set -a rule -s $name[1]
    set -l values $argv[3..]
    if set -l at (contains -i files $values)
        set -a rule -F
        set -e values[$at]
    else if string match -q '*=*' -- $argv[1]
        set -a rule -f
    end
    string match -qr '=\+?$' -- $argv[1]; and set -a rule -r
    test -n "$values"; and set -a rule -a "$values"
    complete $rule
end

# Prints the command and its arguments, one NUL after each; fails while the options last.
function __netrunner_command
    set -l tokens (commandline -opc) (commandline -ct)
    set -e tokens[1]
    test "$tokens[1]" = run; or return 1
    set -e tokens[1]
    argparse -s $__netrunner_specs -- $tokens 2>/dev/null
    set -q argv[1]; and not string match -q -- '-*' $argv[1]; or return 1
    string join0 -- $argv
    return 0 # join0 fails when there was nothing to join
end

function __netrunner_complete_command
    __fish_complete_subcommand --commandline (__netrunner_command | string split0)
end

# The first word is this one.
function __netrunner_first
    set -l tokens (commandline -opc)
    test "$tokens[2]" = "$argv[1]"
end

# While the options of `run` last.
function __netrunner_options
    set -l tokens (commandline -opc)
    test "$tokens[2]" = run; and not contains -- -- $tokens; and not __netrunner_command >/dev/null
end

# The control groups below the base, as far as they are typed.
function __netrunner_groups
    set -l tokens (commandline -opc)
    set -l base $NETRUNNER_CGROUP_BASE
    for at in (seq 2 (count $tokens))
        test "$tokens[$at]" = --cgroup-base; and set base $tokens[(math $at + 1)]
        string match -q -- '--cgroup-base=*' $tokens[$at]; and set base (string replace -- --cgroup-base= '' $tokens[$at])
    end
    if not string match -q -- '/*' $base
        set -l mount (string match -r '^\S+ (\S+) cgroup2 ' </proc/self/mounts)[2]
        test "$base" = root; or test -z "$base" -a (id -u) = 0
        or set mount $mount(string replace -fr '^0::' '' </proc/self/cgroup)
        set base $mount
    end
    set base (string trim -r -c / -- $base)
    set -l typed (commandline -ct | string replace -r -- '^--cgroup=' '')
    for group in $base/$typed*/
        string replace -- $base/ '' $group
    end
end

complete -c netrunner -f
complete -c netrunner -n __fish_is_first_token -a run -d 'Run a command and leave nothing behind'
complete -c netrunner -n __fish_is_first_token -a doctor -d 'Say what this machine offers'
complete -c netrunner -n __fish_is_first_token -a gc -d 'Clear away what killed runs have left'
complete -c netrunner -n __fish_is_first_token -a help -d 'Explain a word'
complete -c netrunner -n __fish_is_first_token -s V -l version -d 'Show the version'
complete -c netrunner -n __fish_is_first_token -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first help' -a 'run doctor gc'
complete -c netrunner -n '__netrunner_first doctor' -l json -d 'As one JSON object'
complete -c netrunner -n '__netrunner_first doctor' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first gc' -l cgroup-base -x -a 'root self (__fish_complete_directories)' -d 'Where the path starts'
complete -c netrunner -n '__netrunner_first gc' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first gc' -a '(__netrunner_groups)' -d 'Control group'
complete -c netrunner -n '__netrunner_command >/dev/null' -a '(__netrunner_complete_command)'

set -g __netrunner_specs
__netrunner_option pty 'Run on a new pseudo-terminal'
__netrunner_option winsize= 'Size of the pseudo-terminal' 80x24 132x50
__netrunner_option stdin= 'What the command reads' inherit null pipe pty files
__netrunner_option stdout= 'Where standard output goes' pipe inherit null files
__netrunner_option stderr= 'Where standard error goes' pipe inherit null stdout files
__netrunner_option o/output= 'Also write what is relayed to a file' files
__netrunner_option append 'Append to that file'
__netrunner_option 'timestamps=?' 'Time before each line' elapsed iso delta
__netrunner_option prefix= 'Text before each line'
__netrunner_option output-stamped 'Both of these in the file of --output, too'
__netrunner_option max-output= 'Stop past this many bytes of output' 64K 1M 16M 1GiB
__netrunner_option pipe-size= 'Capacity of the pipes' 64K 256K 1M

__netrunner_option t/timeout= 'Stop the command after this long' 30s 5m 1h 1h30m
__netrunner_option idle-timeout= 'Stop it when no byte came for this long' 30s 5m 1h
__netrunner_option on-timeout= 'Run this first when a time limit is hit'
__netrunner_option s/signal= 'First signal of every stop' HUP INT QUIT USR1 USR2 ALRM TERM CONT STOP TSTP KILL
__netrunner_option k/kill-after= 'Grace before SIGKILL' 0 1s 5s 30s
__netrunner_option stop= 'The whole ladder' INT,2s,TERM,5s,KILL TERM,5s,KILL KILL
__netrunner_option p/preserve-status 'After a limit, end with the own status'
__netrunner_option orphans= 'What to do with what is left' kill wait leave
__netrunner_option die-with-parent 'Stop too when who started it dies'

__netrunner_option pid-namespace 'Run it in a PID namespace of its own'
__netrunner_option keep-signals 'Leave signal dispositions and mask as found'
__netrunner_option C/chdir= 'Run in this directory' '(__fish_complete_directories)'
__netrunner_option E/setenv=+ 'Set an environment variable' '(set -xn)='
__netrunner_option u/unset=+ 'Remove an environment variable' '(set -xn)'
__netrunner_option i/ignore-environment 'Start with an empty environment'
__netrunner_option a/argv0= 'Zeroth argument of the command'
__netrunner_option uid= 'Run as this user' '(__fish_complete_users)'
__netrunner_option gid= 'Run with this group' '(__fish_complete_groups)'
__netrunner_option groups= 'Supplementary groups' '(__fish_complete_groups)'
__netrunner_option umask= 'File mode creation mask' 022 027 077
__netrunner_option nice= 'Set the nice value' 5 10 19
__netrunner_option rlimit=+ 'Set a resource limit' \
    '{as,core,cpu,data,fsize,locks,memlock,msgqueue,nice,nofile,nproc,rss,rtprio,rttime,sigpending,stack}='
__netrunner_option no-new-privs 'No privileges gained by exec'

__netrunner_option cgroup= 'Run in this control group' '(__netrunner_groups)'
__netrunner_option cgroup-base= 'Where that path starts' root self '(__fish_complete_directories)'
__netrunner_option memory-max= 'Memory; beyond it the kernel kills' 64M 512M 1G 4G max
__netrunner_option memory-high= 'Memory; beyond it it is slowed' 64M 512M 1G 4G max
__netrunner_option swap-max= Swap 0 64M 512M 1G max
__netrunner_option pids-max= 'Processes and threads' 10 100 1000 max
__netrunner_option cpu-max= 'Processor time' 0.5 1 1.5 50% max
__netrunner_option cpu-weight= 'Share among others' 1 10 100 1000
__netrunner_option cpuset= 'Processors to run on' 0 0-1 0-3
__netrunner_option io-max=+ 'Limits of a disk'
__netrunner_option cgroup-set=+ 'Any other setting of the group' \
    '{cgroup.max.depth,cgroup.max.descendants,cpu.idle,cpu.max.burst,io.weight,memory.low,memory.min,memory.oom.group}='

__netrunner_option report= 'Write the JSON report' files
__netrunner_option report-fd= 'Write the JSON report to this descriptor' 3 4 5
__netrunner_option junit= 'Write the run as a JUnit file' files
__netrunner_option summary 'A few lines for people at the end'
__netrunner_option heartbeat= 'A line after each such time without output' 30s 1m 5m
__netrunner_option progress 'A live line on the terminal while it runs'
__netrunner_option q/quiet 'No verdict'
__netrunner_option v/verbose 'One line per step'
__netrunner_option h/help 'Show the options'
