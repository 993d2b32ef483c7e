package main_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// said is how a program ended and what it said.
type said struct {
	code     int
	out, err string
}

// coordinator runs the program to its end. input goes to its standard input.
func coordinator(t *testing.T, input string, args ...string) said {
	t.Helper()
	return runIn(t, input, nil, args...)
}

func runIn(t *testing.T, input string, env []string, args ...string) said {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(testkit.Programs(t), "coordinator"), args...)
	cmd.Stdin, cmd.Env = strings.NewReader(input), env
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return said{cmd.ProcessState.ExitCode(), out.String(), messages.String()}
}

// refuses holds a refusal against what a person needs: one line that says what is wrong, a failure, and nothing else.
func (s said) refuses(t *testing.T, says string) {
	t.Helper()
	require.Positive(t, s.code, s.err)
	require.Contains(t, s.err, says)
	require.Equal(t, 1, strings.Count(s.err, "\n"), s.err)
	require.NotContains(t, s.err, "⟦")
	require.Empty(t, s.out)
}

// settings writes a configuration with free ports, and more lines after it, and returns its path.
func settings(t *testing.T, data, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "coordinator.toml")
	text := fmt.Sprintf("data = %q\n%s\n", data, more)
	for _, ports := range []string{"web", "mqtt"} {
		if !strings.Contains(more, "["+ports+"]") {
			text += "[" + ports + "]\nlisten = '127.0.0.1:0'\nlisten_tls = '127.0.0.1:0'\n"
		}
	}
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// lab is a served lab in a folder of its own.
type lab struct {
	config, data string
	where        struct{ URL, Setup string }
	process      *testkit.Process
	output       *bytes.Buffer
}

// serveLab serves until the test ends, or the caller stops it.
func serveLab(t *testing.T, more string) *lab {
	t.Helper()
	l := &lab{data: filepath.Join(t.TempDir(), "data"), output: &bytes.Buffer{}}
	l.config = settings(t, l.data, more)
	announced := filepath.Join(t.TempDir(), "announced")
	cmd := exec.CommandContext(t.Context(), filepath.Join(testkit.Programs(t), "coordinator"), "serve", "--config", l.config, "--announce", announced)
	cmd.Stderr = l.output
	l.process = testkit.Start(t, cmd)
	testkit.Eventually(t, 30*time.Second, func() bool {
		text, err := os.ReadFile(announced)
		return err == nil && json.Unmarshal(text, &l.where) == nil
	})
	return l
}

// end asks the lab to end as an administrator does.
func (l *lab) end(t *testing.T) {
	t.Helper()
	began := time.Now()
	l.process.Stop()
	require.NoError(t, l.process.Wait(), l.output)
	require.Less(t, time.Since(began), 5*time.Second)
	require.NotContains(t, l.output.String(), "level=ERROR")
	require.NotContains(t, l.output.String(), "goroutine ")
}

// taken holds a port until the test ends.
func taken(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// Ensure that what a lab cannot start with is told in one line, and that no database is made or changed then.
func TestServeRefusesInOneLine(t *testing.T) {
	t.Parallel()
	port := taken(t)
	ports := func(room, key string) string {
		other := "listen_tls"
		if key == other {
			other = "listen"
		}
		return fmt.Sprintf("[%s]\n%s = %q\n%s = '127.0.0.1:0'\n", room, key, port, other)
	}
	for name, c := range map[string]struct{ more, says string }{
		"unknown key":        {"databse = 'x'", "unknown key databse"},
		"no TOML":            {"[lab", "coordinator.toml"},
		"unknown database":   {"database = 'mysql://u:geheim@host/lab'", "mysql:// is not known"},
		"no slicer":          {"[slicer]\npath = '/no/such/slicer'", "install the package prusa-slicer"},
		"pages taken":        {ports("web", "listen"), "listen for pages: listen tcp " + port + ": bind: address already in use"},
		"secure pages taken": {ports("web", "listen_tls"), "listen for pages over TLS: listen tcp " + port},
		"broker taken":       {ports("mqtt", "listen"), "listen for MQTT: listen tcp " + port},
		"secure broker":      {ports("mqtt", "listen_tls"), "listen for MQTT over TLS: listen tcp " + port},
		"open to the world":  {"[web]\nlisten = '0.0.0.0:8080'", "web.listen: 0.0.0.0:8080 is not on loopback"},
		"no folder":          {"database = '/no/such/folder/lab.db'", "open the database file"},
		"PostgreSQL refused": {"database = 'postgres://u:geheim@127.0.0.1:1/lab'", "reach PostgreSQL"},
		"PostgreSQL nowhere": {"database = 'postgres://u:geheim@no-such-host.invalid/lab'", "reach PostgreSQL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			s := coordinator(t, "", "serve", "--config", settings(t, data, c.more))
			s.refuses(t, c.says)
			require.NotContains(t, s.err, "geheim")
			require.NoFileExists(t, filepath.Join(data, "lab.db"))
		})
	}
	t.Run("no configuration", func(t *testing.T) {
		t.Parallel()
		coordinator(t, "", "serve", "--config", "/no/such/coordinator.toml").refuses(t, "no such file or directory")
	})
	t.Run("no slicer on the path", func(t *testing.T) {
		t.Parallel()
		config := settings(t, filepath.Join(t.TempDir(), "data"), "")
		runIn(t, "", []string{"PATH=/no/such/folder"}, "serve", "--config", config).refuses(t, "install the package prusa-slicer")
	})
	t.Run("data folder cannot be made", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
		coordinator(t, "", "serve", "--config", settings(t, filepath.Join(file, "data"), "")).refuses(t, "make data folder")
	})
}

// Ensure that a database that is damaged, is none at all, or belongs to a newer program is refused and left as it is.
func TestServeLeavesAStrangeDatabaseAlone(t *testing.T) {
	t.Parallel()
	l := serveLab(t, "")
	l.end(t)
	path := filepath.Join(l.data, "lab.db")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	holed := bytes.Clone(whole)
	for i := 8192; i < len(holed); i += 4096 {
		copy(holed[i:i+64], bytes.Repeat([]byte{0xff}, 64))
	}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"no database":     {bytes.Repeat([]byte("not a database "), 1000), "damaged, restore a backup"},
		"holes in it":     {holed, "damaged, restore a backup"},
		"end is missing":  {whole[:len(whole)/2], "damaged, restore a backup"},
		"a newer program": {newer(t, whole), "use the newer program"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, c.file, 0o600))
			for _, command := range []string{"serve", "audit"} {
				coordinator(t, "", command, "--config", l.config).refuses(t, c.says)
				now, err := os.ReadFile(path)
				require.NoError(t, err)
				require.True(t, bytes.Equal(c.file, now), "%s changed the file", command)
			}
		})
	}
}

// newer is a database as a later program leaves it.
func newer(t *testing.T, file []byte) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lab.db")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	tamper(t, path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	return file
}

// tamper changes a database behind the program's back.
func tamper(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
}

// Ensure that a data folder has one coordinator, which ends well when asked to and leaves room for the next one.
func TestOneCoordinatorServesAFolder(t *testing.T) {
	t.Parallel()
	l := serveLab(t, "")
	coordinator(t, "", "serve", "--config", l.config).refuses(t, "another coordinator serves "+l.data+" already")
	require.Equal(t, said{0, "audit: ok\n", ""}, coordinator(t, "", "audit", "--config", l.config), "reading goes on beside it")
	l.end(t)
	again := exec.CommandContext(t.Context(), filepath.Join(testkit.Programs(t), "coordinator"), "serve", "--config", l.config)
	p := testkit.Start(t, again)
	testkit.Eventually(t, 20*time.Second, func() bool { return strings.Contains(p.Output(), "http://") })
	p.Kill() // a power cut
	coordinator(t, "", "audit", "--config", l.config).says(t, "audit: ok\n")
}

func (s said) says(t *testing.T, out string) {
	t.Helper()
	require.Zero(t, s.code, s.err)
	require.Equal(t, out, s.out)
}

// Ensure that the audit is red on books that were tampered with, says what, and green before.
func TestAuditSaysWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	nothing := filepath.Join(t.TempDir(), "data")
	coordinator(t, "", "audit", "--data", nothing).refuses(t, "no database at "+filepath.Join(nothing, "lab.db"))
	require.NoDirExists(t, nothing)
	l := serveLab(t, "")
	l.end(t)
	coordinator(t, "", "audit", "--data", l.data, "--json").says(t, `{"audit":"ok","findings":[]}`+"\n")
	tamper(t, filepath.Join(l.data, "lab.db"),
		"INSERT INTO balances (location, item, source, quantity) VALUES ('hub', 'material:film-a4', 'nowhere', 5)")
	s := coordinator(t, "", "audit", "--data", l.data)
	require.Equal(t, 1, s.code)
	require.Contains(t, s.out, "hub material:film-a4 nowhere: 5 is written, its moves add up to 0")
	require.Contains(t, s.out, "audit: failed")
	require.Equal(t, "coordinator: the books do not add up: 2 findings\n", s.err)
	s = coordinator(t, "", "audit", "--data", l.data, "--json")
	require.Equal(t, 1, s.code)
	var verdict struct {
		Audit    string
		Findings []struct{ Code string }
	}
	require.NoError(t, json.Unmarshal([]byte(s.out), &verdict), "exactly one JSON object")
	require.Equal(t, "failed", verdict.Audit)
	require.Len(t, verdict.Findings, 2)
}

// Ensure that accounts are added with a role and a password that hold, once.
func TestUserAddRefuses(t *testing.T) {
	t.Parallel()
	const good = "les dunes de la baie\n"
	l := serveLab(t, "")
	add := func(password string, more ...string) said {
		return coordinator(t, password, append([]string{"user", "add", "--data", l.data}, more...)...)
	}
	add(good, "ada", "--name", "Ada", "--role", "king").refuses(t, `must be one of "administrator","coordinator","maker"`)
	add(good, "ada", "--role", "maker").refuses(t, "--name")
	add("short\n", "ada", "--name", "Ada", "--role", "coordinator").refuses(t, "between 10 and 200 characters")
	add("", "ada", "--name", " ", "--role", "coordinator").refuses(t, "Give a name. The password needs")
	add(good, "Ada", "--name", "Ada", "--role", "coordinator", "--role", "maker").says(t, "added ada\n")
	add(good, "ADA", "--name", "Other", "--role", "coordinator").refuses(t, "already exists")
	nothing := filepath.Join(t.TempDir(), "data")
	coordinator(t, good, "user", "add", "--data", nothing, "ada", "--name", "Ada", "--role", "maker").refuses(t, "no database at")
	l.end(t)
}

// Ensure that the command line explains itself, and that a wrong one is told in one line.
func TestTheCommandLineExplainsItself(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "serve", "demo", "audit", "user", "user add", "slicing-key", "openapi"} {
		s := coordinator(t, "", append(strings.Fields(command), "--help")...)
		require.Zero(t, s.code, command)
		require.Contains(t, s.out, "Usage: coordinator "+command)
		require.Empty(t, s.err)
	}
	for says, args := range map[string][]string{
		"unexpected argument frobnicate":  {"frobnicate"},
		`expected one of "serve", "demo"`: nil,
		"unknown flag --nope":             {"serve", "--nope"},
		`--until must be one of`:          {"demo", "--until", "doomsday"},
		"--visors must be 0 to 20000":     {"demo", "--visors=-3"},
		"ask for something":               {"demo", "--visors=0", "--hooks=0", "--masks=0"},
	} {
		coordinator(t, "", args...).refuses(t, says)
	}
}

// Ensure that the description of the API is what generators read.
func TestOpenAPIIsDescribed(t *testing.T) {
	t.Parallel()
	s := coordinator(t, "", "openapi")
	require.Zero(t, s.code, s.err)
	var api struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.out), &api))
	require.Regexp(t, `^3\.1\.`, api.OpenAPI)
	require.Contains(t, api.Paths, "/api/v1/requests/{ref}")
}
