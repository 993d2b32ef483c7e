package local

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
)

// minKey is the shortest key that is taken: 256 bits in base64url.
const minKey = 43

// NewKey makes the key of an agent: 256 bits of rand in base64url.
func NewKey(rand io.Reader) (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// KeyFile reads the key from a file, and makes both when the file is not there: made says so, for the caller to show the
// link. The file is for its owner alone; one that others may read is refused, since they may have read it.
func KeyFile(path string, rand io.Reader) (key string, made bool, err error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		key, err = makeKeyFile(path, rand)
		return key, err == nil, err
	case err != nil:
		return "", false, fmt.Errorf("read key: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", false, fmt.Errorf("read key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", false, fmt.Errorf("read key: others may read %s: remove it, and a new key is made", path)
	}
	if key = strings.TrimSpace(string(text)); len(key) < minKey {
		return "", false, fmt.Errorf("read key: %s holds no key: remove it, and a new one is made", path)
	}
	return key, false, nil
}

func makeKeyFile(path string, rand io.Reader) (string, error) {
	key, err := NewKey(rand)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("keep key: %w", err)
	}
	_, err = f.WriteString(key + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("keep key: %w", errors.Join(err, os.Remove(path)))
	}
	return key, nil
}

// Link is the address that enters with the key, to be shown to the owner on the command line and nowhere else. It names
// this machine when the server listens on every address.
func Link(address, key string) string {
	if address == "" {
		address = DefaultAddress
	}
	if host, port, err := net.SplitHostPort(address); err == nil {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			address = net.JoinHostPort("127.0.0.1", port)
		}
	}
	return "http://" + address + "/enter?" + url.Values{"key": {key}}.Encode()
}
