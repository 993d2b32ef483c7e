package web

import (
	"encoding/json"
	"math"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// reader reads what the pages of the coordinator and of the makers show, inside one transaction, and words it for one
// page. It knows the rows that every such page needs: there are few of them.
type reader struct {
	*Server
	tx      *store.Tx
	lang    string
	designs map[fab.DesignVersionID]fab.DesignVersion
	makers  map[fab.MakerID]fab.Maker
	workers []fab.Worker
	agents  map[fab.AgentID]fab.Agent
}

// read runs fill with a reader in a transaction that changes nothing.
func (s *Server) read(c *gin.Context, fill func(*reader) error) error {
	return s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		r := &reader{Server: s, tx: tx, lang: lang(c)}
		if err := r.begin(); err != nil {
			return err
		}
		return fill(r)
	})
}

func (r *reader) begin() error {
	designs, err := r.tx.Designs()
	if err != nil {
		return err
	}
	makers, err := r.tx.Makers()
	if err != nil {
		return err
	}
	agents, err := r.tx.Agents()
	if err != nil {
		return err
	}
	r.designs = byKey(designs, func(d fab.DesignVersion) fab.DesignVersionID { return d.ID })
	r.makers = byKey(makers, func(m fab.Maker) fab.MakerID { return m.ID })
	r.agents = byKey(agents, func(a fab.Agent) fab.AgentID { return a.ID })
	r.workers, err = r.tx.Workers()
	return err
}

func byKey[K comparable, V any](list []V, key func(V) K) map[K]V {
	m := make(map[K]V, len(list))
	for _, v := range list {
		m[key(v)] = v
	}
	return m
}

func (r *reader) worker(id fab.WorkerID) fab.Worker {
	for _, w := range r.workers {
		if w.ID == id {
			return w
		}
	}
	return fab.Worker{}
}

// goods words a number of products of a design.
func (r *reader) goods(id fab.DesignVersionID, product string, n int64) ui.Goods {
	return ui.Goods{Code: product, Name: inLang(r.designs[id].Names, r.lang, product), N: n}
}

// product words a number of products in the design of today.
func (r *reader) product(product string, n int64) (ui.Goods, error) {
	name, err := productName(r.tx, product, r.lang)
	return ui.Goods{Code: product, Name: name, N: n}, err
}

// part words a number of parts.
func (r *reader) part(id fab.DesignVersionID, code string, n int64) ui.Goods {
	p, _ := r.designs[id].BOM.Part(code)
	return ui.Goods{Code: code, Name: inLang(p.Names, r.lang, code), N: n}
}

// reason is a reason as a page words it: times as the lab's clock has them, whole numbers as such. Stored reasons come
// back as JSON knows them.
func (s *Server) reason(why fab.Reason) fab.Reason {
	if len(why.Args) == 0 {
		return why
	}
	args := make(fab.Args, len(why.Args))
	for name, v := range why.Args {
		args[name] = s.argument(v)
	}
	return fab.Reason{Code: why.Code, Args: args}
}

func (s *Server) argument(v any) any {
	switch v := v.(type) {
	case time.Time:
		return s.local(v)
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return s.local(at)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
	case float64:
		if math.Trunc(v) == v && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	}
	return v
}

// argumentTime is a time among the arguments of a reason; the zero time when there is none.
func (s *Server) argumentTime(why fab.Reason, name string) time.Time {
	at, _ := s.argument(why.Args[name]).(time.Time)
	return at
}

// endOfDay is when a day that is stored as midnight UTC is over, by the lab's clock.
func (s *Server) endOfDay(day time.Time) time.Time {
	if day.IsZero() {
		return day
	}
	return s.localDay(day).AddDate(0, 0, 1)
}

// idle is why a worker has nothing to do, as of the last plan.
func (s *Server) idle(id fab.WorkerID) fab.Reason {
	if s.Planner == nil {
		return fab.Reason{}
	}
	return s.reason(s.Planner.Idle(id))
}
