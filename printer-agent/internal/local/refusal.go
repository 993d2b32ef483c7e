package local

import (
	"errors"
	"fmt"
	"net/http"
)

// The codes of refusals, worded error.<code> by package locales. Printers return those of the first group.
const (
	CodeBusy      = "machine_busy"
	CodeAway      = "machine_away"
	CodeIdle      = "machine_idle"
	CodeHalted    = "machine_halted"
	CodeSilent    = "machine_silent"
	CodePlate     = "plate_not_clear"
	CodeNotHere   = "not_here"
	CodeFileGone  = "file_unknown"
	CodeFileInUse = "file_in_use"
	CodeUnsafe    = "file_unsafe"
	CodeDiskFull  = "disk_full"
	CodeTooHot    = "too_hot"  // max
	CodeTooCold   = "too_cold" // min
	CodeNotHomed  = "not_homed"
	CodeOutside   = "move_outside"
	CodeChoice    = "choice_wrong"
	CodeNotOffer  = "not_offered"
	CodeConsole   = "console_refused" // command

	codeKeyWrong     = "key_wrong"
	codeKeyMissing   = "key_missing"
	codeKeyOften     = "key_too_often"
	codeHost         = "host_unknown"
	codeForeign      = "form_foreign"
	codeMachine      = "machine_unknown"
	codeUntil        = "until_wrong" // hours
	codeFileMissing  = "file_missing"
	codeFileName     = "file_name" // max
	codeFileKind     = "file_kind"
	codeFileBinary   = "file_binary"
	codeFileNotText  = "file_not_text"
	codeFileEmpty    = "file_empty"
	codeFileLarge    = "file_too_large" // max_mb
	codeUploadBroken = "upload_broken"
	codeUploadForm   = "upload_form"
	codeUploadPath   = "upload_path"
	codeUploadsBusy  = "uploads_busy"
	codeTemperature  = "temperature_wrong" // min, max
	codeMove         = "move_wrong"
	codePercent      = "percent_wrong" // min, max
	codeOffset       = "offset_wrong"
	codeSayEmpty     = "console_empty"
	codeSayLong      = "console_long" // max
	codeSaySigns     = "console_signs"
	codeSayStop      = "console_stop"    // command
	codeSayNumbers   = "console_numbers" // command
	codeSayMemory    = "console_memory"  // command
	codeSayGuard     = "console_guard"   // command
	codeSayCard      = "console_card"    // command
	codeNoCamera     = "no_camera"
	codeBody         = "request_unreadable"
)

// Refusal is an error that a person can put right: a code for the sentence, the form field it is about ("" for none),
// and the values that the sentence needs. Match it with errors.As.
type Refusal struct {
	Code  string
	Field string
	Args  map[string]any
}

// Refuse builds a Refusal from name, value pairs.
func Refuse(code, field string, pairs ...any) *Refusal {
	r := &Refusal{Code: code, Field: field}
	if len(pairs) > 0 {
		r.Args = make(map[string]any, len(pairs)/2)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return r
}

func (r *Refusal) Error() string { return fmt.Sprintf("refused: %s %s %v", r.Code, r.Field, r.Args) }

// refusalOf is the refusal inside err, nil when err is a fault.
func refusalOf(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// status is how HTTP says it.
func (r *Refusal) status() int {
	switch r.Code {
	case codeKeyWrong, codeKeyMissing, codeHost, codeForeign:
		return http.StatusForbidden
	case codeKeyOften:
		return http.StatusTooManyRequests
	case codeMachine, CodeFileGone, codeNoCamera:
		return http.StatusNotFound
	case codeFileLarge:
		return http.StatusRequestEntityTooLarge
	case codeFileKind, codeFileBinary, codeFileNotText:
		return http.StatusUnsupportedMediaType
	case CodeDiskFull:
		return http.StatusInsufficientStorage
	case codeUploadsBusy, CodeSilent:
		return http.StatusServiceUnavailable
	case CodeBusy, CodeAway, CodeIdle, CodeHalted, CodePlate, CodeNotHere, CodeFileInUse, CodeChoice, CodeNotOffer:
		return http.StatusConflict
	case codeBody, codeUploadBroken, codeUploadForm, codeUploadPath, codeFileMissing, codeFileName, codeFileEmpty:
		return http.StatusBadRequest
	}
	return http.StatusUnprocessableEntity
}
