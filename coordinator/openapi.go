package main

import (
	"io"

	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// openapiCmd prints the description of the HTTP API.
type openapiCmd struct{}

// Run prints OpenAPI 3.1 as JSON.
func (c *openapiCmd) Run(stdout io.Writer) error {
	text, err := web.Description(version())
	if err != nil {
		return err
	}
	_, err = stdout.Write(append(text, '\n'))
	return err
}
