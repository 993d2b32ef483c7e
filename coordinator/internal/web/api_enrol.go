package web

import (
	"context"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
)

// EnrolUnit is one printer that an agent brings along.
type EnrolUnit struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Key      string   `json:"key" maxLength:"64" doc:"Name of the printer in topics: a-z, 0-9, _ and -"`
	Name     string   `json:"name,omitempty" maxLength:"80" doc:"What people call it"`
	Model    string   `json:"model" maxLength:"80" doc:"Printer profile"`
	Firmware string   `json:"firmware,omitempty" maxLength:"200" doc:"As the board answered M115"`
}

// EnrolBody is what an agent says when it joins.
type EnrolBody struct {
	_        struct{}    `json:"-" additionalProperties:"true"`
	Code     string      `json:"code" maxLength:"80" doc:"The secret of the enrolment code, in hexadecimal or in the 16 symbols that people read"`
	Name     string      `json:"name" maxLength:"80" doc:"Of the machine"`
	Version  string      `json:"version" maxLength:"80" doc:"Of the agent program"`
	Printers []EnrolUnit `json:"printers" maxItems:"100"`
	Nonce    string      `json:"nonce,omitempty" maxLength:"80" doc:"Made for this request; with the token it gives the words that are read on both sides"`
}

// EnrolAnswer is what a joined agent keeps. Token is shown once.
type EnrolAnswer struct {
	Agent  string `json:"agent" doc:"Also its MQTT user name and client id"`
	Token  string `json:"token" doc:"Password for MQTT, bearer for HTTPS; shown once"`
	Broker string `json:"broker" doc:"Where to connect for MQTT"`
	CA     string `json:"ca" doc:"The lab's certificate authority as PEM; empty on loopback without TLS"`
	Lab    string `json:"lab" doc:"Name of the lab"`
}

type enrolIn struct {
	caller
	Body EnrolBody
}

type enrolOut struct{ Body EnrolAnswer }

// apiEnrol takes an agent in.
func (s *Server) apiEnrol(ctx context.Context, in *enrolIn) (*enrolOut, error) {
	secret, ok := secretOf(in.Body.Code)
	if !ok {
		return nil, s.apiError(&in.caller, fab.Refuse(fab.NotFound, "enrol_code_unknown", "code"))
	}
	joining := identity.Joining{Secret: secret, Name: in.Body.Name, Version: in.Body.Version}
	if in.Body.Nonce != "" && s.EnrolWords != nil {
		joining.Words = func(token string) string {
			french, inEnglish := s.EnrolWords(in.Body.Nonce, token)
			return french + wordsBetween + inEnglish
		}
	}
	for _, u := range in.Body.Printers {
		joining.Units = append(joining.Units, identity.Unit{Key: u.Key, Name: u.Name, Model: u.Model})
	}
	agent, token, err := s.Identity.Enrol(ctx, joining, s.KnownModel)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &enrolOut{EnrolAnswer{Agent: string(agent.ID), Token: token, Broker: s.Broker, CA: s.CA, Lab: s.Lab.Name}}, nil
}

// secretOf reads the secret of an enrolment code: in hexadecimal, as agents send it, or in the 16 symbols that people
// read aloud. Case, spaces and dashes do not matter.
func secretOf(typed string) (hexed string, ok bool) {
	plain := strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(strings.TrimSpace(typed)))
	raw, err := hex.DecodeString(plain)
	if len(plain) == 16 {
		fold := strings.NewReplacer("O", "0", "I", "1", "L", "1")
		raw, err = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding).DecodeString(fold.Replace(plain))
	}
	if err != nil || len(raw) != identity.SecretBytes {
		return "", false
	}
	return hex.EncodeToString(raw), true
}
