package fab

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
)

// NewToken makes a 256-bit secret in base64url. It panics when rand fails, as NewID does.
func NewToken(rand io.Reader) string {
	var b [32]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		panic("fab: random source failed: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// HashToken is what the database keeps of a token. Tokens have 256 bits, so a plain SHA-256 cannot be searched.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
