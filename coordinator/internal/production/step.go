package production

import "context"

// Step brings batches, jobs and plates in step with the books once, as Run does whenever something changed.
func (p *Production) Step(ctx context.Context) error { return p.keep(ctx) }
