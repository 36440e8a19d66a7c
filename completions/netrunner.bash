# bash completion for netrunner                                                            -*- shell-script -*-
# Completes the command after the options by the rules of that command. With the bash-completion package it loads these
# rules; without the package only rules that are already loaded are used.

# The options: letter/--name, then = for a required value, =? for an optional value in the same word.
_netrunner_shared_options='
    --stdin= --stdout= --stderr= --max-output= --max-output-action= --close-fds
    t/--timeout= --idle-timeout= --cpu-time= --max-rss= --max-processes= --on-timeout= --on-stop= s/--signal= k/--kill-after= --stop= --retries= --retry-on=
    --retry-delay= --retry-timeout= p/--preserve-status --orphans= --spare= --die-with-parent --pid-namespace
    --keep-signals C/--chdir= E/--setenv= u/--unset= i/--ignore-environment --uid= --gid= --groups= --umask= --nice= --rlimit=
    --no-new-privs
    --cgroup= --cgroup-base= --memory-max= --memory-high= --swap-max= --pids-max= --cpu-max= --cpu-weight= --cpuset=
    --io-max= --cgroup-set=
    o/--output= --append --timestamps=? --report= --junit= --events= --sample=? --progress q/--quiet v/--verbose h/--help V/--version'
_netrunner_run_options="$_netrunner_shared_options"'
    --pty --term= --pty-stderr= --no-input= --winsize= --prefix= --output-stamped --output-format= --pipe-size=
    a/--argv0= --report-fd= --control= --junit-name= --summary --heartbeat='
_netrunner_batch_options="$_netrunner_shared_options"'
    a/--arg-file= 0/--null --jsonl --shell-lines --shell= --literal n/--max-args= --argv0=
    j/--jobs= --halt= --batch-timeout= --shard= --group-memory-max= --group-cpu-max= --group-pids-max=
    --output-mode= --spill-max= --tag=? --show= --resume='
_netrunner_report_options='--junit= h/--help V/--version'
_netrunner_doctor_options='--json --require= h/--help V/--version'
_netrunner_gc_options='--cgroup-base= h/--help V/--version'
_netrunner_ps_options='--json h/--help V/--version'
_netrunner_ctl_options='--max= --json h/--help V/--version'
_netrunner_options='h/--help V/--version'

# Prints the long name of the option whose value is the word after WORD. Prints nothing if WORD takes no further word.
_netrunner_waiting() { # TABLE WORD
    local entry letter value
    for entry in $1; do
        value=${entry#*/}
        case $entry in
            ?/--*=) letter=${entry%%/*} ;;
            --*=) letter= ;;
            *) continue ;;
        esac
        case $2 in
            --*) [[ $2 == "${value%=}" ]] && echo "${value%=}" && return ;;
            # A bundle of letters: the first letter with a value takes the rest of the word as its value, or the next word
            # if nothing is left.
            -?*) [[ -n $letter && $2 == *"$letter" ]] && ! _netrunner_has_value "$1" "${2%?}" && echo "${value%=}" && return ;;
        esac
    done
}

# Succeeds if a letter of BUNDLE takes a value.
_netrunner_has_value() { # TABLE BUNDLE
    local entry
    for entry in $1; do
        [[ $entry == ?/*= && $2 == *"${entry%%/*}"* ]] && return
    done
    return 1
}

# Prints the directory where the paths of control groups start.
_netrunner_cgroup_base() {
    local i mount base=${NETRUNNER_CGROUP_BASE-}
    for ((i = 2; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
            --cgroup-base) base=${words[i + 1]} ;;
            --cgroup-base=*) base=${words[i]#*=} ;;
        esac
    done
    [[ $base == /* ]] && echo "$base" && return
    mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
    [[ $base == root || (-z $base && $EUID == 0) ]] || mount+=$(sed -n 's/^0:://p' /proc/self/cgroup)
    echo "${mount%/}"
}

_netrunner_offer() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_netrunner_names() { # offers names; = and a value come next
    mapfile -t COMPREPLY < <(compgen -S = "$@" -- "$cur")
    compopt -o nospace
}
_netrunner_any() { mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$1" -- "$cur"); }
_netrunner_files() { # -f or -d
    _netrunner_any "$1"
    compopt -o filenames
}
_netrunner_groups() {
    local base
    base=$(_netrunner_cgroup_base)
    [[ -n $base ]] || return
    mapfile -t COMPREPLY < <(cd "$base" 2>/dev/null && compgen -d -S / -- "$cur")
    compopt -o nospace
}

_netrunner_value() { # OPTION
    case ${words[1]}:$1 in
        batch:--stdin) _netrunner_offer 'null' && _netrunner_files -f && return ;;
        batch:--stdout) _netrunner_offer 'auto pipe null' && _netrunner_files -f && return ;;
        batch:--stderr) _netrunner_offer 'auto pipe null stdout' && _netrunner_files -f && return ;;
        batch:--orphans) _netrunner_offer 'kill wait' && return ;;
    esac
    case $1 in
        --jobs) _netrunner_offer 'auto 1 2 4 8 50% 200%' ;;
        --halt) _netrunner_offer 'never soon soon=10 soon=10% now now=10' ;;
        --shard) _netrunner_offer 'auto 1/2 1/4 hash:1/2 hash:1/4' ;;
        --output-mode) _netrunner_offer 'group ordered line files={id}.{stream} null inherit' ;;
        --show) _netrunner_offer 'all failed' ;;
        --tag) _netrunner_placeholders '{stream}' ;;
        --max-args) _netrunner_offer '10 100 1000' ;;
        --term) _netrunner_offer 'xterm-256color xterm dumb' ;;
        --pty-stderr) _netrunner_offer 'auto terminal pipe' ;;
        --no-input) _netrunner_offer 'say fail' ;;
        --winsize) _netrunner_offer '80x24 132x50' ;;
        --stdin) _netrunner_offer 'inherit null pipe pty control' && _netrunner_files -f ;;
        --stdout) _netrunner_offer 'auto pipe inherit null control' && _netrunner_files -f ;;
        --stderr) _netrunner_offer 'auto pipe inherit null stdout control' && _netrunner_files -f ;;
        --output | --report | --resume | --junit | --arg-file) _netrunner_files -f ;;
        --timestamps) _netrunner_offer 'elapsed iso delta' ;;
        --output-format) _netrunner_offer 'raw plain' ;;
        --max-output | --spill-max) _netrunner_offer '64K 1M 16M 1GiB' ;;
        --max-output-action) _netrunner_offer 'stop drop' ;;
        --pipe-size) _netrunner_offer '64K 256K 1M' ;;
        --timeout | --idle-timeout | --batch-timeout | --cpu-time | --heartbeat) _netrunner_offer '30s 5m 1h 1h30m' ;;
        --sample) _netrunner_offer '100ms 1s 10s' ;;
        --kill-after) _netrunner_offer '0 1s 5s 30s' ;;
        --signal) _netrunner_offer 'HUP INT QUIT USR1 USR2 ALRM TERM CONT STOP TSTP KILL' ;;
        --stop) _netrunner_offer 'INT,2s,TERM,5s,KILL TERM,5s,KILL KILL command:TERM,10s,TERM,5s,KILL' ;;
        --retries) _netrunner_offer '1 2 3 5' ;;
        --retry-on) _netrunner_offer 'failure exited signaled timeout idle-timeout output-limit cpu-limit memory-limit process-limit no-input oom spawn-failed exit:' ;;
        --retry-delay) _netrunner_offer '0 1s 10s 1m' ;;
        --retry-timeout) _netrunner_offer '30s 5m 1h 1h30m' ;;
        --orphans) _netrunner_offer 'kill wait leave' ;;
        --spare) _netrunner_any -c ;;
        --chdir) _netrunner_files -d ;;
        --setenv) _netrunner_names -e ;;
        --unset) _netrunner_any -e ;;
        --uid) _netrunner_any -u ;;
        --gid | --groups) _netrunner_any -g ;;
        --umask) _netrunner_offer '022 027 077' ;;
        --nice) _netrunner_offer '5 10 19' ;;
        --rlimit)
            _netrunner_names -W 'as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime
                sigpending stack'
            ;;
        --cgroup) _netrunner_groups ;;
        --cgroup-base) _netrunner_offer 'root self' && _netrunner_files -d ;;
        --memory-max | --memory-high | --swap-max | --group-memory-max) _netrunner_offer '64M 512M 1G 4G max' ;;
        --max-rss) _netrunner_offer '64M 512M 1G 4G max' ;;
        --max-processes) _netrunner_offer '10 100 1000 max' ;;
        --pids-max | --group-pids-max) _netrunner_offer '10 100 1000 max' ;;
        --cpu-max | --group-cpu-max) _netrunner_offer '0.5 1 1.5 50% max' ;;
        --cpu-weight) _netrunner_offer '1 10 100 1000' ;;
        --cpuset) _netrunner_offer "0 0-$(($(nproc) - 1))" ;;
        --cgroup-set)
            _netrunner_names -W 'cgroup.max.depth cgroup.max.descendants cpu.idle cpu.max.burst io.weight memory.low
                memory.min memory.oom.group'
            ;;
        --report-fd) _netrunner_offer '3 4 5' ;;
        --max) _netrunner_offer '4K 64K 1M' ;;
        --events | --control) _netrunner_offer '3 4 5' && _netrunner_files -f ;;
        --require) _netrunner_offer 'run proc pidfd pty cgroup memory pids cpu cpuset io pid-namespace' ;;
    esac
}

# Offers programs only, because netrunner cannot run builtins, functions and aliases of the shell.
_netrunner_programs() {
    local directory IFS=:
    if [[ $cur == */* ]]; then
        _netrunner_files -f
        return
    fi
    for directory in $PATH; do
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(cd "$directory" 2>/dev/null && compgen -f -- "$cur")
    done
}

# Completes the command, whose words begin at COMP_WORDS[$1], by its own rules.
_netrunner_command() {
    if ((COMP_CWORD == $1)); then
        _netrunner_programs
        return
    fi
    if declare -F _command_offset >/dev/null; then
        _command_offset "$1"
        return
    fi
    local name=${COMP_WORDS[$1]} rule
    rule=$(complete -p "$name" 2>/dev/null || complete -p "${name##*/}" 2>/dev/null)
    if [[ $rule =~ \ -F\ ([^ ]+) ]]; then
        COMP_LINE=${COMP_LINE#*"${COMP_WORDS[$1 - 1]} "}
        COMP_POINT=${#COMP_LINE}
        COMP_WORDS=("${COMP_WORDS[@]:$1}")
        COMP_CWORD=$((COMP_CWORD - $1))
        "${BASH_REMATCH[1]}" "$name" "$cur" "${COMP_WORDS[COMP_CWORD - 1]}"
    else
        _netrunner_files -f
    fi
}

# Offers placeholders for a word that ends with an open brace, or fails.
_netrunner_placeholders() { # MORE...
    local each before=${cur%'{'*} shown
    [[ $cur == *'{'* && ${cur##*'{'} != *'}'* ]] || return
    shown=${before#[\'\"]}
    # Readline completes the part after the last character at which it splits words.
    [[ $COMP_WORDBREAKS != *=* ]] || shown=${shown##*=}
    [[ $COMP_WORDBREAKS != *:* ]] || shown=${shown##*:}
    COMPREPLY=()
    for each in '{}' '{.}' '{/}' '{//}' '{#}' '{id}' '{1}' '{2}' '{3}' "$@"; do
        [[ $before$each != "$cur"* ]] || COMPREPLY+=("$shown$each")
    done
}

# Completes a word of the command of `batch`, whose words begin at words[$1], or of a list after `:::`.
_netrunner_batch_command() {
    local at
    for ((at = $1; at < ${#words[@]} - 1; at++)); do
        [[ ${words[at]} != ::: ]] || {
            _netrunner_files -f
            return
        }
    done
    _netrunner_placeholders || _netrunner_command "${starts[$1]}"
}

# Completes a word after `ctl` that is neither an option nor the value of one.
_netrunner_ctl() {
    local i operands=()
    for ((i = 2; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
            --max) ((i++)) ;;
            -?*) ;;
            *) operands+=("${words[i]}") ;;
        esac
    done
    case ${#operands[@]}:${operands[1]-} in
        0:)
            _netrunner_offer "$(netrunner ps 2>/dev/null | awk 'NR > 1 { print $1 }')"
            _netrunner_files -f
            ;;
        1:) _netrunner_offer 'status events signal stop extend resize close-stdin write read' ;;
        2:signal) _netrunner_value --signal ;;
        2:extend)
            _netrunner_offer '1m 10m 1h =30m =1h =infinity'
            # Readline completes the part after the equals sign, if it splits words there.
            [[ $COMP_WORDBREAKS != *=* || $cur != =* ]] || COMPREPLY=("${COMPREPLY[@]#=}")
            ;;
        2:resize) _netrunner_offer '80x24 120x40 132x50' ;;
        2:read) _netrunner_offer 'stdout stderr' ;;
    esac
}

_netrunner() {
    # Readline also splits words at = and :. Join the parts to the words as typed. starts[N] is the index in COMP_WORDS
    # where words[N] begins.
    local line=${COMP_LINE:0:COMP_POINT} words=() starts=() cur i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if ((i == 0)) || [[ $line == [[:space:]]* ]]; then
            line=${line#"${line%%[![:space:]]*}"}
            words+=('')
            starts+=("$i")
        fi
        cur=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || cur=$line
        words[-1]+=$cur
        line=${line#"$cur"}
    done
    cur=${words[-1]}

    COMPREPLY=()
    if ((${#words[@]} == 2)); then
        _netrunner_offer 'run batch report doctor gc ps ctl help -h --help -V --version'
        return
    fi
    local table=_netrunner_${words[1]}_options
    local first=2
    case ${words[1]} in
        run | batch | doctor | gc | ps | ctl) table=${!table} ;;
        report)
            table=${!table}
            ((${#words[@]} > 3)) || {
                _netrunner_offer 'show html markdown junit trace merge -h --help -V --version'
                return
            }
            first=3
            ;;
        help) ((${#words[@]} == 3)) && _netrunner_offer 'run batch report doctor gc ps ctl' && return ;;
        *) return ;;
    esac

    local waiting='' ended=''
    for ((i = first; i < ${#words[@]}; i++)); do
        if [[ -n $waiting ]]; then
            ((i == ${#words[@]} - 1)) || waiting=
        elif [[ -n $ended || ${words[i]} != -* || (${words[i]} == - && $i -lt $((${#words[@]} - 1))) ]]; then
            case ${words[1]} in
                run) _netrunner_command "${starts[i]}" ;;
                batch) _netrunner_batch_command "$i" ;;
                gc) _netrunner_groups ;;
                report)
                    ((i == ${#words[@]} - 1)) || continue
                    _netrunner_files -f
                    ;;
                ctl)
                    ((i == ${#words[@]} - 1)) || continue
                    _netrunner_ctl
                    ;;
            esac
            return
        elif ((i == ${#words[@]} - 1)); then
            break
        elif [[ ${words[i]} == -- ]]; then
            ended=1
        else
            waiting=$(_netrunner_waiting "$table" "${words[i]}")
        fi
    done

    if [[ -n $waiting ]]; then
        _netrunner_value "$waiting"
    elif [[ $cur == --*=* ]]; then
        local option=${cur%%=*}
        cur=${cur#*=}
        _netrunner_value "$option"
        # If readline does not split at =, it replaces the whole word, so the option must be part of each reply.
        [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$option=}")
    else
        local entry names=--
        for entry in $table; do
            [[ $entry != ?/* ]] || names+=" -${entry%%/*}"
            entry=${entry#*/}
            names+=" ${entry%%=*}"
        done
        _netrunner_offer "$names"
    fi
} && complete -F _netrunner netrunner
