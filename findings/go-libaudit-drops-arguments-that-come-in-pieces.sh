#!/bin/sh
# go-libaudit v2.6.2 (Go module, the parser of auditbeat), Go 1.24 or later
#
# The kernel writes an argument of more than some 7,500 bytes in pieces, a2_len=, a2[0]=, a2[1]=
# (audit_log_execve_info() in kernel/auditsc.c). aucoalesce, which makes an event of the records, has no
# arguments at all of such a command, also not the short ones before it; only a warning beside the event
# says "failed to find arg a2". Long inline scripts are the commands whose text is missing. The name of a
# process that the kernel writes in hexadecimal digits, as it does one with a blank ("Web Content"), stays
# in digits, without a warning: a search for it finds nothing. exe, proctitle, arguments are decoded.
#
# Seen: of sh -c and two pieces, no args; of sh -c true all three; name "57656220436F6E74656E74".
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/find"
cd "$dir/find"
export GOPATH="$dir/go" GOCACHE="$dir/cache" GOFLAGS='-mod=mod -modcacherw' GOTOOLCHAIN=local GOTELEMETRY=off
cat >go.mod <<'END'
module find

go 1.24

require github.com/elastic/go-libaudit/v2 v2.6.2
END
cat >main.go <<'END'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/elastic/go-libaudit/v2/aucoalesce"
	"github.com/elastic/go-libaudit/v2/auparse"
)

const head = " msg=audit(1700000000.001:1): "

func read(execve string) (string, []string, []error) {
	var messages []*auparse.AuditMessage
	for _, line := range []string{
		"type=SYSCALL" + head + "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=2 " +
			"auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 " +
			"comm=57656220436F6E74656E74 exe=\"/bin/sh\" key=(null)",
		"type=EXECVE" + head + execve,
		"type=PROCTITLE" + head + "proctitle=7368002D63",
	} {
		message, err := auparse.ParseLogLine(line)
		if err != nil {
			panic(err)
		}
		messages = append(messages, message)
	}
	event, err := aucoalesce.CoalesceMessages(messages)
	if err != nil {
		panic(err)
	}
	return event.Process.Name, event.Process.Args, event.Warnings
}

func main() {
	name, pieces, warnings := read(`argc=3 a0="sh" a1="-c" a2_len=16 a2[0]="echo one" a2[1]=";exit 20"`)
	_, whole, _ := read(`argc=3 a0="sh" a1="-c" a2="true"`)
	fmt.Printf("in pieces: %q, warnings %v; whole: %q; name %q\n", pieces, warnings, whole, name)
	if len(pieces) != 0 || len(warnings) != 1 || strings.Join(whole, " ") != "sh -c true" ||
		name != "57656220436F6E74656E74" {
		os.Exit(1)
	}
}
END
go mod tidy >log 2>&1 || { cat log; exit 1; }
go run . 2>log2 || { cat log2; exit 1; }
