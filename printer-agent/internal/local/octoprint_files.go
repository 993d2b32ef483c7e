package local

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// upload keeps a file that a slicer sends. That it is to be printed at once counts only while somebody is beside the
// printer; else the file waits on the page, and the answer is the same.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, m Machine) error {
	got, err := s.receive(w, r, m, func(map[string]string) error { return nil })
	if err == nil {
		err = folders(got.fields["path"])
		if err != nil {
			_ = m.Files.Remove(r.Context(), got.file.Name)
		}
	}
	if err != nil {
		w.Header().Set("Connection", "close") // the rest of the body is not waited for
		return err
	}
	printing := false
	if truth(got.fields["print"]) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		err := s.startHere(ctx, m, got.file.Name)
		if printing = err == nil; err != nil && refusalOf(timed(err)) == nil {
			s.fault(r, err)
		}
	}
	s.Log.Info("keep file from slicer", "printer", m.Key, "bytes", got.file.Bytes, "printing", printing)
	resource := s.resource(r, m, got.file.Name)
	w.Header().Set("Location", resource)
	return replyJSON(w, http.StatusCreated, object{
		"done":            true,
		"effectiveSelect": printing || truth(got.fields["select"]),
		"effectivePrint":  printing,
		"files":           object{"local": s.fileObject(r, m, got.file)},
	})
}

// folders refuses a way out. Slicers send the folder that the person typed before the name; there are none here, so that
// it is left out of the name.
func folders(path string) error {
	if strings.Contains(path, "..") || strings.ContainsAny(path, "\x00\r\n") {
		return Refuse(codeUploadPath, "path")
	}
	return nil
}

// truth reads a flag as OctoPrint does.
func truth(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "y", "1", "on":
		return true
	}
	return false
}

// resource is the address of a file. Cura reads the path after /api/ out of it.
func (s *Server) resource(r *http.Request, m Machine, name string) string {
	path := "/api/files/local/" + url.PathEscape(name)
	if r.PathValue("key") != "" {
		path = "/printer/" + m.Key + path
	}
	return "http://" + r.Host + path
}

func (s *Server) fileObject(r *http.Request, m Machine, f FileInfo) object {
	one := object{
		"name": f.Name, "path": f.Name, "display": f.Name, "origin": "local", "type": "machinecode", "typePath": []string{"machinecode", "gcode"},
		"size": f.Bytes, "date": f.Added.Unix(), "refs": object{"resource": s.resource(r, m, f.Name)},
	}
	if f.Seconds > 0 {
		one["gcodeAnalysis"] = object{"estimatedPrintTime": f.Seconds}
	}
	return one
}

func (s *Server) listFiles(w http.ResponseWriter, r *http.Request, m Machine) error {
	files := []object{}
	for _, f := range m.Files.List() {
		files = append(files, s.fileObject(r, m, f))
	}
	return reply200(w, object{"files": files})
}

// find gives one of the maker's own files.
func find(m Machine, name string) (FileInfo, error) {
	for _, f := range m.Files.List() {
		if f.Name == name {
			return f, nil
		}
	}
	return FileInfo{}, Refuse(CodeFileGone, "")
}

func (s *Server) oneFile(w http.ResponseWriter, r *http.Request, m Machine) error {
	f, err := find(m, r.PathValue("file"))
	if err != nil {
		return err
	}
	return reply200(w, s.fileObject(r, m, f))
}

// orderFile selects a file, which changes nothing here, or starts it.
func (s *Server) orderFile(w http.ResponseWriter, r *http.Request, m Machine) error {
	var asked struct {
		Command string `json:"command"`
		Print   bool   `json:"print"`
	}
	if err := read(w, r, &asked); err != nil {
		return err
	}
	f, err := find(m, r.PathValue("file"))
	switch {
	case err != nil:
		return err
	case asked.Command != "select":
		return Refuse(codeBody, "")
	case asked.Print:
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		if err := s.startHere(ctx, m, f.Name); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) deleteFile(w http.ResponseWriter, r *http.Request, m Machine) error {
	if _, err := find(m, r.PathValue("file")); err != nil {
		return err
	}
	if err := m.Files.Remove(r.Context(), r.PathValue("file")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
