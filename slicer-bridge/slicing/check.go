package slicing

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Finding is one thing the check holds against a file.
type Finding = gcode.Finding

// Report is what one pass over a file measured.
type Report = gcode.Report

// MaxGCode is the largest G-code file that Check reads, in bytes.
const MaxGCode = 512 << 20

// CheckRequest says for which machine and plastic a file is judged.
type CheckRequest struct {
	Printer  string // id of a printer profile
	Filament string // id of a filament profile; empty leaves weight and the plastic's own limits out
	NozzleUM int64  // 0 means the machine's stock nozzle
	Overlay  Overlay
}

// CheckResult is the judgement of a file made elsewhere.
type CheckResult struct {
	Report   Report
	Findings []Finding // in the order of their first line
	Safe     bool      // no finding forbids to print it
	SHA256   string
	Size     int64 // bytes
}

// Check reads a G-code file made elsewhere to its end and judges it as the plates of this bridge are judged. A file that
// must not be printed is no error: Safe is false and the findings say why. Errors are a *Problem for a request that names
// nothing known or a file beyond MaxGCode, ctx's own, or the reader's, wrapped.
func (s *Slicer) Check(ctx context.Context, r io.Reader, c CheckRequest) (CheckResult, error) {
	limits, err := s.checkLimits(c)
	if err != nil {
		return CheckResult{}, err
	}
	sum := sha256.New()
	report, findings, err := gcode.Check(io.TeeReader(upTo(ctx, r, MaxGCode), sum), limits)
	if err != nil {
		return CheckResult{}, fmt.Errorf("check file: %w", err)
	}
	return CheckResult{
		Report: report, Findings: findings, Safe: gcode.Safe(findings),
		SHA256: hex.EncodeToString(sum.Sum(nil)), Size: report.Bytes,
	}, nil
}

func (s *Slicer) checkLimits(c CheckRequest) (gcode.Limits, error) {
	facts := Request{Printer: c.Printer, Filament: c.Filament, NozzleUM: c.NozzleUM, Overlay: c.Overlay, Copies: 1}
	if c.Filament != "" {
		p, f, err := s.facts(facts)
		return s.limitsFor(p, f, c.NozzleUM), err
	}
	p, err := s.machine(c.Printer, c.Overlay)
	if err != nil {
		return gcode.Limits{}, err
	}
	return s.limitsFor(p, profiles.Filament{}, c.NozzleUM), badField(facts, p)
}

// readFunc is an io.Reader.
type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// upTo reads until its caller gives up, and refuses a file with more than left bytes.
func upTo(ctx context.Context, r io.Reader, left int64) io.Reader {
	return readFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := r.Read(p[:min(int64(len(p)), cmp.Or(left, 1))])
		if int64(n) > left {
			return 0, mesh.NewProblem(CodeFileTooLarge, "max_mib", MaxGCode>>20)
		}
		left -= int64(n)
		return n, err
	})
}
