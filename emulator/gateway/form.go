package gateway

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jwt"
)

// form is the body of a request with form fields. All its methods take a nil form, which has none.
type form struct {
	body     []byte
	boundary string // of multipart/form-data; "" = application/x-www-form-urlencoded
	changed  bool
}

// maxField is how much of a field is read for a token, in bytes.
const maxField = 64 << 10

// tokenForm reads the body where the policy has to do with form fields and the request has some.
// The function gets the same bytes.
func (c *call) tokenForm(policy *jwt.Policy) (*form, *emulator.Error) {
	wanted := slices.ContainsFunc(policy.Lookups, func(p jwt.Place) bool { return p.Position == jwt.Form }) ||
		slices.ContainsFunc(policy.Claims, func(m jwt.Mapping) bool { return m.Position == jwt.Form })
	if !wanted || c.r.ContentLength == 0 {
		return nil, nil
	}
	kind, parameters, err := mime.ParseMediaType(first(c.r.Header, "Content-Type"))
	form := &form{boundary: parameters["boundary"]}
	switch {
	case err != nil:
		return nil, nil
	case kind == "application/x-www-form-urlencoded":
		form.boundary = ""
	case kind != "multipart/form-data" || form.boundary == "":
		return nil, nil
	}
	var refusal *emulator.Error
	if form.body, refusal = c.readBody(c.bodyLimit()); refusal != nil {
		return nil, refusal
	}
	c.setBody(form.body)
	return form, nil
}

// setBody makes body what the function gets to read.
func (c *call) setBody(body []byte) {
	c.r.Body, c.r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// values returns those of a field.
func (f *form) values(name string) []string {
	if f == nil {
		return nil
	}
	if f.boundary == "" {
		return pairsNamed(string(f.body), name)
	}
	var values []string
	for reader := multipart.NewReader(bytes.NewReader(f.body), f.boundary); ; {
		part, err := reader.NextPart()
		if err != nil {
			return values
		}
		if part.FormName() == name && part.FileName() == "" {
			value, _ := io.ReadAll(io.LimitReader(part, maxField)) // what follows an error is no token either
			values = append(values, string(value))
		}
	}
}

// drop removes a field; the others stay as they were written.
func (f *form) drop(name string) {
	if f == nil || len(f.values(name)) == 0 && f.boundary == "" {
		return
	}
	if f.boundary == "" {
		f.body, f.changed = []byte(dropPairs(string(f.body), name)), true
		return
	}
	var kept []byte
	for _, part := range f.parts() {
		if f.nameOf(part) != name {
			kept = append(kept, part...)
		}
	}
	if len(kept) != len(f.body) {
		f.body, f.changed = kept, true
	}
}

// add appends a field, or puts it before the first part.
func (f *form) add(name, value string) {
	switch {
	case f == nil:
		return
	case f.boundary == "":
		f.body = []byte(addPair(string(f.body), name, value))
	default:
		quoted := strings.NewReplacer(`"`, "%22", `\`, `\\`).Replace(name)
		part := "--" + f.boundary + "\r\nContent-Disposition: form-data; name=\"" + quoted + "\"\r\n\r\n" + value + "\r\n"
		parts := f.parts()
		f.body = bytes.Join([][]byte{parts[0], []byte(part), bytes.Join(parts[1:], nil)}, nil)
	}
	f.changed = true
}

// parts cuts a multipart body before each delimiter. The first is what stands before them all; the
// last begins with the end delimiter.
func (f *form) parts() [][]byte {
	delimiter := []byte("--" + f.boundary)
	var parts [][]byte
	begin := 0
	for at := 0; ; {
		next := bytes.Index(f.body[at:], delimiter)
		if next < 0 {
			return append(parts, f.body[begin:])
		}
		next += at
		at = next + len(delimiter)
		if next == 0 || f.body[next-1] == '\n' {
			parts = append(parts, f.body[begin:next])
			begin = next
		}
	}
}

// nameOf is the field's name of one of the parts.
func (f *form) nameOf(part []byte) string {
	end := []byte("\r\n--" + f.boundary + "--\r\n")
	read, err := multipart.NewReader(io.MultiReader(bytes.NewReader(part), bytes.NewReader(end)), f.boundary).NextPart()
	if err != nil {
		return ""
	}
	return read.FormName()
}
