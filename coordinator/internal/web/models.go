package web

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// measured is what the file of a part tells, or why it cannot be read.
type measured struct {
	production.Model
	refused *fab.Error
}

// fill puts what was measured on a page.
func (m measured) fill(p *ui.ModelPart) {
	p.Size, p.VolumeMM3, p.Triangles, p.Problems = m.SizeUM, m.VolumeMM3, m.Triangles, m.Problems
	if m.refused != nil {
		p.Refused = fab.Reason{Code: m.refused.Code, Args: m.refused.Args}
	}
}

// maxMeasured is how many files are remembered. A version has a handful.
const maxMeasured = 256

// models remembers what the files of parts measure, by hash: a large one takes seconds to read.
type models struct {
	store *store.Store
	room  *production.Production
	mu    sync.Mutex // held while a file is read, so that many who look at one page do not read it many times
	known map[string]measured
}

// measure reads a model of the lab. A file that is no model is no error.
func (m *models) measure(ctx context.Context, hash string) (measured, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.known[hash]; ok {
		return known, nil
	}
	var b bytes.Buffer
	if err := m.store.ReadBlob(ctx, hash, &b); err != nil {
		return measured{}, err
	}
	var one measured
	var err error
	if one.Model, err = m.room.Look(b.Bytes()); err != nil && !errors.As(err, &one.refused) {
		return one, err
	}
	if m.known == nil || len(m.known) >= maxMeasured {
		m.known = map[string]measured{}
	}
	m.known[hash] = one
	return one, nil
}
