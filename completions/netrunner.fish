# fish completion for netrunner

# Declares one option of WHERE: run, batch, or both. SPEC is in the form of argparse: letter/name, then = for a required
# value, =? for an optional value in the same word, =+ for an option that may be repeated. VALUES are words, commands in
# ( ) that print words, and `files`.
function __netrunner_option # WHERE SPEC DESCRIPTION VALUES...
    set -l where $argv[1]
    test $where = both; and set where run batch
    set -l spec $argv[2]
    set -l name (string replace -r '=.*' '' -- $spec | string split /)
    set -l values $argv[4..]
    set -l rule -l $name[-1] -d $argv[3]
    set -q name[2]; and set -a rule -s $name[1]
    if set -l at (contains -i files $values)
        set -a rule -F
        set -e values[$at]
    else if string match -q '*=*' -- $spec
        set -a rule -f
    end
    string match -qr '=\+?$' -- $spec; and set -a rule -r
    test -n "$values"; and set -a rule -a "$values"
    for each in $where
        set -ga __netrunner_$each'_specs' $spec
        complete -c netrunner -n "__netrunner_options $each" $rule
    end
end

# Prints the command and its arguments, each followed by NUL. Fails if the typed words are still options, or those of
# another word than $argv[1].
function __netrunner_command
    set -l tokens (commandline -opc) (commandline -ct)
    set -e tokens[1]
    test "$tokens[1]" = $argv[1]; or return 1
    set -l specs __netrunner_$argv[1]_specs
    set -e tokens[1]
    set argv # it stays empty if argparse fails
    argparse -s $$specs -- $tokens 2>/dev/null
    set -q argv[1]; and not string match -q -- '-*' $argv[1]; or return 1
    string join0 -- $argv
    return 0 # join0 fails if there is only one argument
end

function __netrunner_complete_command
    __fish_complete_subcommand --commandline (__netrunner_command $argv[1] | string split0)
end

# Succeeds if a word of the command of batch is typed, not one of a list after `:::`.
function __netrunner_job_word
    __netrunner_command batch >/dev/null; and not contains -- ::: (commandline -opc)
end

# Succeeds if a value after `:::` is typed.
function __netrunner_list_word
    __netrunner_command batch >/dev/null; and contains -- ::: (commandline -opc)
end

# The placeholders for a word that ends with an open brace, if the brace is quoted: fish escapes what it adds, and a
# word cannot begin with a plain brace and end with an escaped one.
function __netrunner_placeholders
    set -l typed (commandline -ct)
    string match -qr '(^[\'"].*|\\\\)\{[^}]*$' -- $typed; or return
    set -l before (string replace -r '^[\'"]' '' -- $typed | string replace -r '\\\\?\{[^}]*$' '')
    for each in '{}' '{.}' '{/}' '{//}' '{#}' '{id}' '{1}' '{2}' '{3}' $argv
        echo $before$each
    end
end

# Succeeds after `netrunner report WORD`.
function __netrunner_reads_reports
    set -l tokens (commandline -opc)
    test "$tokens[2]" = report; and contains -- "$tokens[3]" show html markdown junit trace merge
end

# Succeeds if the first word after `netrunner` is $argv[1].
function __netrunner_first
    set -l tokens (commandline -opc)
    test "$tokens[2]" = "$argv[1]"
end

# Succeeds if the word being typed is still an option of `$argv[1]`.
function __netrunner_options
    set -l tokens (commandline -opc)
    test "$tokens[2]" = "$argv[1]"; and not contains -- -- $tokens; and not __netrunner_command $argv[1] >/dev/null
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

# Succeeds if the word being typed is operand number $argv[1] of `ctl`, after the command $argv[2] if it is given.
function __netrunner_ctl_at
    set -l tokens (commandline -opc)
    test "$tokens[2]" = ctl; or return
    set -l operands
    set -l is_value false
    for token in $tokens[3..]
        if $is_value
            set is_value false
        else if test "$token" = --max
            set is_value true
        else if not string match -qr '^-.' -- $token
            set -a operands $token
        end
    end
    not $is_value; and test (count $operands) -eq (math $argv[1] - 1); or return
    not set -q argv[2]; or test "$operands[2]" = $argv[2]
end

# The runs that `netrunner ps` shows, each with its command.
function __netrunner_runs
    set -l head
    for line in (netrunner ps 2>/dev/null)
        if not set -q head[1]
            set head (string replace -r 'COMMAND.*' '' -- $line | string length)
        else
            printf '%s\t%s\n' (string split -f 1 ' ' -- $line) (string sub -s (math $head + 1) -- $line | string trim)
        end
    end
end

complete -c netrunner -f
complete -c netrunner -n __fish_is_first_token -a run -d 'Run a command and end every process it leaves behind'
complete -c netrunner -n __fish_is_first_token -a batch -d 'Run a command for each record, several at once'
complete -c netrunner -n __fish_is_first_token -a report -d 'Show reports, or join those of a batch'
complete -c netrunner -n __fish_is_first_token -a doctor -d 'Check which features work on this machine'
complete -c netrunner -n __fish_is_first_token -a gc -d 'End and remove what killed runs left behind'
complete -c netrunner -n __fish_is_first_token -a ps -d 'List the runs of netrunner on this machine'
complete -c netrunner -n __fish_is_first_token -a ctl -d 'Ask a run that goes on, or give it an order'
complete -c netrunner -n __fish_is_first_token -a help -d 'Show the help of a command'
complete -c netrunner -n __fish_is_first_token -s V -l version -d 'Show the version'
complete -c netrunner -n __fish_is_first_token -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first help' -a 'run batch report doctor gc ps ctl'
complete -c netrunner -n '__netrunner_first report; and not __netrunner_reads_reports' -a show -d 'Print a summary of a report'
complete -c netrunner -n '__netrunner_first report; and not __netrunner_reads_reports' -a html -d 'Make a page with charts'
complete -c netrunner -n '__netrunner_first report; and not __netrunner_reads_reports' -a markdown -d 'Make a summary for a CI job'
complete -c netrunner -n '__netrunner_first report; and not __netrunner_reads_reports' -a junit -d 'Make a JUnit XML file'
complete -c netrunner -n '__netrunner_first report; and not __netrunner_reads_reports' -a trace -d 'Make Chrome trace events'
complete -c netrunner -n '__netrunner_first report; and not __netrunner_reads_reports' -a merge -d 'Join the reports of the shards of a batch'
complete -c netrunner -n __netrunner_reads_reports -F
complete -c netrunner -n '__netrunner_first report' -l junit -r -F -d 'Write a JUnit XML file, one case for each job'
complete -c netrunner -n '__netrunner_first report' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first report' -s V -l version -d 'Show the version'
complete -c netrunner -n '__netrunner_first doctor' -l json -d 'Print the result as one JSON object'
complete -c netrunner -n '__netrunner_first doctor' -l require -x -a 'run proc pidfd pty cgroup memory pids cpu cpuset io pid-namespace' -d 'Checks that decide the status'
complete -c netrunner -n '__netrunner_first doctor' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first doctor' -s V -l version -d 'Show the version'
complete -c netrunner -n '__netrunner_first gc' -l cgroup-base -x -a 'root self (__fish_complete_directories)' -d 'Where PATH starts'
complete -c netrunner -n '__netrunner_first gc' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first gc' -s V -l version -d 'Show the version'
complete -c netrunner -n '__netrunner_first gc' -a '(__netrunner_groups)' -d 'Control group'
complete -c netrunner -n '__netrunner_first ps' -l json -d 'Print a JSON array'
complete -c netrunner -n '__netrunner_first ps' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first ps' -s V -l version -d 'Show the version'
complete -c netrunner -n '__netrunner_ctl_at 1' -F -k -a '(__netrunner_runs)'
complete -c netrunner -n '__netrunner_ctl_at 2' -a status -d 'Show the state of the run'
complete -c netrunner -n '__netrunner_ctl_at 2' -a events -d 'Print the events of the run'
complete -c netrunner -n '__netrunner_ctl_at 2' -a signal -d 'Send a signal to the command'
complete -c netrunner -n '__netrunner_ctl_at 2' -a stop -d 'Stop the run'
complete -c netrunner -n '__netrunner_ctl_at 2' -a extend -d 'Move the time limit'
complete -c netrunner -n '__netrunner_ctl_at 2' -a resize -d 'Set the size of the pseudo-terminal'
complete -c netrunner -n '__netrunner_ctl_at 2' -a close-stdin -d 'End the standard input of the command'
complete -c netrunner -n '__netrunner_ctl_at 2' -a write -d 'Write to the input of the command'
complete -c netrunner -n '__netrunner_ctl_at 2' -a read -d 'Print what the command writes'
complete -c netrunner -n '__netrunner_ctl_at 3 signal' -a 'HUP INT QUIT USR1 USR2 ALRM TERM CONT STOP TSTP KILL'
complete -c netrunner -n '__netrunner_ctl_at 3 extend' -a '1m 10m 1h =30m =1h =infinity'
complete -c netrunner -n '__netrunner_ctl_at 3 resize' -a '80x24 120x40 132x50'
complete -c netrunner -n '__netrunner_ctl_at 3 read' -a 'stdout stderr'
complete -c netrunner -n '__netrunner_first ctl' -l max -x -a '4K 64K 1M' -d 'Print at most this many bytes'
complete -c netrunner -n '__netrunner_first ctl' -l json -d 'Print the reply as it came'
complete -c netrunner -n '__netrunner_first ctl' -s h -l help -d 'Show the usage'
complete -c netrunner -n '__netrunner_first ctl' -s V -l version -d 'Show the version'
complete -c netrunner -n '__netrunner_command run >/dev/null' -a '(__netrunner_complete_command run)'
complete -c netrunner -n __netrunner_job_word -a '(__netrunner_complete_command batch)'
complete -c netrunner -n __netrunner_job_word -a '(__netrunner_placeholders)'
complete -c netrunner -n __netrunner_list_word -F

set -g __netrunner_run_specs
set -g __netrunner_batch_specs
__netrunner_option run pty 'Run the command on a new pseudo-terminal'
__netrunner_option run term= 'TERM on the --pty terminal' xterm-256color xterm dumb
__netrunner_option run pty-stderr= 'Where standard error goes with --pty' auto terminal pipe
__netrunner_option run no-input= 'If the command waits for keys in vain' say fail
__netrunner_option run winsize= 'Size of the --pty terminal' 80x24 132x50
__netrunner_option run stdin= 'Where standard input comes from' inherit null pipe pty control files
__netrunner_option run stdout= 'Where standard output goes' auto pipe inherit null control files
__netrunner_option run stderr= 'Where standard error goes' auto pipe inherit null stdout control files
__netrunner_option run o/output= 'Also write the relayed output to a file' files
__netrunner_option run append 'Append to the --output file, do not replace it'
__netrunner_option both 'timestamps=?' 'Start each line with the time' elapsed iso delta
__netrunner_option run prefix= 'Start each line with this text'
__netrunner_option run output-stamped 'Write time and prefix to the --output file too'
__netrunner_option run output-format= 'What the --output file gets' raw plain
__netrunner_option both max-output= 'Stop the command if it writes more than this' 64K 1M 16M 1GiB
__netrunner_option both max-output-action= 'What follows when the command has written more' stop drop
__netrunner_option both close-fds "Close descriptors above 2 for the command"
__netrunner_option run pipe-size= "Capacity of the command's pipes" 64K 256K 1M

__netrunner_option both t/timeout= 'Stop the command after this time' 30s 5m 1h 1h30m
__netrunner_option both idle-timeout= 'Stop the command after this time without output' 30s 5m 1h
__netrunner_option both max-rss= 'Stop the tree if it uses more memory' 64M 512M 1G
__netrunner_option both max-processes= 'Stop the tree if it has more processes' 10 100 1000
__netrunner_option both cpu-time= 'Stop the tree when it has used this much CPU time' 30s 5m 1h
__netrunner_option both on-timeout= 'On a timeout, run this shell command first'
__netrunner_option both on-stop= 'Before a stop, run this shell command first'
__netrunner_option both s/signal= 'First signal of a stop' HUP INT QUIT USR1 USR2 ALRM TERM CONT STOP TSTP KILL
__netrunner_option both k/kill-after= 'Time until SIGKILL' 0 1s 5s 30s
__netrunner_option both stop= 'Signals and waits of a stop' INT,2s,TERM,5s,KILL TERM,5s,KILL KILL command:TERM,10s,TERM,5s,KILL
__netrunner_option both retries= 'Try again up to this often after a failure' 1 2 3 5
__netrunner_option both retry-on= 'After which ends to try again' failure exited signaled timeout idle-timeout output-limit cpu-limit memory-limit process-limit no-input oom spawn-failed exit:
__netrunner_option both retry-delay= 'Time between two attempts' 0 1s 10s 1m
__netrunner_option both retry-timeout= 'Time for all attempts together' 30s 5m 1h 1h30m
__netrunner_option both p/preserve-status "After a limit, use the command's status, not 124"
__netrunner_option run orphans= 'What to do with processes left over' kill wait leave
__netrunner_option both spare=+ 'Leave daemons of this program running' '(__fish_complete_command)'
__netrunner_option both die-with-parent 'Also stop when the parent of netrunner ends'

__netrunner_option both pid-namespace 'Run the command in a new PID namespace'
__netrunner_option both keep-signals 'Pass ignored and blocked signals on unchanged'
__netrunner_option both C/chdir= 'Run the command in this directory' '(__fish_complete_directories)'
__netrunner_option both E/setenv=+ 'Set an environment variable' '(set -xn)='
__netrunner_option both u/unset=+ 'Remove an environment variable' '(set -xn)'
__netrunner_option both i/ignore-environment 'Start with an empty environment'
__netrunner_option run a/argv0= 'Pass this name as the zeroth argument'
__netrunner_option both uid= 'Run as this user and its groups' '(__fish_complete_users)'
__netrunner_option both gid= 'Run with this primary group' '(__fish_complete_groups)'
__netrunner_option both groups= 'Supplementary groups, separated by commas' '(__fish_complete_groups)'
__netrunner_option both umask= 'File mode creation mask in octal' 022 027 077
__netrunner_option both nice= 'Nice value, -20 (highest priority) to 19' 5 10 19
__netrunner_option both rlimit=+ 'Set a resource limit' \
    '{as,core,cpu,data,fsize,locks,memlock,msgqueue,nice,nofile,nproc,rss,rtprio,rttime,sigpending,stack}='
__netrunner_option both no-new-privs 'Let no program gain privileges (sudo, setuid)'

__netrunner_option both cgroup= 'Run in this control group below --cgroup-base' '(__netrunner_groups)'
__netrunner_option both cgroup-base= 'Where the path of --cgroup starts' root self '(__fish_complete_directories)'
__netrunner_option both memory-max= 'Memory limit; above it the kernel kills all' 64M 512M 1G 4G max
__netrunner_option both memory-high= 'Memory threshold; above it the command is slowed' 64M 512M 1G 4G max
__netrunner_option both swap-max= 'Swap limit' 0 64M 512M 1G max
__netrunner_option both pids-max= 'Limit on processes and threads at once' 10 100 1000 max
__netrunner_option both cpu-max= 'CPU time limit in CPUs or percent' 0.5 1 1.5 50% max
__netrunner_option both cpu-weight= 'Relative CPU share, 1 to 10000' 1 10 100 1000
__netrunner_option both cpuset= 'CPUs to run on' 0 0-1 0-3
__netrunner_option both io-max=+ 'Disk limits'
__netrunner_option both cgroup-set=+ 'Write any other file of the control group' \
    '{cgroup.max.depth,cgroup.max.descendants,cpu.idle,cpu.max.burst,io.weight,memory.low,memory.min,memory.oom.group}='

__netrunner_option run report= 'Write the JSON report to a file' files
__netrunner_option run report-fd= 'Write the JSON report to this open descriptor' 3 4 5
__netrunner_option run events= 'Write events as JSON lines to a descriptor or file' files
__netrunner_option run control= 'Take requests from a descriptor or at a socket' files
__netrunner_option run junit= 'Write a JUnit XML file with one test case' files
__netrunner_option run junit-name= 'Name of that test case'
__netrunner_option run summary 'Print a short summary on stderr at the end'
__netrunner_option run heartbeat= 'Print a status line per this time without output' 30s 1m 5m
__netrunner_option run progress 'Show a live status line on the terminal'
__netrunner_option run q/quiet 'Do not print the verdict of a limit or a stop'
__netrunner_option both 'sample=?' 'Record the use of the tree, for report and events' 100ms 1s 10s
__netrunner_option both v/verbose 'Print each step; -vv also internal messages'
__netrunner_option run h/help 'Show the options of run'
__netrunner_option both V/version 'Show the version'

__netrunner_option batch a/arg-file= 'Read the records from this file' files
__netrunner_option batch 0/null 'Records end with NUL, not with a newline'
__netrunner_option batch jsonl 'Each line is a JSON object that describes a job'
__netrunner_option batch shell-lines 'Each line is a command line for /bin/sh'
__netrunner_option batch shell= 'Run this shell command for each record'
__netrunner_option batch literal 'Replace no placeholders; append the record'
__netrunner_option batch n/max-args= 'Pack up to so many records into one job' 10 100 1000
__netrunner_option batch j/jobs= 'How many jobs at once' auto 1 2 4 8 50% 200%
__netrunner_option batch halt= 'What follows when jobs fail' never soon soon=10 soon=10% now now=10
__netrunner_option batch batch-timeout= 'Stop all jobs after this time' 30s 5m 1h 1h30m
__netrunner_option batch shard= 'Run this part of the jobs' auto 1/2 1/4 hash:1/2 hash:1/4
__netrunner_option batch group-memory-max= 'Memory limit of all jobs together' 64M 512M 1G 4G max
__netrunner_option batch group-cpu-max= 'CPU time limit of all jobs together' 0.5 1 1.5 50% max
__netrunner_option batch group-pids-max= 'Process limit of all jobs together' 10 100 1000 max
__netrunner_option batch output-mode= 'How the output of the jobs is joined' group ordered line "'files={id}.{stream}'" null inherit
__netrunner_option batch spill-max= 'Most that waits in the spill file' 64M 1G 4G
__netrunner_option batch 'tag=?' 'Start each line with this text' "'{id} '" "'{}: '" "'{stream} '"
__netrunner_option batch show= 'Whose output is shown' all failed
__netrunner_option batch o/output= 'Also write all output, tagged, to a file' files
__netrunner_option batch append 'Append to the --output file, do not replace it'
__netrunner_option batch report= 'Write a report of JSON lines to a new file' files
__netrunner_option batch resume= 'Skip what succeeded in this report, append to it' files
__netrunner_option batch junit= 'Write a JUnit XML file, one case for each job' files
__netrunner_option batch events= 'Write events as JSON lines to a descriptor or file' files
__netrunner_option batch progress 'Show a live status line'
__netrunner_option batch q/quiet 'Print only failures of netrunner'
__netrunner_option batch stdin= 'Where the input of each job comes from' null files
__netrunner_option batch stdout= 'Where standard output goes' auto pipe null files
__netrunner_option batch stderr= 'Where standard error goes' auto pipe null stdout files
__netrunner_option batch orphans= 'What to do with processes left over' kill wait
__netrunner_option batch argv0= 'Pass this name as the zeroth argument'
__netrunner_option batch h/help 'Show the options of batch'
