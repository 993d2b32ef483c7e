package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/imports"
)

const (
	defaultModel = 64 << 20 // a million triangles are 50 MB
	defaultGCode = 256 << 20
	// uploadFor is how long a slow line may take to send files.
	uploadFor = 15 * time.Minute
)

// takesFiles says how much a route may carry when its form brings files; zero for every other. It is well above what one
// file may have, so that a file that is too large is refused in the form and not with the connection.
func (s *Server) takesFiles(c *gin.Context) int64 {
	if c.Request.Method != http.MethodPost && c.Request.Method != http.MethodPut {
		return 0
	}
	switch c.FullPath() {
	case gcodeFull:
		return maxSliced + maxBody
	case "/desk/products/:id/versions":
		return 8*s.MaxModel + maxBody
	case "/maker/printers/:id/parts/:design/:part/gcode":
		return 2*s.MaxGCode + maxBody
	case "/desk/printers/:id/clear", "/maker/printers/:id/count", "/maker/work/:id/handin",
		"/give", "/desk/blocked", "/desk/donations/:id/block":
		return fab.MaxPhoto + 2*maxBody
	case "/desk/imports":
		return 2*imports.MaxFile + 2*maxBody
	case "/desk/register":
		return maxRegister
	}
	if c.FullPath() != "" && (strings.HasSuffix(c.FullPath(), "/stop/:n/deliver") || strings.HasSuffix(c.FullPath(), "/stop/:n/partly")) {
		return 2*fab.MaxPhoto + 2*maxBody
	}
	return 0
}

// upload is one file of a form. Its name is what the sender calls it: it is shown, and never a path.
type upload struct {
	name string
	data []byte
	over bool // it is larger than allowed; data is empty
}

// parseUpload reads a form with models into memory, field by field, and leaves the fields where other forms have theirs.
func (s *Server) parseUpload(c *gin.Context) (map[string]upload, error) {
	files := map[string]upload{}
	err := eachFile(c, func(part *multipart.Part) (err error) {
		files[part.FormName()], err = s.readModel(part)
		return err
	})
	return files, err
}

// eachFile reads a form with files: each file by take, all else into the form of the request. A field for a file that nobody
// chose is an empty one.
func eachFile(c *gin.Context, take func(*multipart.Part) error) error {
	parts, err := multipartOf(c)
	if err != nil {
		return err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return badBody(err)
		}
		if part.FileName() == "" {
			err = readField(c, part)
		} else {
			err = take(part)
		}
		if err != nil {
			return err
		}
	}
}

// readUpTo reads a file, and of one that is longer one byte more than it may have.
func readUpTo(part *multipart.Part, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return nil, badBody(err)
	}
	return data, nil
}

// multipartOf opens a form with files, and gives a slow line the time that it takes.
func multipartOf(c *gin.Context) (*multipart.Reader, error) {
	line := http.NewResponseController(c.Writer)
	until := time.Now().Add(uploadFor)
	_ = line.SetReadDeadline(until) // a connection without deadlines needs none
	_ = line.SetWriteDeadline(until)
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return nil, statusError{http.StatusUnsupportedMediaType}
	}
	c.Request.PostForm = url.Values{}
	return parts, nil
}

// readField adds a field that is no file to the form of the request.
func readField(c *gin.Context, part *multipart.Part) error {
	value, err := readUpTo(part, maxBody)
	if err != nil {
		return err
	}
	total := len(value)
	for name, values := range c.Request.PostForm {
		total += len(name) + len(strings.Join(values, ""))
	}
	if total > maxBody {
		return statusError{http.StatusRequestEntityTooLarge}
	}
	c.Request.PostForm.Add(part.FormName(), string(value))
	return nil
}

// readModel reads one file. What is left of one that is too large is skipped with the next part.
func (s *Server) readModel(part *multipart.Part) (upload, error) {
	f := upload{name: part.FileName()}
	data, err := readUpTo(part, s.MaxModel)
	if err != nil {
		return f, err
	}
	if int64(len(data)) > s.MaxModel {
		f.over = true
		return f, nil
	}
	f.data = data
	return f, nil
}

// uploadsAtOnce is how many forms with models are read at a time: each holds its files in memory.
const uploadsAtOnce = 2

// places are where a form waits for its turn: those that anybody may send never keep the lab's own people waiting.
func (s *Server) places(c *gin.Context) chan struct{} {
	if c.FullPath() == "/give" {
		return s.gifts
	}
	return s.uploads
}

// oneUpload waits for a place to read files in; uploaded gives it back.
func (s *Server) oneUpload(c *gin.Context) error {
	select {
	case s.places(c) <- struct{}{}:
		return nil
	case <-c.Request.Context().Done():
		return c.Request.Context().Err()
	}
}

func (s *Server) uploaded(c *gin.Context) { <-s.places(c) }
