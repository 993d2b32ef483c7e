package wire

import (
	"crypto/sha256"
	"strings"
)

// The words of two languages in the same order: the same place means the same thing. None sounds like another of its
// language, and all are easy to say on the telephone.
const (
	frenchWords = `abeille arbre avion balle barque bougie brouette cabane canard carotte castor cerise chapeau chemise cheval citron
		clocher colline coquille corbeau dauphin drapeau dune éléphant escalier étoile fenêtre feuille fleur forêt fourmi fraise
		girafe grenouille guitare hérisson hibou horloge iris jardin kayak lampe lapin loutre lune marteau montagne mouette
		nuage orange orteil ours panier papillon phare pinceau poire pont renard rivière sable tambour tilleul violon`
	englishWords = `bee tree plane ball boat candle barrow cabin duck carrot beaver cherry hat shirt horse lemon
		steeple hill shell raven dolphin flag dune elephant stairs star window leaf flower forest ant strawberry
		giraffe frog guitar hedgehog owl clock iris garden kayak lamp rabbit otter moon hammer mountain seagull
		cloud orange toe bear basket butterfly lighthouse brush pear bridge fox river sand drum linden violin`
)

// wordCount is how many words are read: 18 bits, against a guess that can be made once for each code.
const wordCount = 3

// Words are what both sides of an enrolment show, in French and in English: of the nonce that the agent sent and the token
// that it got. Two machines that joined with one code never read the same, so that a stolen code shows.
func Words(nonce, token string) (french, english string) {
	sum := sha256.Sum256([]byte("mailleur enrolment words\n" + nonce + "\n" + token))
	fr, en := strings.Fields(frenchWords), strings.Fields(englishWords)
	var f, e []string
	for _, b := range sum[:wordCount] {
		f, e = append(f, fr[int(b)%len(fr)]), append(e, en[int(b)%len(en)])
	}
	return strings.Join(f, " "), strings.Join(e, " ")
}
