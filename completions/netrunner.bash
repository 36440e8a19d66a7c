# bash completion for netrunner                                                            -*- shell-script -*-
# Needs the bash-completion package, as the command after the options is completed by its own rules.

_netrunner_signals='HUP INT QUIT USR1 USR2 ALRM TERM CONT STOP TSTP KILL'
_netrunner_with_value='--winsize --stdin --stdout --stderr --output --prefix --max-output --pipe-size --timeout --idle-timeout
    --on-timeout --signal --kill-after --stop --orphans --chdir --setenv --unset --argv0 --uid --gid --groups --umask --nice --rlimit
    --cgroup --cgroup-base --memory-max --memory-high --swap-max --pids-max --cpu-max --cpu-weight --cpuset --io-max
    --cgroup-set --report --report-fd --junit --heartbeat'
_netrunner_flags='--pty --append --timestamps --output-stamped --preserve-status --die-with-parent --pid-namespace --keep-signals
    --ignore-environment --no-new-privs --summary --progress --quiet --verbose --help'
_netrunner_letters_with_value='otskCEua'

# Prints the index in COMP_WORDS where the command stands, or nothing while the options last.
# Readline splits words at = and :, so a value goes on for as long as those follow.
_netrunner_command_index() {
    local i word
    for ((i = 2; i < COMP_CWORD + 1; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            --) ((i < COMP_CWORD)) && echo $((i + 1)) && return ;;
            --*) [[ ${COMP_WORDS[i + 1]-} != = && " ${_netrunner_with_value//$'\n'/ } " == *" $word "* ]] && ((i++)) ;;
            -*["$_netrunner_letters_with_value"]) ((i++)) ;;
            -*) ;;
            *) echo "$i" && return ;;
        esac
        while [[ ${COMP_WORDS[i + 1]-} == [=:]* ]]; do ((i += 2)); done
    done
}

_netrunner() {
    local cur prev words cword split
    _init_completion -s || return

    if ((cword == 1)); then
        mapfile -t COMPREPLY < <(compgen -W 'run doctor gc help -h --help -V --version' -- "$cur")
        return
    fi
    case ${words[1]} in
        run) ;;
        help)
            ((cword == 2)) && mapfile -t COMPREPLY < <(compgen -W 'run doctor gc' -- "$cur")
            return
            ;;
        gc)
            case $prev in
                --cgroup-base) mapfile -t COMPREPLY < <(compgen -d -W 'root self' -- "$cur") ;;
                *) mapfile -t COMPREPLY < <(compgen -W '--cgroup-base -h --help' -- "$cur") ;;
            esac
            return
            ;;
        doctor)
            mapfile -t COMPREPLY < <(compgen -W '--json -h --help' -- "$cur")
            return
            ;;
        *) return ;;
    esac

    local command
    command=$(_netrunner_command_index)
    if [[ -n $command ]]; then
        _command_offset "$command"
        return
    fi

    # The value of this one is only taken after an equals sign.
    [[ $prev == --timestamps ]] && ! $split && prev=
    # Letters may be bundled: -po is -p and -o.
    [[ $prev == -[!-]*["$_netrunner_letters_with_value"] ]] && prev=-${prev: -1}
    case $prev in
        --winsize) mapfile -t COMPREPLY < <(compgen -W '80x24 132x50' -- "$cur") ;;
        --stdin) mapfile -t COMPREPLY < <(compgen -f -W 'inherit null pipe pty' -- "$cur") ;;
        --stdout) mapfile -t COMPREPLY < <(compgen -f -W 'pipe inherit null' -- "$cur") ;;
        --stderr) mapfile -t COMPREPLY < <(compgen -f -W 'pipe inherit null stdout' -- "$cur") ;;
        --output | -o | --report | --junit) _filedir ;;
        --timestamps) mapfile -t COMPREPLY < <(compgen -W 'elapsed iso delta' -- "$cur") ;;
        --max-output) mapfile -t COMPREPLY < <(compgen -W '64K 1M 16M 1GiB' -- "$cur") ;;
        --pipe-size) mapfile -t COMPREPLY < <(compgen -W '64K 256K 1M' -- "$cur") ;;
        --timeout | -t | --idle-timeout | --heartbeat) mapfile -t COMPREPLY < <(compgen -W '30s 5m 1h 1h30m' -- "$cur") ;;
        --kill-after | -k) mapfile -t COMPREPLY < <(compgen -W '0 1s 5s 30s' -- "$cur") ;;
        --signal | -s) mapfile -t COMPREPLY < <(compgen -W "$_netrunner_signals" -- "${cur#SIG}") ;;
        --stop) mapfile -t COMPREPLY < <(compgen -W 'INT,2s,TERM,5s,KILL TERM,5s,KILL KILL' -- "$cur") ;;
        --orphans) mapfile -t COMPREPLY < <(compgen -W 'kill wait leave' -- "$cur") ;;
        --chdir | -C) _filedir -d ;;
        --setenv | -E | --unset | -u) mapfile -t COMPREPLY < <(compgen -e -- "$cur") ;;
        --uid) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
        --gid | --groups) mapfile -t COMPREPLY < <(compgen -g -- "$cur") ;;
        --umask) mapfile -t COMPREPLY < <(compgen -W '022 027 077' -- "$cur") ;;
        --nice) mapfile -t COMPREPLY < <(compgen -W '5 10 19' -- "$cur") ;;
        --rlimit)
            mapfile -t COMPREPLY < <(compgen -S = -W 'as core cpu data fsize locks memlock msgqueue nice nofile nproc
                rss rtprio rttime sigpending stack' -- "$cur")
            compopt -o nospace
            ;;
        --cgroup-base) mapfile -t COMPREPLY < <(compgen -d -W 'root self' -- "$cur") ;;
        --memory-max | --memory-high | --swap-max) mapfile -t COMPREPLY < <(compgen -W '64M 512M 1G 4G max' -- "$cur") ;;
        --pids-max) mapfile -t COMPREPLY < <(compgen -W '10 100 1000 max' -- "$cur") ;;
        --cpu-max) mapfile -t COMPREPLY < <(compgen -W '0.5 1 1.5 50% max' -- "$cur") ;;
        --cpu-weight) mapfile -t COMPREPLY < <(compgen -W '1 10 100 1000' -- "$cur") ;;
        --cpuset) mapfile -t COMPREPLY < <(compgen -W "0 0-$(($(nproc) - 1))" -- "$cur") ;;
        --cgroup-set)
            mapfile -t COMPREPLY < <(compgen -S = -W 'cgroup.max.depth cgroup.max.descendants cpu.idle cpu.max.burst
                io.weight memory.low memory.min memory.oom.group' -- "$cur")
            compopt -o nospace
            ;;
        --cgroup | --io-max) ;;
        --report-fd) mapfile -t COMPREPLY < <(compgen -W '3 4 5' -- "$cur") ;;
        --argv0 | -a | --prefix | --on-timeout) ;;
        *)
            $split && return
            if [[ $cur == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$_netrunner_with_value $_netrunner_flags --
                    -o -t -s -k -p -C -E -u -i -a -q -v -h" -- "$cur")
            fi
            ;;
    esac
} && complete -F _netrunner netrunner
