package main

import (
	"net"
	"os"

	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// hosts are the names in the certificate: those set, this machine's own, and loopback.
func (a *app) hosts() []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, a.config.Web.Hosts...)
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name, name+".local")
	}
	return hosts
}

// agentBroker is the address that agents are told.
func (a *app) agentBroker() string {
	switch {
	case a.config.MQTT.Public != "":
		return a.config.MQTT.Public
	case a.config.MQTT.ListenTLS != "":
		_, port, err := net.SplitHostPort(a.broker.TLSAddr())
		if err != nil {
			return ""
		}
		return "ssl://" + net.JoinHostPort(a.publicHost(), port)
	default:
		return "tcp://" + a.broker.Addr()
	}
}

func (a *app) publicHost() string {
	if len(a.config.Web.Hosts) > 0 {
		return a.config.Web.Hosts[0]
	}
	return "127.0.0.1"
}

// url is the address of the pages, as far as this program can know it.
func (a *app) url() string {
	if a.config.Web.Public != "" {
		return a.config.Web.Public
	}
	return "http://" + a.plain.Addr().String()
}

// agentURL is the address of the API for agents: over TLS when there is any.
func (a *app) agentURL() string {
	if a.config.Web.Public != "" || a.secure == nil {
		return a.url()
	}
	_, port, err := net.SplitHostPort(a.secure.Addr().String())
	if err != nil {
		return a.url()
	}
	return "https://" + net.JoinHostPort(a.publicHost(), port)
}

// enrolCode words a secret with the fingerprint of the lab's authority; on plain loopback there is none to check.
func (a *app) enrolCode(secret [identity.SecretBytes]byte) string {
	code := wire.EnrolCode{Secret: secret}
	if a.tls != nil {
		code.Fingerprint = a.authority.Fingerprint()
	}
	return code.String()
}
