package testkit

import (
	_ "embed"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// postgresStart bounds initdb and the first start, about one second on an idle machine.
const postgresStart = 60 * time.Second

//go:embed postgres.sh
var postgresScript string

// sharedPostgres starts the one server of this test process on first use.
var sharedPostgres = sync.OnceValues(startPostgres)

// Postgres gives the DSN of a fresh, empty database of a private PostgreSQL server, in the URL form that pgx reads.
// The server is started once per test process, listens on a Unix socket only and keeps nothing across a crash; the
// database is dropped when the test ends. Safe for parallel tests.
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	server, err := sharedPostgres()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	return server.fresh(t, "template1")
}

// PostgresCopy is Postgres with a database that fill has filled, where most of the time of a test would go into that.
// fill is called once per test process and name, and leaves no connection open; each test gets a copy of its own.
func PostgresCopy(t testing.TB, name string, fill func(dsn string) error) (dsn string) {
	t.Helper()
	server, err := sharedPostgres()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	if err := server.model(name, fill); err != nil {
		t.Fatalf("make the database to copy: %v", err)
	}
	return server.fresh(t, name)
}

// postgres is a running server.
type postgres struct {
	bin       string // folder of its programs
	dir       string // its socket, its log and its data
	databases atomic.Int64

	mu     sync.Mutex
	models map[string]error // what became of each database that others are copied from
}

// fresh gives the DSN of a copy of the database, which is dropped when the test ends.
func (s *postgres) fresh(t testing.TB, model string) (dsn string) {
	t.Helper()
	name := "test_" + strconv.FormatInt(s.databases.Add(1), 10)
	if out, err := s.run("createdb", "--template="+model, name); err != nil {
		t.Fatalf("create database: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := s.run("dropdb", "--force", name); err != nil {
			t.Errorf("drop database: %v: %s", err, out)
		}
	})
	return s.dsn(name)
}

// model makes the database that others are copied from, unless it is there.
func (s *postgres) model(name string, fill func(dsn string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err, made := s.models[name]
	if made {
		return err
	}
	if out, failed := s.run("createdb", name); failed != nil {
		err = fmt.Errorf("create database: %w: %s", failed, out)
	} else if failed := fill(s.dsn(name)); failed != nil {
		err = fmt.Errorf("fill database: %w", failed)
	}
	s.models[name] = err
	return err
}

// startPostgres starts a server that lives until this process ends, however it ends.
func startPostgres() (*postgres, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	identity, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := serverFolder(identity)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", "-c", postgresScript, "sh", bin, dir)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: identity}
	// The write end stays open, and is closed by the kernel at the latest when this process is gone.
	if _, err := cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	server := &postgres{bin: bin, dir: dir, models: map[string]error{}}
	return server, server.await(cmd)
}

// await returns once the server answers, or with its log when it ends or stays silent instead.
func (s *postgres) await(cmd *exec.Cmd) error {
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	gone := false
	answers := within(postgresStart, func() bool {
		select {
		case <-ended:
			gone = true
			return true
		default:
			_, err := s.run("pg_isready", "--quiet")
			return err == nil
		}
	})
	if gone || !answers {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		_ = os.RemoveAll(s.dir)
		return fmt.Errorf("no answer from the server, its log says: %s", log)
	}
	return nil
}

// run calls one of the client programs as the server's superuser.
func (s *postgres) run(program string, args ...string) ([]byte, error) {
	args = append([]string{"--host=" + s.dir, "--username=postgres"}, args...)
	return exec.Command(filepath.Join(s.bin, program), args...).CombinedOutput()
}

// dsn names one database of the server.
func (s *postgres) dsn(database string) string {
	query := url.Values{"host": {s.dir}, "user": {"postgres"}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: query.Encode()}).String()
}

// postgresBin is the folder of the newest server installed; Debian keeps it off the path.
func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", fmt.Errorf("find PostgreSQL: %w", err)
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, byMajor)), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", missing("PostgreSQL", "postgresql")
	}
	return filepath.Dir(path), nil
}

// byMajor orders paths like /usr/lib/postgresql/15/bin/postgres by their number, so that 9 comes before 15.
func byMajor(a, b string) int {
	major := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return major(a) - major(b)
}

// unprivileged is who the server runs as: this user, or, because PostgreSQL refuses to be root, the user of its package.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("find an unprivileged user: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read uid %q: %w", account.Uid, err)
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read gid %q: %w", account.Gid, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// serverFolder makes the server's folder, owned by it. It is straight below /tmp since a socket path has at most 107
// bytes, and the server's user could not enter a private folder.
func serverFolder(owner *syscall.Credential) (string, error) {
	dir, err := os.MkdirTemp("/tmp", "mailleur-postgres-")
	if err != nil {
		return "", fmt.Errorf("make folder: %w", err)
	}
	if owner != nil {
		if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return "", fmt.Errorf("give folder to the server: %w", err)
		}
	}
	return dir, nil
}
