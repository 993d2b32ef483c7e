package local

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxUploads   = 3 // under way at once
	maxParts     = 16
	maxField     = 4 << 10
	maxFileName  = 120              // bytes
	uploadStall  = 30 * time.Second // without a byte
	uploadAtMost = 30 * time.Minute
	sniffed      = 512 // bytes that tell what a file is
)

// received is what one upload brought.
type received struct {
	file   FileInfo
	fields map[string]string // of the body alone: never of the address (CVE-2026-54134)
}

// receive reads a multipart form with one file in the field "file", and keeps that file. The parts may come in any
// order; before is called with the fields that stand before the file, and its error keeps the file out.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, m Machine, before func(map[string]string) error) (received, error) {
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		return received{}, Refuse(codeUploadsBusy, "")
	}
	if r.ContentLength > s.MaxUpload+maxForm {
		return received{}, s.tooLarge()
	}
	ctx, cancel := context.WithTimeout(r.Context(), uploadAtMost)
	defer cancel()
	r.Body = http.MaxBytesReader(w, &patient{r.Body, http.NewResponseController(w)}, s.MaxUpload+maxForm)
	form, err := r.MultipartReader()
	if err != nil {
		return received{}, Refuse(codeUploadForm, "file")
	}
	got := received{fields: map[string]string{}}
	if err := s.parts(ctx, form, m, &got, before); err != nil {
		if got.file.Name != "" { // a whole file in a broken form: what was meant with it is not known
			err = errors.Join(err, m.Files.Remove(context.WithoutCancel(ctx), got.file.Name))
		}
		return received{}, s.uploadError(err)
	}
	if got.file.Name == "" {
		return received{}, Refuse(codeFileMissing, "file")
	}
	return got, nil
}

func (s *Server) parts(ctx context.Context, form *multipart.Reader, m Machine, got *received, before func(map[string]string) error) error {
	for n := 0; ; n++ {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF) && errors.Unwrap(err) == nil: // a wrapped one is a form without its end
			return nil
		case err != nil:
			return err
		case n >= maxParts:
			return Refuse(codeUploadForm, "file")
		case part.FormName() != "file":
			err = field(part, got.fields)
		case got.file.Name != "":
			err = Refuse(codeUploadForm, "file")
		default:
			if err = before(got.fields); err == nil {
				got.file, err = s.keep(ctx, part, m)
			}
		}
		if err != nil {
			return err
		}
	}
}

// field reads a small part.
func field(part *multipart.Part, into map[string]string) error {
	value, err := io.ReadAll(io.LimitReader(part, maxField+1))
	if err != nil {
		return err
	}
	if len(value) > maxField {
		return Refuse(codeUploadForm, "file")
	}
	into[part.FormName()] = string(value)
	return nil
}

// keep checks the name and the first bytes of a file, and hands it over.
func (s *Server) keep(ctx context.Context, part *multipart.Part, m Machine) (FileInfo, error) {
	name, err := fileName(part.Header.Get("Content-Disposition"))
	if err != nil {
		return FileInfo{}, err
	}
	body := bufio.NewReaderSize(part, 64<<10)
	start, err := body.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return FileInfo{}, err
	}
	if err := looks(start); err != nil {
		return FileInfo{}, err
	}
	limited := &capped{body, s.MaxUpload, s.tooLarge()}
	info, err := m.Files.Upload(ctx, name, limited)
	if err != nil {
		return FileInfo{}, fmt.Errorf("keep %s: %w", name, err)
	}
	info.Name = name
	return info, nil
}

// fileName is the name of a file as it was sent, without folders, when it may be kept under it.
func fileName(disposition string) (string, error) {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return "", Refuse(codeUploadForm, "file")
	}
	name := strings.TrimSpace(path.Base(strings.ReplaceAll(params["filename"], `\`, "/")))
	if params["filename"] == "" || name == "." || name == "/" {
		return "", Refuse(codeFileMissing, "file")
	}
	odd := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`:*?"<>|`, r) }
	if len(name) > maxFileName || !utf8.ValidString(name) || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || strings.ContainsFunc(name, odd) {
		return "", Refuse(codeFileName, "file", "max", int64(maxFileName))
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".gcode", ".gco", ".g":
		return name, nil
	case ".bgcode":
		return "", Refuse(codeFileBinary, "file")
	}
	return "", Refuse(codeFileKind, "file")
}

// looks refuses a file that is no text, whatever its name. Binary G-code begins with GCDE (libbgcode's specification).
func looks(start []byte) error {
	switch {
	case len(bytes.TrimSpace(start)) == 0:
		return Refuse(codeFileEmpty, "file")
	case bytes.HasPrefix(start, []byte("GCDE")):
		return Refuse(codeFileBinary, "file")
	case bytes.IndexByte(start, 0) >= 0, bytes.HasPrefix(start, []byte("PK\x03\x04")), bytes.HasPrefix(start, []byte("<")):
		return Refuse(codeFileNotText, "file")
	}
	return nil
}

// uploadError turns what breaks an upload into a refusal.
func (s *Server) uploadError(err error) error {
	var large *http.MaxBytesError
	switch {
	case refusalOf(err) != nil:
		return err
	case errors.As(err, &large):
		return s.tooLarge()
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return Refuse(CodeDiskFull, "file")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded), isTimeout(err), strings.Contains(err.Error(), "multipart:"):
		return Refuse(codeUploadBroken, "file")
	}
	return err
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

func (s *Server) tooLarge() *Refusal {
	return Refuse(codeFileLarge, "file", "max_mb", s.MaxUpload>>20)
}

// capped fails with its refusal when more than so many bytes come.
type capped struct {
	r     io.Reader
	left  int64
	wrong error
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, c.wrong
	}
	return n, err
}

// patient gives each read of a body its own time, so that a large file may take long but none may stall.
type patient struct {
	io.ReadCloser
	control *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.control.SetReadDeadline(time.Now().Add(uploadStall)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := p.ReadCloser.Read(b)
	if errors.Is(err, io.EOF) {
		_ = p.control.SetReadDeadline(time.Time{}) // what is done with the file has its own time
	}
	return n, err
}
