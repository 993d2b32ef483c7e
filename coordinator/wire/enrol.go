package wire

import (
	"encoding/base32"
	"encoding/hex"
	"errors"
	"strings"
)

// EnrolRequest is the body of POST /api/v1/enrol.
type EnrolRequest struct {
	Code     string `json:"code"` // EnrolCode.SecretText: the fingerprint is not for the wire
	Name     string `json:"name"` // of the machine
	Version  string `json:"version"`
	Printers []Unit `json:"printers"`
	Nonce    string `json:"nonce,omitempty"` // made for this one request; see Words
}

// EnrolAnswer is what a joined agent keeps. Token is shown once.
type EnrolAnswer struct {
	Agent  string `json:"agent"` // also its MQTT user name and client id
	Token  string `json:"token"` // password for MQTT, bearer for HTTPS
	Broker string `json:"broker"`
	CA     string `json:"ca"` // PEM; empty on loopback without TLS
	Lab    string `json:"lab"`
}

// EnrolCode is what a coordinator reads to a maker: a secret that works once, and the fingerprint of the lab's
// certificate authority, so that the agent trusts the right lab from the first byte.
type EnrolCode struct {
	Secret      [10]byte
	Fingerprint [8]byte // first 64 bits of the SHA-256 of the CA certificate; zero on loopback without TLS
}

var codeEncoding = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// ErrCode means that the text is not an enrolment code.
var ErrCode = errors.New("wire: not an enrolment code")

// String writes the code in groups of four.
func (c EnrolCode) String() string {
	s := codeEncoding.EncodeToString(append(c.Secret[:], c.Fingerprint[:]...))
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// SecretText is the secret part alone, in lower-case hexadecimal. It is what EnrolRequest carries.
func (c EnrolCode) SecretText() string { return hex.EncodeToString(c.Secret[:]) }

// ParseEnrolCode reads what a person typed: case, spaces and dashes do not matter; O reads as 0, I and L as 1.
func ParseEnrolCode(typed string) (EnrolCode, error) {
	fold := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1")
	raw, err := codeEncoding.DecodeString(fold.Replace(strings.ToUpper(strings.TrimSpace(typed))))
	if err != nil || len(raw) != 18 {
		return EnrolCode{}, ErrCode
	}
	var c EnrolCode
	copy(c.Secret[:], raw[:10])
	copy(c.Fingerprint[:], raw[10:])
	return c, nil
}
