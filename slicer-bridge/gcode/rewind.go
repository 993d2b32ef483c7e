package gcode

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

const rewindBlock = 16 << 10

// Rewind gives the offset of the line that lies so many commands before the line at offset, which must be the beginning
// of one: where to take a print up again whose last commands were acknowledged and lost. It ends at the beginning of the
// file, and passes over blanks and comments.
func Rewind(file io.ReaderAt, offset int64, commands int) (int64, error) {
	at := offset // of the line found last
	var tail []byte
	for end := offset; commands > 0 && end > 0; {
		size := min(end, rewindBlock)
		block := make([]byte, size, int(size)+len(tail))
		if n, err := file.ReadAt(block, end-size); n < len(block) {
			if errors.Is(err, io.EOF) {
				return 0, fmt.Errorf("rewind: %d is beyond the end of the file", offset)
			}
			return 0, fmt.Errorf("rewind: %w", err)
		}
		block = append(block, tail...)
		end -= size
		for commands > 0 {
			i := bytes.LastIndexByte(block[:max(len(block)-1, 0)], '\n')
			if i < 0 && end > 0 {
				break // the line begins before this block
			}
			if len(strip(block[i+1:])) > 0 {
				commands--
				at = end + int64(i+1)
			}
			if block = block[:i+1]; len(block) == 0 {
				break
			}
		}
		if len(block) > maxLine {
			return 0, errors.New("rewind: a line is too long")
		}
		tail = block
	}
	if commands > 0 {
		return 0, nil
	}
	return at, nil
}
