# fish completion for netrunner

# Prints the command and its arguments, one NUL after each; fails while the options last.
function __netrunner_command
    set -l tokens (commandline -opc) (commandline -ct)
    set -e tokens[1]
    test "$tokens[1]" = run; or return 1
    set -e tokens[1]
    set -l options pty winsize= stdin= stdout= stderr= o/output= append timestamps=? prefix= output-stamped max-output= pipe-size= t/timeout= idle-timeout= on-timeout= s/signal=
    set -a options k/kill-after= stop= p/preserve-status orphans= die-with-parent pid-namespace keep-signals C/chdir= E/setenv=+ u/unset=+
    set -a options i/ignore-environment a/argv0= uid= gid= groups= umask= nice= rlimit=+ no-new-privs cgroup=
    set -a options cgroup-base= memory-max= memory-high= swap-max= pids-max= cpu-max= cpu-weight= cpuset= io-max=+
    set -a options cgroup-set=+ report= report-fd= junit= summary heartbeat= progress q/quiet v/verbose h/help
    argparse -s $options -- $tokens 2>/dev/null
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

complete -c netrunner -f
complete -c netrunner -n __fish_is_first_token -a run -d 'Run a command and leave nothing behind'
complete -c netrunner -n __fish_is_first_token -a doctor -d 'Say what this machine offers'
complete -c netrunner -n __fish_is_first_token -a gc -d 'Clear away what killed runs have left'
complete -c netrunner -n __fish_is_first_token -a help -d 'Explain a word'
complete -c netrunner -n __fish_is_first_token -s V -l version -d 'Show the version'
complete -c netrunner -n __fish_is_first_token -s h -l help -d 'Show the usage'
complete -c netrunner -n '__fish_seen_subcommand_from help' -a 'run doctor gc'
complete -c netrunner -n '__netrunner_first doctor' -l json -d 'As one JSON object'
complete -c netrunner -n '__netrunner_first gc' -l cgroup-base -x -a 'root self (__fish_complete_directories)' -d 'Where the path starts'
complete -c netrunner -n '__netrunner_first gc' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first doctor' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_command >/dev/null' -a '(__netrunner_complete_command)'

complete -c netrunner -n __netrunner_options -l pty -d 'Run on a new pseudo-terminal'
complete -c netrunner -n __netrunner_options -l winsize -x -a '80x24 132x50' -d 'Size of the pseudo-terminal'
complete -c netrunner -n __netrunner_options -l stdin -rF -a 'inherit null pipe pty' -d 'What the command reads'
complete -c netrunner -n __netrunner_options -l stdout -rF -a 'pipe inherit null' -d 'Where standard output goes'
complete -c netrunner -n __netrunner_options -l stderr -rF -a 'pipe inherit null stdout' -d 'Where standard error goes'
complete -c netrunner -n __netrunner_options -s o -l output -rF -d 'Also write what is relayed to a file'
complete -c netrunner -n __netrunner_options -l append -d 'Append to that file'
complete -c netrunner -n __netrunner_options -l timestamps -fa 'elapsed iso delta' -d 'Time before each line'
complete -c netrunner -n __netrunner_options -l prefix -x -d 'Text before each line'
complete -c netrunner -n __netrunner_options -l output-stamped -d 'Both of these in the file of --output, too'
complete -c netrunner -n __netrunner_options -l max-output -x -a '64K 1M 16M 1GiB' -d 'Stop past this many bytes of output'
complete -c netrunner -n __netrunner_options -l pipe-size -x -a '64K 256K 1M' -d 'Capacity of the pipes'

complete -c netrunner -n __netrunner_options -s t -l timeout -x -a '30s 5m 1h 1h30m' -d 'Stop the command after this long'
complete -c netrunner -n __netrunner_options -l idle-timeout -x -a '30s 5m 1h' -d 'Stop it when no byte came for this long'
complete -c netrunner -n __netrunner_options -l on-timeout -x -d 'Run this first when a time limit is hit'
complete -c netrunner -n __netrunner_options -s s -l signal -x -d 'First signal of every stop' \
    -a 'HUP INT QUIT USR1 USR2 ALRM TERM CONT STOP TSTP KILL'
complete -c netrunner -n __netrunner_options -s k -l kill-after -x -a '0 1s 5s 30s' -d 'Grace before SIGKILL'
complete -c netrunner -n __netrunner_options -l stop -x -a 'INT,2s,TERM,5s,KILL TERM,5s,KILL KILL' -d 'The whole ladder'
complete -c netrunner -n __netrunner_options -s p -l preserve-status -d 'After a limit, end with the own status'
complete -c netrunner -n __netrunner_options -l orphans -x -a 'kill wait leave' -d 'What to do with what is left'

complete -c netrunner -n __netrunner_options -l die-with-parent -d 'Stop too when who started it dies'
complete -c netrunner -n __netrunner_options -l pid-namespace -d 'Run it in a PID namespace of its own'
complete -c netrunner -n __netrunner_options -l keep-signals -d 'Leave signal dispositions and mask as found'
complete -c netrunner -n __netrunner_options -s C -l chdir -x -a '(__fish_complete_directories)' -d 'Run in this directory'
complete -c netrunner -n __netrunner_options -s E -l setenv -x -a '(set -xn)=' -d 'Set an environment variable'
complete -c netrunner -n __netrunner_options -s u -l unset -x -a '(set -xn)' -d 'Remove an environment variable'
complete -c netrunner -n __netrunner_options -s i -l ignore-environment -d 'Start with an empty environment'
complete -c netrunner -n __netrunner_options -s a -l argv0 -x -d 'Zeroth argument of the command'
complete -c netrunner -n __netrunner_options -l uid -x -a '(__fish_complete_users)' -d 'Run as this user'
complete -c netrunner -n __netrunner_options -l gid -x -a '(__fish_complete_groups)' -d 'Run with this group'
complete -c netrunner -n __netrunner_options -l groups -x -a '(__fish_complete_groups)' -d 'Supplementary groups'
complete -c netrunner -n __netrunner_options -l umask -x -a '022 027 077' -d 'File mode creation mask'
complete -c netrunner -n __netrunner_options -l nice -x -a '5 10 19' -d 'Set the nice value'
complete -c netrunner -n __netrunner_options -l rlimit -x -d 'Set a resource limit' \
    -a '{as,core,cpu,data,fsize,locks,memlock,msgqueue,nice,nofile,nproc,rss,rtprio,rttime,sigpending,stack}='
complete -c netrunner -n __netrunner_options -l no-new-privs -d 'No privileges gained by exec'

complete -c netrunner -n __netrunner_options -l cgroup -x -d 'Run in this control group'
complete -c netrunner -n __netrunner_options -l cgroup-base -x -a 'root self (__fish_complete_directories)' -d 'Where that path starts'
complete -c netrunner -n __netrunner_options -l memory-max -x -a '64M 512M 1G 4G max' -d 'Memory; beyond it the kernel kills'
complete -c netrunner -n __netrunner_options -l memory-high -x -a '64M 512M 1G 4G max' -d 'Memory; beyond it it is slowed'
complete -c netrunner -n __netrunner_options -l swap-max -x -a '0 64M 512M 1G max' -d Swap
complete -c netrunner -n __netrunner_options -l pids-max -x -a '10 100 1000 max' -d 'Processes and threads'
complete -c netrunner -n __netrunner_options -l cpu-max -x -a '0.5 1 1.5 50% max' -d 'Processor time'
complete -c netrunner -n __netrunner_options -l cpu-weight -x -a '1 10 100 1000' -d 'Share among others'
complete -c netrunner -n __netrunner_options -l cpuset -x -a '0 0-1 0-3' -d 'Processors to run on'
complete -c netrunner -n __netrunner_options -l io-max -x -d 'Limits of a disk'
complete -c netrunner -n __netrunner_options -l cgroup-set -x -d 'Any other setting of the group' \
    -a '{cgroup.max.depth,cgroup.max.descendants,cpu.idle,cpu.max.burst,io.weight,memory.low,memory.min,memory.oom.group}='

complete -c netrunner -n __netrunner_options -l report -rF -d 'Write the JSON report'
complete -c netrunner -n __netrunner_options -l report-fd -x -a '3 4 5' -d 'Write the JSON report to this descriptor'
complete -c netrunner -n __netrunner_options -l junit -rF -d 'Write the run as a JUnit file'
complete -c netrunner -n __netrunner_options -l summary -d 'A few lines for people at the end'
complete -c netrunner -n __netrunner_options -l heartbeat -x -a '30s 1m 5m' -d 'A line after each such time without output'
complete -c netrunner -n __netrunner_options -l progress -d 'A live line on the terminal while it runs'
complete -c netrunner -n __netrunner_options -s q -l quiet -d 'No verdict'
complete -c netrunner -n __netrunner_options -s v -l verbose -d 'One line per step'
complete -c netrunner -n __netrunner_options -s h -l help -d 'Show the options'
