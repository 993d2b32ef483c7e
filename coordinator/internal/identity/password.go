package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Parameters of argon2id: the second choice of the OWASP password storage sheet, which a Raspberry Pi bears.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
	argonAtOnce  = 2 // so that many sign-ins at once cannot take the machine's memory
)

type hasher struct {
	slots chan struct{}
	decoy string // hash that nobody knows the password of
}

func newHasher() *hasher {
	h := &hasher{slots: make(chan struct{}, argonAtOnce)}
	var salt [argonSalt]byte
	h.decoy = encode(salt[:], make([]byte, argonKey))
	return h
}

// hash returns the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	key, err := h.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return encode(salt, key), nil
}

// matches compares in constant time. An empty stored hash costs the same work and never matches.
func (h *hasher) matches(ctx context.Context, stored, password string) (bool, error) {
	known := stored != ""
	if !known {
		stored = h.decoy
	}
	salt, want, err := decode(stored)
	if err != nil {
		return false, err
	}
	got, err := h.derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (h *hasher) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey), nil
}

func encode(salt, key []byte) string {
	b := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, b(salt), b(key))
}

// decode reads a PHC string made with the parameters above; other parameters would need a new password.
func decode(phc string) (salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	want := fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonTime, argonThreads)
	if len(parts) != 6 || !strings.HasPrefix(phc, want) {
		return nil, nil, fmt.Errorf("stored password has a form that this program does not know")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, fmt.Errorf("read stored salt: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return nil, nil, fmt.Errorf("read stored key: %w", err)
	}
	return salt, key, nil
}

func checkPassword(password string) error {
	if n := len([]rune(password)); n < minPassword || n > maxPassword {
		return fab.Refuse(fab.Invalid, "password_length", "password", "min", minPassword, "max", maxPassword)
	}
	return nil
}
