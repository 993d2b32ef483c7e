package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// readPart takes the whole file, but no more than the checks would accept.
func readPart(path string) (*mesh.Mesh, []byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	most := int64(mesh.DefaultCaps.Bytes) + 1
	var data bytes.Buffer
	if s, err := f.Stat(); err == nil {
		data.Grow(int(min(s.Size(), most)) + bytes.MinRead) // in one piece: growing would take three times the memory
	}
	if _, err := data.ReadFrom(io.LimitReader(f, most)); err != nil {
		return nil, nil, fmt.Errorf("read part: %w", err)
	}
	m, err := mesh.Read(data.Bytes(), mesh.Caps{})
	return m, data.Bytes(), err
}

// writePart writes a binary STL aside and renames it.
func writePart(path string, m *mesh.Mesh) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return fmt.Errorf("write part: %w", err)
	}
	err = m.WriteSTL(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write part: %w", err)
	}
	return nil
}
