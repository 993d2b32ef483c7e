package slicing

import (
	"context"
	"io"
)

// Checker judges G-code without being able to make any: it needs no slicer program. It is safe for concurrent use.
type Checker struct{ s *Slicer }

// NewChecker builds a Checker from the facts of machines and filaments.
func NewChecker(p Profiles) *Checker { return &Checker{&Slicer{profiles: p}} }

// Check judges as Slicer.Check does.
func (c *Checker) Check(ctx context.Context, r io.Reader, q CheckRequest) (CheckResult, error) {
	return c.s.Check(ctx, r, q)
}
