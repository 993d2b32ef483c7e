package fab

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// UnmarshalJSON reads whole numbers as int64, so that a stored reason is worded like a fresh one: with the right plural
// and without a decimal point. Times come back as RFC 3339 text.
func (a *Args) UnmarshalJSON(data []byte) error {
	var raw map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return fmt.Errorf("read arguments: %w", err)
	}
	for name, value := range raw {
		n, ok := value.(json.Number)
		if !ok {
			continue
		}
		if whole, err := n.Int64(); err == nil {
			raw[name] = whole
		} else if f, err := n.Float64(); err == nil {
			raw[name] = f
		}
	}
	*a = raw
	return nil
}
