#compdef svcql
# zsh completion for svcql; tests/check_program.c compares it with the program's option tables.
local -a commands
commands=(
    'hunt:show what is suspicious about the services of a host'
    'sigma:show what Sigma rules match in the logs'
    'query:run SQL over the tables and print the rows'
    'cat:print a unit as one file, with the source of each line'
    'schedule:run queries when they are due and log what is new'
    'tables:list tables, views and functions, or the columns of one'
    'signals:test your own detections, or begin one'
    'merge:put results of many hosts into one database'
    'osquery:serve every table and view to osqueryd'
    'shell:open sqlite3 with the extension loaded'
)
if (( CURRENT == 2 )); then
    _describe command commands
    return
fi
local command=$words[2]
shift words
(( CURRENT-- ))
case $command in
hunt)
    _arguments '*'{-e,--evidence}'[read this instead of the live host]:path:_files' \
        {-s,--since}'[only what happened in the last span of time]:span:(15m 1h 24h 7d)' \
        {-S,--severity}'[lowest grade to show]:grade:(info low medium high critical)' \
        '--coverage[each source that could not be read, not a line a host]' \
        {-f,--format}'[form of the output]:format:(table json csv ndjson html navigator timesketch ecs ocsf)' \
        {-o,--output}'[write there]:file:_files' \
        '--signals[use the detections of this folder too]:folder:_files -/' \
        '--rules[show what Sigma rules of this folder match too]:folder:_files -/' \
        '--follow[then print findings as they come]' ;;
sigma)
    _arguments '*'{-e,--evidence}'[read this instead of the live host]:path:_files' \
        {-l,--level}'[lowest level to show]:level:(informational low medium high critical)' \
        '--explain[show a rule as SQL, and what of it failed]:rule:_files' \
        '--junit[write the results of sigma test as XML]:file:_files' \
        {-f,--format}'[form of the output]:format:(table json csv ndjson)' \
        {-o,--output}'[write there]:file:_files' '*:rules:_files' ;;
query)
    _arguments '*'{-e,--evidence}'[read this instead of the live host]:path:_files' \
        {-f,--format}'[form of the output]:format:(table json csv ndjson)' \
        {-o,--output}'[write there]:file:_files' \
        '*'{-p,--parameter}'[bind a parameter of the query]:NAME=VALUE:' \
        {-s,--state}'[state of a schedule]:file:_files' '1:SQL:' ;;
cat)
    _arguments '*'{-e,--evidence}'[read this instead of the live host]:path:_files' \
        {-f,--format}'[form of the output]:format:(unit json csv ndjson)' \
        {-U,--user}'[only units of this user]:user:_users' \
        {-s,--system}'[only units of the system]' \
        '*:unit:($(systemctl -q list-unit-files 2>/dev/null | cut -d" " -f1))' ;;
schedule)
    _arguments {-c,--config}'[configuration]:file:_files' \
        {-1,--once}'[run every query once and end]' \
        '--status[print what the state says of each query]' \
        {-s,--state}'[keep results there]:file:_files' \
        {-o,--output}'[where the log goes]:sink:(- journald syslog)' ;;
signals)
    _arguments '--shipped[the folder is that of the detections of svcql]' \
        '1:what:(test new)' '*:folder:_files -/' ;;
merge)
    _arguments {-x,--export}'[then print a table]:table:(findings incidents items rare_items)' \
        {-o,--output}'[write it there]:file:_files' '*:file:_files' ;;
osquery)
    _arguments '--socket[extensions socket of osquery]:socket:_files' \
        '--timeout[wait for the socket]:seconds:' '--interval[between looks at osquery]:seconds:' \
        '*'{-e,--evidence}'[read this instead of the live host]:path:_files' \
        '--verbose[say what happens]' ;;
shell)
    _arguments '1:database:_files' ;;
esac
