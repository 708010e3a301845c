package project

import (
	"encoding/json"
	"strings"
)

// maxPEM bounds the file of a certificate or key, in bytes.
const maxPEM = 64 << 10

// certificate reads certConfig, whose members are PEM or the name of a file with PEM. Where one of
// them lies in the cloud, the other is of no use alone.
func (l *loader) certificate(o *object) json.RawMessage {
	config := map[string]string{"certName": o.text("certName")}
	fetched := false
	for _, name := range []string{"certificate", "privateKey"} {
		text := o.text(name)
		if remote := !isPEM(text) && strings.Contains(text, "://"); remote {
			l.note(o.given(name).value, name+" at "+clip(text)+" cannot be fetched; a certificate of fcemu's own stands in")
			fetched = true
			continue
		}
		config[name] = l.pem(o, name, text)
	}
	o.unknown("certName", "certificate", "privateKey")
	if fetched || config["certificate"] == "" && config["privateKey"] == "" {
		return nil
	}
	body, err := json.Marshal(config)
	l.report(err)
	return body
}

func isPEM(text string) bool { return strings.Contains(text, "-----BEGIN") }

// pem returns PEM as it stands, or that of the file which is named instead.
func (l *loader) pem(o *object, name, text string) string {
	if text == "" || isPEM(text) {
		return text
	}
	content, err := l.source.read(text)
	if err != nil || len(content) > maxPEM || !isPEM(content) {
		l.fail(o.given(name).value, name+" names "+clip(text)+", which is no file with PEM", "correct the path, which counts from s.yaml's folder, or write the PEM itself")
		return ""
	}
	return strings.TrimSpace(content) + "\n"
}
