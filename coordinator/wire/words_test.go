package wire

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that both lists have 64 words, each once, so that every word is as likely and says one thing.
func TestTheListsOfWordsAreAligned(t *testing.T) {
	for _, list := range []string{frenchWords, englishWords} {
		words := strings.Fields(list)
		require.Len(t, words, 64)
		slices.Sort(words)
		require.Len(t, slices.Compact(words), 64)
	}
}

// Ensure that the words are the same on both sides, and others for another nonce or token; the expected ones are fixed,
// since agents and coordinators of different versions read them to each other.
func TestBothSidesReadTheSameWords(t *testing.T) {
	fr, en := Words("nonce", "token")
	require.Equal(t, "tilleul feuille étoile", fr)
	require.Equal(t, "linden leaf star", en)
	seen := map[string]bool{}
	for n := range 200 {
		fr, _ := Words("nonce", fmt.Sprint("token", n))
		seen[fr] = true
		fr, _ = Words(fmt.Sprint("nonce", n), "token")
		seen[fr] = true
	}
	require.Greater(t, len(seen), 395)
}
