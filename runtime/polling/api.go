package polling

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

const root = "/2020-11-11/runtime/invocation/"

func (s *session) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+root+"next", s.next)
	mux.HandleFunc("POST "+root+"{id}/response", s.answered(false))
	mux.HandleFunc("POST "+root+"{id}/error", s.answered(true))
	return mux
}

// next holds the poll until there is a call.
func (s *session) next(w http.ResponseWriter, r *http.Request) {
	select {
	case e := <-s.calls:
		if r.Context().Err() != nil || !s.tell(w, e) {
			s.calls <- e // the poll was given up: the call is for the next one
		}
	case <-r.Context().Done():
	case <-s.closed:
		panic(http.ErrAbortHandler) // breaks the connection
	}
}

// tell writes the event and tells whether it left.
func (s *session) tell(w http.ResponseWriter, e *exchange) bool {
	maps.Copy(w.Header(), s.common)
	describe(w.Header(), e.call, e.body)
	if _, err := w.Write(e.body); err != nil {
		return false
	}
	return http.NewResponseController(w).Flush() == nil
}

// answered takes the result or the error of a call.
func (s *session) answered(failed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(w, r)
		if err != nil {
			return // the connection broke; a program that lives may answer again
		}
		e := s.take(r.PathValue("id"))
		if e == nil {
			http.Error(w, "no call of that id waits for an answer", http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusOK)
		e.answer <- e.outcome(body, failed, r.Header.Get(paramsHeader))
	}
}

// readBody reads an answer; nil is one that is too large.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > emulator.MaxSyncPayload {
		return nil, nil
	}
	body := make([]byte, 0, max(r.ContentLength, 0)+1)
	limited := http.MaxBytesReader(w, r.Body, emulator.MaxSyncPayload)
	for {
		n, err := limited.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil && len(body) >= emulator.MaxSyncPayload:
			return nil, nil
		case err != nil:
			return nil, err
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

// outcome makes a reply of an answer. params is the head of what an HTTP handler answered, else empty.
func (e *exchange) outcome(body []byte, failed bool, params string) answer {
	if body == nil {
		text := fmt.Sprintf(`{"errorMessage":"the answer is larger than %d bytes"}`, emulator.MaxSyncPayload)
		body, failed = []byte(text), true
	}
	reply := runtime.Reply{Payload: body}
	switch {
	case failed && e.call.Hook == emulator.HookInitializer:
		reply.ErrorType = emulator.InitializationError
	case failed:
		reply.ErrorType = emulator.UnhandledInvocationError
	case params != "" && toHTTPHandler(e.call):
		return httpAnswer(params, body)
	}
	return answer{reply: reply}
}

// httpAnswer reads what an HTTP handler answered. A program whose head cannot be read is not asked again.
func httpAnswer(params string, body []byte) answer {
	head, err := base64.StdEncoding.DecodeString(params)
	if err != nil {
		return answer{err: fmt.Errorf("the head of the answer: %w", err)}
	}
	reply, err := runtime.HTTPReply(head, body)
	return answer{reply: reply, err: err}
}
