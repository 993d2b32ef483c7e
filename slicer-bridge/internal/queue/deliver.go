package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// Deliver implements worker.Queue. The file is streamed; the coordinator holds it against its hash and checks it itself.
func (q *Queue) Deliver(ctx context.Context, t worker.Task, r slicing.Result) error {
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	read, write := io.Pipe()
	form := multipart.NewWriter(write)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		write.CloseWithError(parts(form, r))
	}()
	resp, err := q.do(ctx, http.MethodPut, t.Plate+"/gcode", t.Token, form.FormDataContentType(), read)
	_ = read.Close() // lets the writer end when the answer came before the file was sent
	<-sent
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// parts writes what is known of a plate, its picture and its file, in this order.
func parts(form *multipart.Writer, r slicing.Result) error {
	facts, err := form.CreateFormField("facts")
	if err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	known := map[string]any{"sha256": r.GCodeSHA256, "slicer": r.SlicerVersion, "warnings": r.Warnings}
	if err := json.NewEncoder(facts).Encode(known); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	if r.Picture != "" {
		if err := file(form, "picture", r.Picture); err != nil {
			return err
		}
	}
	if err := file(form, "gcode", r.Path); err != nil {
		return err
	}
	return form.Close()
}

func file(form *multipart.Writer, name, path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	to, err := form.CreateFormFile(name, name)
	if err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	if _, err := io.Copy(to, f); err != nil {
		return fmt.Errorf("send %s: %w", name, err)
	}
	return nil
}
