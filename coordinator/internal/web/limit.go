package web

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"
)

const (
	signInsPerMinute    = 20 // from one address, beside the count that each login has
	joinsPerMinute      = 6  // from one address: registrations cost a person's time
	wrongLinksPerMinute = 20 // from one address: more is somebody who tries tokens
	maxAddresses        = 20_000
)

// limits slow down addresses that send too much.
type limits struct {
	posts, signIns, joins, wrongLinks *limit
}

func newLimits(postsPerMinute int) limits {
	return limits{posts: newLimit(postsPerMinute), signIns: newLimit(signInsPerMinute), joins: newLimit(joinsPerMinute), wrongLinks: newLimit(wrongLinksPerMinute)}
}

// limit lets each address do so many things a minute. It forgets everybody when it knows too many, so that nobody can
// fill the memory.
type limit struct {
	perMinute int
	mu        sync.Mutex
	of        map[string]*rate.Limiter
}

func newLimit(perMinute int) *limit {
	return &limit{perMinute: perMinute, of: map[string]*rate.Limiter{}}
}

func (l *limit) at(address string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.of) > maxAddresses {
		clear(l.of)
	}
	one, ok := l.of[address]
	if !ok {
		one = rate.NewLimiter(rate.Limit(l.perMinute)/60, l.perMinute)
		l.of[address] = one
	}
	return one
}

func (l limits) wrongLink(c *gin.Context) { l.wrongLinks.at(sender(c)).Allow() }

// sender is whom the limits count: an address, or for IPv6 the network of one subscriber, who can take any address in it.
func sender(c *gin.Context) string {
	ip, err := netip.ParseAddr(c.ClientIP())
	if err != nil || ip.Unmap().Is4() {
		return c.ClientIP()
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return c.ClientIP()
	}
	return network.String()
}

// limited slows down forms, sign-ins and the guessing of links. Who is signed in is not slowed down.
func (s *Server) limited(c *gin.Context) {
	from := sender(c)
	_, known := account(c)
	slow := false
	switch {
	case c.Param("token") != "" && s.limits.wrongLinks.at(from).Tokens() < 1:
		slow = true
	case c.Request.Method == http.MethodPost && c.FullPath() == "/signin":
		slow = !s.limits.signIns.at(from).Allow()
	case c.Request.Method == http.MethodPost && strings.HasPrefix(c.FullPath(), "/join"):
		slow = !s.limits.joins.at(from).Allow()
	case c.Request.Method == http.MethodPost && !known:
		slow = !s.limits.posts.at(from).Allow()
	}
	if slow {
		s.problem(c, http.StatusTooManyRequests, "")
		c.Abort()
	}
}
