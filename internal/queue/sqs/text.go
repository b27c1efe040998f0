package sqs

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// mark opens the text of a body that SQS would not take as it is.
const mark = "base64:"

// Encode is the text of a message with that body: the body itself if SQS takes it, and base64 behind a mark
// otherwise. So JSON stays readable in the console and costs no byte more.
func Encode(body []byte) string {
	text := string(body)
	if plain(text) && !strings.HasPrefix(text, mark) {
		return text
	}
	return mark + base64.StdEncoding.EncodeToString(body)
}

// Decode is the body of a message with that text: what Encode was given or, of a message that another service wrote
// (EventBridge Scheduler), the text itself. A Lambda handler passes it the body of an SQS event.
func Decode(text string) []byte {
	encoded, marked := strings.CutPrefix(text, mark)
	if !marked {
		return []byte(text)
	}
	body, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return []byte(text) // not of our making
	}
	return body
}

// plain is true of text that SQS takes: the characters of XML 1.0, §2.2.
func plain(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' {
			return false
		}
	}
	return true
}
