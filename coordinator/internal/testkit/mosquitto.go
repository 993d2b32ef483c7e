package testkit

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mosquittoStart bounds the time from starting the broker to its first answer, a few milliseconds on an idle machine.
const mosquittoStart = 10 * time.Second

// Mosquitto starts a private broker on loopback and gives its address, such as tcp://127.0.0.1:40001. It lets
// everybody in, keeps nothing on disk and ends with the test. Settings are further lines of mosquitto.conf.
func Mosquitto(t testing.TB, settings ...string) (address string) {
	t.Helper()
	program, err := tool("mosquitto", "mosquitto")
	if err != nil {
		t.Fatal(err)
	}
	// A port found free may be taken before the broker has it; then another is tried.
	for range 3 {
		port := freePort(t)
		broker := Start(t, exec.Command(program, "-c", mosquittoConfig(t, port, settings)))
		if broker.accepts(fmt.Sprintf("127.0.0.1:%d", port)) {
			return fmt.Sprintf("tcp://127.0.0.1:%d", port)
		}
		t.Logf("mosquitto did not start on port %d: %s", port, broker.Output())
		broker.Stop()
	}
	t.Fatal("start mosquitto: no answer on three ports")
	return ""
}

// accepts reports whether the program takes connections at the address before it ends or the time is up.
func (p *Process) accepts(address string) bool {
	connected := false
	within(mosquittoStart, func() bool {
		select {
		case <-p.ended:
			return true
		default:
		}
		conn, err := net.Dial("tcp", address)
		if err == nil {
			connected = true
			_ = conn.Close()
		}
		return connected
	})
	return connected
}

// mosquittoConfig writes a configuration file. As root, mosquitto would change to a user who cannot read the test's
// folder, so it is told to stay.
func mosquittoConfig(t testing.TB, port int, settings []string) string {
	t.Helper()
	lines := append([]string{
		fmt.Sprintf("listener %d 127.0.0.1", port),
		"allow_anonymous true",
		"persistence false",
	}, settings...)
	if os.Geteuid() == 0 {
		lines = append(lines, "user root")
	}
	path := filepath.Join(t.TempDir(), "mosquitto.conf")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatalf("write mosquitto configuration: %v", err)
	}
	return path
}

// freePort finds a TCP port of loopback that nobody holds at this moment.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
