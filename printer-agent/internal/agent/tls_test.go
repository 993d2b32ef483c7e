package agent_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
)

// Ensure that broker and coordinator are reached over TLS when the lab's authority signed for them, and never otherwise.
func TestOnlyThePinnedLabIsTrusted(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	l := newLab(t)
	secure := tls.NewListener(listen(t), &tls.Config{Certificates: []tls.Certificate{a.server(t, "127.0.0.1")}})
	require.NoError(t, l.broker.AddListener(listeners.NewNet("tls", secure)))
	l.broker.Listeners.Serve("tls", l.broker.EstablishConnection)
	web := httptest.NewUnstartedServer(http.HandlerFunc(l.serve))
	web.TLS = &tls.Config{Certificates: []tls.Certificate{a.server(t, "127.0.0.1")}}
	web.StartTLS()
	t.Cleanup(web.Close)

	o := l.options(newBoard(t, "marlin", 500), "marlin2")
	o.Config.Broker, o.Config.Coordinator = "ssl://"+secure.Addr().String(), web.URL
	o.Secrets.CA = []byte(other.pem)
	r := l.run(o)
	require.Never(t, func() bool { return l.epoch() != "" }, 300*time.Millisecond, 20*time.Millisecond)
	r.end(t)

	o.Secrets.CA = []byte(a.pem)
	l.run(o)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(plate(2)))).Answer)
	require.Equal(t, wire.EventFinished, l.ends("a1")[1].Kind)

	_, err := agent.New(agent.Options{Secrets: agent.Secrets{CA: []byte("not a certificate")}})
	require.ErrorContains(t, err, "damaged")
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}
