package local

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // cameras give either
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	pictureAge   = 5 * time.Second // a younger picture is given again
	pictureTime  = 5 * time.Second
	pictureBytes = 2 << 20
	picturePixel = 4096 * 3072
	pictureFine  = 75 // quality of the JPEG
)

// Camera is a maker's own camera beside a printer, as configured on this machine. Whoever opens the page sees the
// picture only, never the address.
type Camera struct {
	URL string // http://… of one picture or of a stream, whose first picture is taken; a name and password in it are sent
	// ThisMachine allows a camera that this machine itself serves (127.0.0.1); without it only private addresses of the
	// network are asked, whatever a name stands for.
	ThisMachine bool
}

// camera fetches pictures, one at a time.
type camera struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu   sync.Mutex
	last []byte // JPEG
	at   time.Time
}

var errNotPrivate = errors.New("the camera is not at a private address")

func newCamera(c Camera, now func() time.Time) (*camera, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return nil, errors.New("the address cannot be read") // it may hold a password
	case u.Scheme != "http" || u.Hostname() == "":
		return nil, errors.New("the address must begin with http:// and name a host of your own network")
	}
	dial := net.Dialer{Timeout: pictureTime, Control: func(_, address string, _ syscall.RawConn) error {
		return private(address, c.ThisMachine)
	}}
	return &camera{url: u.String(), now: now, client: &http.Client{
		Timeout:       pictureTime,
		Transport:     &http.Transport{DialContext: dial.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeader},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// private lets a connection go to the network at home only: checked on the address that is dialled, so that no name and
// no second answer of a name server leads elsewhere.
func private(address string, thisMachine bool) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errNotPrivate
	}
	ip := ap.Addr().Unmap()
	if ip.IsPrivate() || thisMachine && ip.IsLoopback() {
		return nil
	}
	return errNotPrivate
}

// taken is when the last picture was taken; the zero time before the first.
func (c *camera) taken() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// picture gives the last picture, a new one when that is old.
func (c *camera) picture(ctx context.Context) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && c.now().Sub(c.at) < pictureAge {
		return c.last, nil
	}
	got, err := c.fetch(ctx)
	if err != nil {
		if c.last != nil && c.now().Sub(c.at) < time.Minute {
			return c.last, nil
		}
		return nil, err
	}
	c.last, c.at = got, c.now()
	return got, nil
}

func (c *camera) fetch(ctx context.Context) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
	if err != nil {
		return nil, errors.New("ask camera: its address cannot be used")
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask camera: %w", hidden(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask camera: status %d", resp.StatusCode)
	}
	body := bufio.NewReaderSize(io.LimitReader(resp.Body, pictureBytes), 64<<10)
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "multipart/") {
		if err := begin(body); err != nil {
			return nil, fmt.Errorf("read stream of camera: %w", err)
		}
	}
	return redrawn(body)
}

// begin skips to the first JPEG of a stream. Cameras write the boundaries between pictures wrongly too often to read them.
func begin(r *bufio.Reader) error {
	for {
		if start, err := r.Peek(3); err != nil || bytes.Equal(start, []byte{0xff, 0xd8, 0xff}) {
			return err
		}
		if _, err := r.Discard(1); err != nil {
			return err
		}
	}
}

// hidden leaves the address, which may hold a password, out of an error.
func hidden(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// redrawn reads a picture and draws it anew, so that nothing but the pixels comes through: no place where it was taken,
// no markup, no file that only claims to be a picture.
func redrawn(r io.Reader) ([]byte, error) {
	var start bytes.Buffer
	config, _, err := image.DecodeConfig(io.TeeReader(r, &start))
	if err != nil {
		return nil, fmt.Errorf("read picture of camera: %w", err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > picturePixel/config.Height {
		return nil, fmt.Errorf("read picture of camera: %d × %d is too large", config.Width, config.Height)
	}
	picture, _, err := image.Decode(io.MultiReader(&start, r))
	if err != nil {
		return nil, fmt.Errorf("read picture of camera: %w", err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: pictureFine}); err != nil {
		return nil, fmt.Errorf("draw picture of camera: %w", err)
	}
	return out.Bytes(), nil
}

// Picture is the last picture of a printer's camera as JPEG, at most a few seconds old; false when it has none or the
// camera does not answer. It may take as long as the camera does, at most some seconds.
func (s *Server) Picture(ctx context.Context, key string) ([]byte, bool) {
	c := s.cameras[key]
	if c == nil {
		return nil, false
	}
	got, err := c.picture(ctx)
	if err != nil {
		s.Log.Debug("no picture", "printer", key, "error", err)
	}
	return got, err == nil
}

// picture gives the camera's picture of a printer.
func (s *Server) picture(w http.ResponseWriter, r *http.Request, m Machine) error {
	got, ok := s.Picture(r.Context(), m.Key)
	if !ok {
		return Refuse(codeNoCamera, "")
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(got)))
	_, err := w.Write(got)
	return ignoreGone(err)
}
