# bash completion for svcql; tests/check_program.c compares it with the program's option tables.
_svcql() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'hunt sigma query cat schedule tables shell signals osquery merge --help --version' -- "$current")
        return
    fi
    case $previous in
    -S | --severity) words='info low medium high critical' ;;
    -f | --format) words='table json csv ndjson'
        case ${COMP_WORDS[1]} in
        cat) words='unit json csv ndjson' ;;
        hunt) words+=' html navigator timesketch ecs ocsf' ;;
        esac ;;
    -l | --level) words='informational low medium high critical' ;;
    -s | --since) [ "${COMP_WORDS[1]}" = hunt ] && words='15m 1h 24h 7d' ;;
    esac
    if [ -z "$words" ]; then
        case $previous in
        -e | --evidence | -o | --output | --signals | --rules | --explain | --junit | --socket | -c | --config | --state | -s)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            [ "${COMP_WORDS[1]}" = schedule ] && [[ $previous = -o || $previous = --output ]] &&
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W '- journald syslog' -- "$current")
            return
            ;;
        esac
        case ${COMP_WORDS[1]} in
        hunt) words='--evidence --since --severity --coverage --format --output --signals --rules --follow --help' ;;
        sigma)
            words='--evidence --level --explain --junit --format --output --help'
            [[ $current != -* ]] && { mapfile -t COMPREPLY < <(compgen -f -W test -- "$current"); return; } ;;
        query) words='--evidence --format --output --parameter --state --help' ;;
        cat)
            words='--evidence --format --user --system --help'
            [[ $current != -* ]] && words=$(systemctl -q list-unit-files 2>/dev/null | cut -d' ' -f1)
            ;;
        schedule) words='--config --once --status --state --output --help' ;;
        shell) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        tables) words=--help ;;
        signals) words='test new --shipped --help' ;;
        merge) words='--export --output --help'
            [[ $current != -* ]] && { mapfile -t COMPREPLY < <(compgen -f -- "$current"); return; } ;;
        osquery) words='--socket --timeout --interval --evidence --verbose --help' ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o filenames -F _svcql svcql
