package port

import (
	"os"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// BenchmarkPingPong is one line out and its acknowledgement back through a pseudo-terminal, with an echoing far end.
func BenchmarkPingPong(b *testing.B) {
	master, slave, err := pty.Open()
	if err != nil {
		b.Fatal(err)
	}
	p, err := Open(slave.Name(), 250000)
	if err != nil {
		b.Fatal(err)
	}
	slave.Close()
	ended := make(chan struct{})
	go func() { defer close(ended); answer(master) }()
	line, buf := []byte("N123456 G1 X101.234 Y99.876 E12.34567*38\n"), make([]byte, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Write(line); err != nil {
			b.Fatal(err)
		}
		for n := 0; n == 0; {
			if n, err = p.Read(buf); err != nil {
				b.Fatal(err)
			}
		}
	}
	p.Close()
	master.Close()
	<-ended
}

// answer says ok to each line, on a thread of its own as a board would.
func answer(master *os.File) {
	fd, buf := int(master.Fd()), make([]byte, 256)
	for {
		n, err := unix.Read(fd, buf)
		if err != nil || n == 0 {
			return
		}
		if _, err := unix.Write(fd, []byte("ok\n")); err != nil {
			return
		}
	}
}
