package local

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shot is a small JPEG with a place in it, as telephones and some cameras write.
func shot(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	picture := image.NewRGBA(image.Rect(0, 0, 32, 24))
	picture.Set(3, 3, color.RGBA{R: 255, A: 255})
	require.NoError(t, jpeg.Encode(&out, picture, nil))
	exif := "Exif\x00\x00MM\x00*GPS 48.85 N"
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(head, out.Bytes()[2:]...)
}

func newTestCamera(t *testing.T, url string, now func() time.Time) *camera {
	t.Helper()
	c, err := newCamera(Camera{URL: url, ThisMachine: true}, now)
	require.NoError(t, err)
	return c
}

// A picture is drawn anew, so that the place where it was taken does not leave the house, and kept for a few seconds.
func TestPicturesAreRedrawnAndKept(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, pass, _ := r.BasicAuth()
		require.Equal(t, "secret", pass)
		_, _ = w.Write(shot(t))
	}))
	defer server.Close()
	now := noon()
	f := newFake()
	s := newServer(t, func(o *Options) {
		o.Now = func() time.Time { return now }
		o.Cameras = map[string]Camera{"tortue": {URL: strings.Replace(server.URL, "http://", "http://me:secret@", 1), ThisMachine: true}}
	}, f)
	v := enter(t, s)
	for range 3 {
		w := v.get("/printer/tortue/camera.jpg?t=1")
		require.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
		require.NotContains(t, w.Body.String(), "GPS")
		_, err := jpeg.Decode(w.Body)
		require.NoError(t, err)
	}
	require.EqualValues(t, 1, asked.Load())
	now = now.Add(pictureAge)
	v.get("/printer/tortue/camera.jpg")
	require.EqualValues(t, 2, asked.Load())
	page := v.get("/printer/tortue").Body.String()
	require.Contains(t, page, "/printer/tortue/camera.jpg?t=")
	require.NotContains(t, page, "secret", "the address of the camera is not shown")
	require.NotContains(t, page, server.Listener.Addr().String())
}

// Only the network at home is asked, checked on the address that is dialled.
func TestOnlyThePrivateNetworkIsAsked(t *testing.T) {
	for address, ok := range map[string]bool{
		"192.168.1.30:80": true, "10.0.0.2:8080": true, "172.16.0.9:80": true, "[fd00::1]:80": true,
		"8.8.8.8:80": false, "169.254.169.254:80": false, "127.0.0.1:5432": false, "[::1]:80": false, "[::ffff:127.0.0.1]:80": false,
		"0.0.0.0:80": false, "[fe80::1]:80": false, "224.0.0.1:80": false, "nonsense": false,
	} {
		require.Equal(t, ok, private(address, false) == nil, address)
	}
	require.NoError(t, private("127.0.0.1:80", true))
	require.Error(t, private("8.8.8.8:80", true))

	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	defer server.Close()
	c, err := newCamera(Camera{URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)}, noon)
	require.NoError(t, err)
	_, err = c.picture(t.Context())
	require.ErrorIs(t, err, errNotPrivate)
}

// What is no picture, leads elsewhere, or never ends gives no picture, soon.
func TestWhatIsNoPictureIsRefused(t *testing.T) {
	bomb := shot(t)
	size := bytes.Index(bomb, []byte{0xff, 0xc0}) + 5 // height and width in the frame header
	copy(bomb[size:], []byte{0xff, 0xff, 0xff, 0xff})
	for name, answer := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/jpeg")
			fmt.Fprint(w, "<html>")
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
		"nothing":     func(http.ResponseWriter, *http.Request) {},
		"an error":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"a bomb":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bomb) },
		"half of one": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(shot(t)[:200]) },
		"without end": func(w http.ResponseWriter, _ *http.Request) { flood(w) },
		"a bad stream": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=x")
			flood(w)
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			got, err := newTestCamera(t, server.URL, noon).picture(t.Context())
			require.Error(t, err)
			require.Empty(t, got)
			require.NotContains(t, err.Error(), server.URL)
		})
	}
}

func flood(w http.ResponseWriter) {
	junk := bytes.Repeat([]byte("x"), 64<<10)
	for range 1000 {
		if _, err := w.Write(junk); err != nil {
			return
		}
	}
}

// The first picture of an endless stream is taken.
func TestTheFirstPictureOfAStreamIsTaken(t *testing.T) {
	left := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(left)
		w.Header().Set("Content-Type", "multipart/x-mixed-replace;boundary=--frame")
		for r.Context().Err() == nil {
			if _, err := fmt.Fprintf(w, "----frame\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n", shot(t)); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	got, err := newTestCamera(t, server.URL, noon).picture(context.Background())
	require.NoError(t, err)
	require.NotEmpty(t, got)
	select {
	case <-left:
	case <-time.After(5 * time.Second):
		t.Fatal("the stream is still read")
	}
}
