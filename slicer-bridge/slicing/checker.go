package slicing

import (
	"context"
	"io"
)

// Checker judges G-code and beds without being able to make a plate: it needs no slicer program. It is safe for concurrent
// use.
type Checker struct{ s *Slicer }

// NewChecker builds a Checker from the facts of machines and filaments.
func NewChecker(p Profiles) *Checker { return &Checker{&Slicer{profiles: p}} }

// Check judges as Slicer.Check does.
func (c *Checker) Check(ctx context.Context, r io.Reader, q CheckRequest) (CheckResult, error) {
	return c.s.Check(ctx, r, q)
}

// MaxCopies tells as Slicer.MaxCopies does.
func (c *Checker) MaxCopies(r Request, limit int) (int, error) { return c.s.MaxCopies(r, limit) }

// SettingsSheet lists as Slicer.SettingsSheet does.
func (c *Checker) SettingsSheet(q CheckRequest, quality Quality) (Sheet, error) {
	return c.s.SettingsSheet(q, quality)
}
