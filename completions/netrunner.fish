# fish completion for netrunner

# Declares one option of `run`. SPEC is in the form of argparse: letter/name, then = for a required value, =? for an
# optional value in the same word, =+ for an option that may be repeated. VALUES are words, commands in ( ) that print
# words, and `files`.
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

# Prints the command and its arguments, each followed by NUL. Fails if the typed words are still options.
function __netrunner_command
    set -l tokens (commandline -opc) (commandline -ct)
    set -e tokens[1]
    test "$tokens[1]" = run; or return 1
    set -e tokens[1]
    argparse -s $__netrunner_specs -- $tokens 2>/dev/null
    set -q argv[1]; and not string match -q -- '-*' $argv[1]; or return 1
    string join0 -- $argv
    return 0 # join0 fails if there is only one argument
end

function __netrunner_complete_command
    __fish_complete_subcommand --commandline (__netrunner_command | string split0)
end

# Succeeds if the first word after `netrunner` is $argv[1].
function __netrunner_first
    set -l tokens (commandline -opc)
    test "$tokens[2]" = "$argv[1]"
end

# Succeeds if the word being typed is still an option of `run`.
function __netrunner_options
    set -l tokens (commandline -opc)
    test "$tokens[2]" = run; and not contains -- -- $tokens; and not __netrunner_command >/dev/null
end

# The control groups below the base that begin with the typed path.
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
complete -c netrunner -n __fish_is_first_token -a run -d 'Run a command and end every process it leaves behind'
complete -c netrunner -n __fish_is_first_token -a doctor -d 'Check which features work on this machine'
complete -c netrunner -n __fish_is_first_token -a gc -d 'End and remove what killed runs left behind'
complete -c netrunner -n __fish_is_first_token -a help -d 'Show the help of a command'
complete -c netrunner -n __fish_is_first_token -s V -l version -d 'Show the version'
complete -c netrunner -n __fish_is_first_token -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first help' -a 'run doctor gc'
complete -c netrunner -n '__netrunner_first doctor' -l json -d 'Print the result as one JSON object'
complete -c netrunner -n '__netrunner_first doctor' -l require -x -a 'run proc pidfd pty cgroup memory pids cpu cpuset io pid-namespace' -d 'Checks that decide the status'
complete -c netrunner -n '__netrunner_first doctor' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first doctor' -s V -l version -d 'Show the version'
complete -c netrunner -n '__netrunner_first gc' -l cgroup-base -x -a 'root self (__fish_complete_directories)' -d 'Where PATH starts'
complete -c netrunner -n '__netrunner_first gc' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first gc' -s V -l version -d 'Show the version'
complete -c netrunner -n '__netrunner_first gc' -a '(__netrunner_groups)' -d 'Control group'
complete -c netrunner -n '__netrunner_command >/dev/null' -a '(__netrunner_complete_command)'

set -g __netrunner_specs
__netrunner_option pty 'Run the command on a new pseudo-terminal'
__netrunner_option term= 'TERM on the --pty terminal' xterm-256color xterm dumb
__netrunner_option pty-stderr= 'Where standard error goes with --pty' auto terminal pipe
__netrunner_option no-input= 'If the command waits for keys in vain' say fail
__netrunner_option winsize= 'Size of the --pty terminal' 80x24 132x50
__netrunner_option stdin= 'Where standard input comes from' inherit null pipe pty files
__netrunner_option stdout= 'Where standard output goes' auto pipe inherit null files
__netrunner_option stderr= 'Where standard error goes' auto pipe inherit null stdout files
__netrunner_option o/output= 'Also write the relayed output to a file' files
__netrunner_option append 'Append to the --output file, do not replace it'
__netrunner_option 'timestamps=?' 'Start each line with the time' elapsed iso delta
__netrunner_option prefix= 'Start each line with this text'
__netrunner_option output-stamped 'Write time and prefix to the --output file too'
__netrunner_option output-format= 'What the --output file gets' raw plain
__netrunner_option max-output= 'Stop the command if it writes more than this' 64K 1M 16M 1GiB
__netrunner_option max-output-action= 'What follows when the command has written more' stop drop
__netrunner_option close-fds "Close descriptors above 2 for the command"
__netrunner_option pipe-size= "Capacity of the command's pipes" 64K 256K 1M

__netrunner_option t/timeout= 'Stop the command after this time' 30s 5m 1h 1h30m
__netrunner_option idle-timeout= 'Stop the command after this time without output' 30s 5m 1h
__netrunner_option cpu-time= 'Stop the tree when it has used this much CPU time' 30s 5m 1h
__netrunner_option on-timeout= 'On a timeout, run this shell command first'
__netrunner_option on-stop= 'Before a stop, run this shell command first'
__netrunner_option s/signal= 'First signal of a stop' HUP INT QUIT USR1 USR2 ALRM TERM CONT STOP TSTP KILL
__netrunner_option k/kill-after= 'Time until SIGKILL' 0 1s 5s 30s
__netrunner_option stop= 'Signals and waits of a stop' INT,2s,TERM,5s,KILL TERM,5s,KILL KILL command:TERM,10s,TERM,5s,KILL
__netrunner_option retries= 'Try again up to this often after a failure' 1 2 3 5
__netrunner_option retry-on= 'After which ends to try again' failure exited signaled timeout idle-timeout output-limit cpu-limit no-input oom spawn-failed exit:
__netrunner_option retry-delay= 'Time between two attempts' 0 1s 10s 1m
__netrunner_option retry-timeout= 'Time for all attempts together' 30s 5m 1h 1h30m
__netrunner_option p/preserve-status "After a limit, use the command's status, not 124"
__netrunner_option orphans= 'What to do with processes left over' kill wait leave
__netrunner_option spare=+ 'Leave daemons of this program running' '(__fish_complete_command)'
__netrunner_option die-with-parent 'Also stop when the parent of netrunner ends'

__netrunner_option pid-namespace 'Run the command in a new PID namespace'
__netrunner_option keep-signals 'Pass ignored and blocked signals on unchanged'
__netrunner_option C/chdir= 'Run the command in this directory' '(__fish_complete_directories)'
__netrunner_option E/setenv=+ 'Set an environment variable' '(set -xn)='
__netrunner_option u/unset=+ 'Remove an environment variable' '(set -xn)'
__netrunner_option i/ignore-environment 'Start with an empty environment'
__netrunner_option a/argv0= 'Pass this name as the zeroth argument'
__netrunner_option uid= 'Run as this user and its groups' '(__fish_complete_users)'
__netrunner_option gid= 'Run with this primary group' '(__fish_complete_groups)'
__netrunner_option groups= 'Supplementary groups, separated by commas' '(__fish_complete_groups)'
__netrunner_option umask= 'File mode creation mask in octal' 022 027 077
__netrunner_option nice= 'Nice value, -20 (highest priority) to 19' 5 10 19
__netrunner_option rlimit=+ 'Set a resource limit' \
    '{as,core,cpu,data,fsize,locks,memlock,msgqueue,nice,nofile,nproc,rss,rtprio,rttime,sigpending,stack}='
__netrunner_option no-new-privs 'Let no program gain privileges (sudo, setuid)'

__netrunner_option cgroup= 'Run in this control group below --cgroup-base' '(__netrunner_groups)'
__netrunner_option cgroup-base= 'Where the path of --cgroup starts' root self '(__fish_complete_directories)'
__netrunner_option memory-max= 'Memory limit; above it the kernel kills all' 64M 512M 1G 4G max
__netrunner_option memory-high= 'Memory threshold; above it the command is slowed' 64M 512M 1G 4G max
__netrunner_option swap-max= 'Swap limit' 0 64M 512M 1G max
__netrunner_option pids-max= 'Limit on processes and threads at once' 10 100 1000 max
__netrunner_option cpu-max= 'CPU time limit in CPUs or percent' 0.5 1 1.5 50% max
__netrunner_option cpu-weight= 'Relative CPU share, 1 to 10000' 1 10 100 1000
__netrunner_option cpuset= 'CPUs to run on' 0 0-1 0-3
__netrunner_option io-max=+ 'Disk limits'
__netrunner_option cgroup-set=+ 'Write any other file of the control group' \
    '{cgroup.max.depth,cgroup.max.descendants,cpu.idle,cpu.max.burst,io.weight,memory.low,memory.min,memory.oom.group}='

__netrunner_option report= 'Write the JSON report to a file' files
__netrunner_option report-fd= 'Write the JSON report to this open descriptor' 3 4 5
__netrunner_option junit= 'Write a JUnit XML file with one test case' files
__netrunner_option junit-name= 'Name of that test case'
__netrunner_option summary 'Print a short summary on stderr at the end'
__netrunner_option heartbeat= 'Print a status line per this time without output' 30s 1m 5m
__netrunner_option progress 'Show a live status line on the terminal'
__netrunner_option q/quiet 'Do not print the verdict of a limit or a stop'
__netrunner_option v/verbose 'Print each step; -vv also internal messages'
__netrunner_option h/help 'Show the options of run'
__netrunner_option V/version 'Show the version'
