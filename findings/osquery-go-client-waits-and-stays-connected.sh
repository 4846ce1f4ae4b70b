#!/bin/sh
# osquery-go v0.0.0-20250131154556-629f995b6947 (Go module), Go 1.24 or later
#
# NewClient() waits a fifth of a second before it connects to osquery's socket, each time, though the
# socket is there: it looks for it at each tick of a clock and not before the first. With a timeout of
# less than that it always fails, with "deadline exceeded", as if osqueryd were down. Close() closes
# nothing, as the field that it looks at is never set: each client costs a descriptor here and a
# connection of osqueryd until the process ends, so a program that connects for each query adds them up.
#
# Seen: "NewClient took 200ms; after Close the server reads: i/o timeout (not end of file); a timeout of
# 150 ms: context deadline exceeded".
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/find"
cd "$dir/find"
export GOPATH="$dir/go" GOCACHE="$dir/cache" GOFLAGS='-mod=mod -modcacherw' GOTOOLCHAIN=local GOTELEMETRY=off
cat >go.mod <<'END'
module find

go 1.24

require github.com/osquery/osquery-go v0.0.0-20250131154556-629f995b6947
END
cat >main.go <<'END'
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"time"

	"github.com/osquery/osquery-go"
)

func must(good bool, what any) {
	if !good {
		fmt.Println("not as seen:", what)
		os.Exit(1)
	}
}

func main() {
	server, err := net.Listen("unix", "socket")
	must(err == nil, err)
	begin := time.Now()
	client, err := osquery.NewClient("socket", 5*time.Second)
	waited := time.Since(begin)
	must(err == nil, err)
	connection, err := server.Accept()
	must(err == nil, err)
	client.Close()
	must(connection.SetReadDeadline(time.Now().Add(time.Second)) == nil, "deadline")
	_, after := connection.Read(make([]byte, 1))
	runtime.KeepAlive(client)
	_, short := osquery.NewClient("socket", 150*time.Millisecond)
	fmt.Printf("NewClient took %v; after Close the server reads: %v; a timeout of 150 ms: %v\n", waited, after, short)
	must(waited >= 190*time.Millisecond, waited)
	must(os.IsTimeout(after), after)
	must(short != nil, "connected")
}
END
go mod tidy >log 2>&1 || { cat log; exit 1; }
go run .
