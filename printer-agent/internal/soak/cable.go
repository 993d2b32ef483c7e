package soak

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// errCut is what a connection says that was cut.
var errCut = errors.New("cut")

// cable is a connection that can be cut at a byte of what is written, and whose traffic can be noted.
type cable struct {
	io.ReadWriteCloser
	sever func() // ends the connection at the other side
	log   io.Writer
	began time.Time

	mu   sync.Mutex
	left int // bytes to be written until the cut; negative: none comes
	cut  bool
}

// arm has the cut come so many bytes later.
func (c *cable) arm(bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = bytes
}

// now cuts at once.
func (c *cable) now() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.cut {
		c.cut = true
		c.sever()
	}
}

func (c *cable) wasCut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cut
}

// Write passes bytes on until the cut.
func (c *cable) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut {
		return 0, errCut
	}
	if c.left < 0 || len(b) <= c.left {
		if c.left >= 0 {
			c.left -= len(b)
		}
		c.note(">", b)
		return c.ReadWriteCloser.Write(b)
	}
	c.note(">", b[:c.left])
	n, err := c.ReadWriteCloser.Write(b[:c.left])
	c.cut = true
	c.sever()
	if err == nil {
		err = errCut
	}
	return n, err
}

// Read notes what came.
func (c *cable) Read(b []byte) (int, error) {
	n, err := c.ReadWriteCloser.Read(b)
	if n > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.note("<", b[:n])
	}
	return n, err
}

func (c *cable) note(way string, b []byte) {
	if c.log != nil {
		fmt.Fprintf(c.log, "%10.4f %s %q\n", time.Since(c.began).Seconds(), way, b)
	}
}
