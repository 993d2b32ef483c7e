package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddDesign stores a new design version.
func (tx *Tx) AddDesign(d *fab.DesignVersion) error { return add(tx, "design version", d) }

// SetDesign stores a changed design version.
func (tx *Tx) SetDesign(d *fab.DesignVersion) error { return set(tx, "design version", d) }

// Design reads one design version.
func (tx *Tx) Design(id fab.DesignVersionID) (fab.DesignVersion, error) {
	return byID[fab.DesignVersion](tx, "design version", id)
}

// DesignByHash reads the design version with these files; NotFound when it is new.
func (tx *Tx) DesignByHash(hash string) (fab.DesignVersion, error) {
	return one[fab.DesignVersion](tx, "design version", func(q query) query { return q.Where("hash = ?", hash) })
}

// Designs reads all design versions, oldest first.
func (tx *Tx) Designs() ([]fab.DesignVersion, error) {
	return many[fab.DesignVersion](tx, "design versions", all)
}

// CurrentDesign reads the version after which a product is made: the newest trialled one, and while there is none the
// newest that is not withdrawn.
func (tx *Tx) CurrentDesign(product string) (fab.DesignVersion, error) {
	return one[fab.DesignVersion](tx, "design version", func(q query) query {
		return q.Where("product = ?", product).Where("status <> ?", string(fab.DesignWithdrawn)).
			OrderExpr("CASE status WHEN 'trialled' THEN 0 ELSE 1 END, id DESC")
	})
}
