package spool

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// counter reads whole lines with numbers; a line that the kill cut off does not count.
type counter struct {
	r    *bufio.Reader
	last int64
}

func newCounter(r io.Reader) *counter { return &counter{r: bufio.NewReader(r)} }

func (c *counter) next() (int64, error) {
	line, err := c.r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err == nil {
		c.last = n
	}
	return n, err
}
