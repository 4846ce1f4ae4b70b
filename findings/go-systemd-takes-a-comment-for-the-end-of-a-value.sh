#!/bin/sh
# go-systemd v22.7.0, package unit (Go module github.com/coreos/go-systemd/v22), Go 1.25 or later
#
# A comment between the lines of a value that goes on (backslash at the end of the line) is no part of it:
# systemd passes over the comment and takes the line after it (systemd.syntax(7)). DeserializeOptions()
# takes the comment for the end of the value, backslash, "#" and all, and the line after it for a setting
# of its own. A command so loses its arguments, and what reads like NAME=VALUE among them becomes a
# setting that the unit does not have, without an error. A second comment there, and a continued line
# without "=", end the reading with an error.
#
# Seen: ExecStart "/usr/bin/web \\\n# where to listen", and a setting "--listen" of value "192.0.2.7", for
# a command that systemd starts as /usr/bin/web --listen=192.0.2.7.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/find"
cd "$dir/find"
export GOPATH="$dir/go" GOCACHE="$dir/cache" GOFLAGS='-mod=mod -modcacherw' GOTOOLCHAIN=local GOTELEMETRY=off
cat >go.mod <<'END'
module find

go 1.25.0

require github.com/coreos/go-systemd/v22 v22.7.0
END
cat >main.go <<'END'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/coreos/go-systemd/v22/unit"
)

func main() {
	text := "[Service]\nExecStart=/usr/bin/web \\\n# where to listen\n    --listen=192.0.2.7\nUser=web\n"
	options, err := unit.DeserializeOptions(strings.NewReader(text))
	seen := ""
	for _, o := range options {
		seen += fmt.Sprintf("%s.%s=%q ", o.Section, o.Name, o.Value)
	}
	fmt.Println(seen, err)
	if err != nil || seen != `Service.ExecStart="/usr/bin/web \\\n# where to listen" `+
		`Service.--listen="192.0.2.7" Service.User="web" ` {
		os.Exit(1)
	}
}
END
go mod tidy >log 2>&1 || { cat log; exit 1; }
go run . 2>log2 || { cat log2; exit 1; }
