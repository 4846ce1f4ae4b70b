export A=/opt/x # c
if [ -f "$A" ]; then . "$A"; fi
alias ls='ls --color' ; PROMPT_COMMAND="/tmp/p; $PROMPT_COMMAND"
nohup /tmp/z "a b" > /dev/null 2>&1 &
