// osquery_peer.go PROGRAM EVIDENCE FOLDER: osquery-go as the peer of svcql osquery.
//
// Its generated processor is the manager that the extension registers at, and its client asks as osqueryd does:
// each operator, whole tables, calls at once, ping and shutdown; beside it sockets of its own send what no client
// would. What a call answers is held against what the sqlite3 shell says with the library beside the program.
// Prints how much was asked; ends with status 1 where something differs. tests/osquery-peers.sh builds and runs it.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/osquery/osquery-go"
	gen "github.com/osquery/osquery-go/gen/osquery"
	"github.com/osquery/osquery-go/transport"
)

const (
	patience = 60 * time.Second
	calls    = 300
	uuid     = 4242
)

func fail(format string, arguments ...any) {
	panic(fmt.Sprintf(format, arguments...))
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func await[T any](happens <-chan T, otherwise string) T {
	select {
	case value := <-happens:
		return value
	case <-time.After(patience):
		panic(otherwise)
	}
}

// manager is osqueryd's side. What an extension never calls is the nil interface's.
type manager struct {
	gen.ExtensionManager
	info       *gen.InternalExtensionInfo
	registry   gen.ExtensionRegistry
	registered chan struct{} // closed by the one registration
	looked     chan struct{} // it looks whether it is still known
}

func (m *manager) Ping(context.Context) (*gen.ExtensionStatus, error) {
	return &gen.ExtensionStatus{Message: "OK"}, nil
}

func (m *manager) Extensions(context.Context) (gen.InternalExtensionList, error) {
	select {
	case m.looked <- struct{}{}:
	default:
	}
	return gen.InternalExtensionList{uuid: m.info}, nil
}

func (m *manager) Options(context.Context) (gen.InternalOptionList, error) {
	return gen.InternalOptionList{"verbose": {Value: "false", DefaultValue: "false", Type: "bool"}}, nil
}

func (m *manager) RegisterExtension(_ context.Context, info *gen.InternalExtensionInfo,
	registry gen.ExtensionRegistry) (*gen.ExtensionStatus, error) {
	m.info, m.registry = info, registry
	close(m.registered)
	return &gen.ExtensionStatus{Message: "OK", UUID: uuid}, nil
}

func (m *manager) DeregisterExtension(_ context.Context, id gen.ExtensionRouteUUID) (*gen.ExtensionStatus, error) {
	return &gen.ExtensionStatus{Message: "OK", UUID: id}, nil
}

type term struct {
	Op   int    `json:"op"`
	Expr string `json:"expr"`
}

type constraint struct {
	Name     string `json:"name"`
	List     []term `json:"list"`
	Affinity string `json:"affinity"`
}

// peer asks the extension, each time over a connection of its own, and the shell.
type peer struct {
	socket, program, evidence string
	registered                gen.ExtensionRouteTable
	columns                   map[string][]map[string]string // those of the rows of `registered` that are one
}

func (p *peer) call(table, asked string) *gen.ExtensionResponse {
	client, err := osquery.NewClient(p.socket, patience)
	must(err, "connecting")
	defer client.Close()
	answer, err := client.Call("table", table, gen.ExtensionPluginRequest{"action": "generate", "context": asked})
	must(err, table)
	return answer
}

func (p *peer) generate(table string, constraints ...constraint) gen.ExtensionPluginResponse {
	asked, err := json.Marshal(map[string]any{"constraints": constraints})
	must(err, "the context")
	answer := p.call(table, string(asked))
	if answer.Status.Code != 0 {
		fail("%s: %s", table, answer.Status.Message)
	}
	return answer.Response
}

// shell has the rows of a query, as sqlite3's shell writes them with the library beside the program. Where it
// cannot load one, as one with sanitizers, the program's own query answers.
func (p *peer) shell(sql string) []map[string]any {
	command := exec.Command("sqlite3", "-batch", "-json", ":memory:",
		".load "+filepath.Join(filepath.Dir(p.program), "svcql.so"), "DELETE FROM evidence",
		"INSERT INTO evidence(location) VALUES('"+strings.ReplaceAll(p.evidence, "'", "''")+"')", sql)
	if os.Getenv("SVCQL_NO_SHELL") != "" {
		command = exec.Command(p.program, "query", "-f", "json", "-e", p.evidence, sql)
	}
	command.Stderr = os.Stderr
	text, err := command.Output()
	must(err, sql)
	rows := []map[string]any{}
	if len(bytes.TrimSpace(text)) == 0 {
		return rows // how the shell writes none
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	must(decoder.Decode(&rows), sql)
	return rows
}

// asText is how osquery is told a value: NULL is a column that a row lacks.
func asText(value any, kind string) string {
	if value == nil {
		return "NULL"
	}
	text := fmt.Sprint(value)
	if kind == "DOUBLE" {
		number, err := strconv.ParseFloat(text, 64)
		must(err, text)
		return strconv.FormatFloat(number, 'g', -1, 64)
	}
	return "'" + text + "'"
}

// same compares the rows of a call with those of the shell under a WHERE, every column that both have.
func (p *peer) same(table string, answer gen.ExtensionPluginResponse, where string) int {
	// Numbers with every digit; the names tell neither shell what to make of a value.
	names, kinds, terms := []string{}, []string{}, []string{}
	for i, column := range p.columns[table] {
		term := `"` + column["name"] + `"`
		if column["type"] == "DOUBLE" {
			term = fmt.Sprintf("iif(%[1]s IS NULL, NULL, printf('%%!.17g', %[1]s))", term)
		}
		names, kinds = append(names, column["name"]), append(kinds, column["type"])
		terms = append(terms, fmt.Sprintf("%s AS c%d", term, i))
	}
	got, expected := []string{}, []string{}
	for _, row := range answer {
		cells := []string{}
		for i, name := range names {
			if value, ok := row[name]; ok {
				cells = append(cells, asText(value, kinds[i]))
			} else {
				cells = append(cells, "NULL")
			}
		}
		got = append(got, strings.Join(cells, " "))
	}
	sql := fmt.Sprintf("SELECT %s FROM %s %s", strings.Join(terms, ", "), strings.TrimPrefix(table, "svcql_"), where)
	for _, row := range p.shell(sql) {
		cells := []string{}
		for i, kind := range kinds {
			cells = append(cells, asText(row[fmt.Sprint("c", i)], kind))
		}
		expected = append(expected, strings.Join(cells, " "))
	}
	slices.Sort(got)
	slices.Sort(expected)
	if !slices.Equal(got, expected) {
		more := slices.DeleteFunc(slices.Clone(got), func(row string) bool { return slices.Contains(expected, row) })
		less := slices.DeleteFunc(expected, func(row string) bool { return slices.Contains(got, row) })
		fail("%s %s: %d rows; only the extension has\n%s\nonly the shell has\n%s", table, where, len(got),
			strings.Join(more, "\n"), strings.Join(less, "\n"))
	}
	return len(got)
}

const (
	equal, greater, lessEqual, less, greaterEqual = 2, 4, 8, 16, 32
	match, like, glob, regularly                  = 64, 65, 66, 67
)

// checkOperators asks with each operator, of a text, a whole number and a time with a fraction.
func (p *peer) checkOperators() int {
	cases := []struct {
		table, column string
		op            int
		text, where   string
		rows          int // how many tests/fixtures/linux/compromised has at least
	}{
		{"unit_files", "name", equal, "ssh.service", "name = 'ssh.service'", 1},
		{"unit_files", "name", greater, "netd.service", "name > 'netd.service'", 1},
		{"unit_files", "name", lessEqual, "netd.service", "name <= 'netd.service'", 1},
		{"unit_files", "name", less, "netd.service", "name < 'netd.service'", 1},
		{"unit_files", "name", greaterEqual, "netd.service", "name >= 'netd.service'", 1},
		{"unit_files", "name", like, "S%.TIMER", "name LIKE 'S%.TIMER'", 1},
		{"unit_files", "path", glob, "/etc/*.service", "path GLOB '/etc/*.service'", 1},
		{"unit_files", "name", equal, "it's none", "name = 'it''s none'", 0},
		{"users", "uid", equal, "1000", "uid = 1000", 1},
		{"users", "uid", greater, "0", "uid > 0", 1},
		{"users", "uid", lessEqual, "0", "uid <= 0", 1},
		{"users", "uid", less, "1000", "uid < 1000", 1},
		{"users", "uid", greaterEqual, "1000", "uid >= 1000", 1},
		{"timeline", "time", greater, "1000000000", "time > 1000000000", 1},
		{"timeline", "time", lessEqual, "1000000000.5", "time <= 1000000000.5", 0},
		{"timeline", "time", less, "4000000000.25", "time < 4000000000.25", 1},
		{"timeline", "time", greaterEqual, "4000000000", "time >= 4000000000", 0},
	}
	for _, c := range cases {
		n := p.same("svcql_"+c.table, p.generate("svcql_"+c.table,
			constraint{c.column, []term{{c.op, c.text}}, "TEXT"}), "WHERE "+c.where)
		if n < c.rows {
			fail("%s: %d rows", c.where, n)
		}
	}
	// An IN, a range, and two columns.
	p.same("svcql_unit_files", p.generate("svcql_unit_files", constraint{"name",
		[]term{{equal, "ssh.service"}, {equal, "b.service"}}, "TEXT"}), "WHERE name IN ('ssh.service', 'b.service')")
	p.same("svcql_unit_files", p.generate("svcql_unit_files", constraint{"name",
		[]term{{greater, "b"}, {lessEqual, "o"}}, "TEXT"}, constraint{"path", []term{{like, "/etc/%"}}, "TEXT"}),
		"WHERE name > 'b' AND name <= 'o' AND path LIKE '/etc/%'")
	// What only osqueryd can decide is left to it: every row comes, and it picks.
	everything := p.generate("svcql_unit_files", constraint{"name", []term{{regularly, "^s.*d?\\.service$"}}, "TEXT"})
	p.same("svcql_unit_files", everything, "")
	pattern := regexp.MustCompile("^s.*d?\\.service$")
	p.same("svcql_unit_files", slices.DeleteFunc(everything, func(row map[string]string) bool {
		return !pattern.MatchString(row["name"])
	}), "WHERE name REGEXP '^s.*d?\\.service$'")
	p.same("svcql_unit_files", p.generate("svcql_unit_files", constraint{"name", []term{{match, "s"}}, "TEXT"}), "")
	return len(cases) + 4
}

// checkTables compares whole tables. Those of the running host change between two looks, and those of what was
// read so far, as coverage, with what was asked before.
func (p *peer) checkTables() int {
	tables := []string{"findings", "incidents", "unit_files", "unit_commands", "services", "users",
		"signals", "timeline", "severities"}
	for _, table := range tables {
		if p.same("svcql_"+table, p.generate("svcql_"+table), "") == 0 {
			fail("svcql_%s has no rows", table)
		}
	}
	refused := p.call("svcql_rules", "{}")
	if refused.Status.Code != 1 || !strings.Contains(refused.Status.Message, "needs") {
		fail("svcql_rules: %v", refused.Status)
	}
	return len(tables)
}

// checkColumns asks for the columns of every table, all over one connection.
func (p *peer) checkColumns() {
	client, err := osquery.NewClient(p.socket, patience)
	must(err, "connecting")
	defer client.Close()
	for table, rows := range p.registered {
		shown, err := client.Call("table", table, gen.ExtensionPluginRequest{"action": "columns"})
		must(err, table)
		if !slices.EqualFunc(shown.Response, rows, maps.Equal) {
			fail("%s: other columns than were registered", table)
		}
	}
}

// checkTogether asks from many connections at once; each answer is whole.
func (p *peer) checkTogether() {
	tables := []string{"svcql_signals", "svcql_unit_files", "svcql_findings", "svcql_severities"}
	expected := map[string]int{}
	for _, table := range tables {
		expected[table] = len(p.generate(table))
	}
	wrong := make(chan string, calls)
	var group sync.WaitGroup
	for i := range calls {
		group.Go(func() {
			defer func() {
				if reason := recover(); reason != nil {
					wrong <- fmt.Sprint(reason)
				}
			}()
			table := tables[i%len(tables)]
			if n := len(p.generate(table)); n != expected[table] {
				fail("%s: %d rows at once, %d alone", table, n, expected[table])
			}
		})
	}
	group.Wait()
	if len(wrong) > 0 {
		fail("%d of %d calls: %s", len(wrong), calls, <-wrong)
	}
}

// raw sends bytes over a connection of its own, and has all that comes back until the extension closes it.
func (p *peer) raw(message []byte) []byte {
	connection, err := net.Dial("unix", p.socket)
	must(err, "connecting")
	defer connection.Close()
	must(connection.SetDeadline(time.Now().Add(patience)), "the deadline")
	if _, err = connection.Write(message); err == nil {
		err = connection.(*net.UnixConn).CloseWrite()
	}
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ENOTCONN) {
		return nil // dropped before all was sent
	}
	must(err, "sending")
	answer, err := io.ReadAll(connection)
	if !errors.Is(err, syscall.ECONNRESET) {
		must(err, "an answer's end")
	}
	return answer
}

// checkMalformed sends a call cut at each byte, and calls whose lengths are more than they hold or than any may
// have. None is answered, and the whole call is, before and after.
func (p *peer) checkMalformed() int {
	number := func(value uint32) []byte { return binary.BigEndian.AppendUint32(nil, value) }
	text := func(value string) []byte { return append(number(uint32(len(value))), value...) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	head := join(number(0x80010001), text("call"), number(1))
	begin := join(head, []byte{11, 0, 1}, text("table"), []byte{11, 0, 2}, text("svcql_signals"))
	whole := join(begin, []byte{13, 0, 3, 11, 11}, number(1), text("action"), text("columns"), []byte{0})
	answered := func() {
		if answer := p.raw(whole); !bytes.Contains(answer, []byte("column")) {
			fail("a whole call is answered by %q", answer)
		}
	}
	bad := [][]byte{
		bytes.Repeat([]byte{0xff}, 4096),
		[]byte("GET / HTTP/1.1\r\n\r\n"),
		join(number(0x80020001), text("call"), number(1)),            // another version
		join(number(0x80010005), text("call"), number(1)),            // no such kind
		join(number(0x80010001), number(0x7fffffff), []byte("call")), // a name of 2 GiB
		join(number(0x80010001), number(0xffffffff), []byte("call")), // of -1
		join(head, []byte{11, 0, 1}, number(0x7fffffff), whole),      // a text of 2 GiB
		join(head, []byte{11, 0, 1}, number(0xfffffff0), whole),      // of -16
		join(begin, []byte{13, 0, 3, 11, 11}, number(0x7fffffff)),    // a map of 2^31 - 1
		join(begin, []byte{13, 0, 3, 11, 11}, number(0xffffffff)),    // of -1
		join(head, []byte{15, 0, 9, 12}, number(0x10000000), whole),  // a list, of a field that is none
		join(head, []byte{15, 0, 9, 0}, number(8), whole),            // of no type
		join(head, bytes.Repeat([]byte{12, 0, 1}, 100000)),           // a structure in a structure
		join(head, []byte{99, 0, 1}, whole),                          // no such type
		join(begin, []byte{13, 0, 3, 11, 11}, number(1), text("context"), number(64<<20), make([]byte, 17<<20)),
	}
	answered()
	for size := range whole {
		bad = append(bad, whole[:size])
	}
	for _, message := range bad {
		if answer := p.raw(message); len(answer) != 0 {
			fail("%d bytes, %q...: answered by %q", len(message), message[:min(len(message), 40)], answer)
		}
	}
	answered()
	return len(bad)
}

// checkLife pings over one connection again and again, and says shutdown.
func (p *peer) checkLife(extension *exec.Cmd) {
	client, err := osquery.NewClient(p.socket, patience)
	must(err, "connecting")
	for range 100 {
		status, err := client.Ping()
		must(err, "ping")
		if status.Code != 0 {
			fail("ping: %v", status)
		}
	}
	connection, err := transport.Open(p.socket, patience)
	must(err, "connecting")
	must(gen.NewExtensionClientFactory(connection, thrift.NewTBinaryProtocolFactoryDefault()).
		Shutdown(context.Background()), "shutdown")
	ended := make(chan error, 1)
	go func() { ended <- extension.Wait() }()
	must(await(ended, "the extension does not end"), "the extension's end")
	if _, err := os.Stat(p.socket); !os.IsNotExist(err) {
		fail("%s is left behind", p.socket)
	}
}

func run(program, evidence, folder string) {
	m := &manager{registered: make(chan struct{}), looked: make(chan struct{}, 1)}
	path := filepath.Join(folder, "em.go")
	listener, err := transport.OpenServer(path, patience)
	must(err, "listening")
	server := thrift.NewTSimpleServer2(gen.NewExtensionManagerProcessor(m), listener)
	go server.Serve()
	defer server.Stop()
	extension := exec.Command(program, "osquery", "--socket", path, "--timeout", "20", "--interval", "1",
		"--evidence", evidence)
	extension.Stderr = os.Stderr
	must(extension.Start(), program)
	defer extension.Process.Kill()
	await(m.registered, "it does not register")
	p := &peer{socket: fmt.Sprintf("%s.%d", path, uuid), program: program, evidence: evidence,
		registered: m.registry["table"], columns: map[string][]map[string]string{}}
	for table, rows := range p.registered {
		for _, row := range rows {
			if row["id"] == "column" {
				p.columns[table] = append(p.columns[table], row)
			}
		}
	}
	if m.info.Name != "svcql" || len(p.columns["svcql_findings"]) == 0 {
		fail("registered as %v with %d tables", m.info, len(p.columns))
	}
	operators, tables := p.checkOperators(), p.checkTables()
	p.checkColumns()
	p.checkTogether()
	malformed := p.checkMalformed()
	await(m.looked, "it does not look whether it is known")
	p.checkLife(extension)
	fmt.Printf("%d operators, %d whole tables, %d calls at once, %d malformed messages\n", operators, tables, calls, malformed)
}

func main() {
	status := 0
	func() {
		defer func() { // after what was started has been ended
			if reason := recover(); reason != nil {
				fmt.Fprintln(os.Stderr, reason)
				status = 1
			}
		}()
		run(os.Args[1], os.Args[2], os.Args[3])
	}()
	os.Exit(status)
}
