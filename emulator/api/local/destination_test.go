package local_test

import (
	"bufio"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/api/local"
)

// outcomes is an inbox of two messages.
type outcomes struct {
	query  emulator.InboxQuery
	follow bool
	fault  error
	left   chan struct{}
}

func (o *outcomes) Uses(context.Context) ([]emulator.DestinationUse, error) {
	if o.fault != nil {
		return nil, o.fault
	}
	return []emulator.DestinationUse{{FunctionName: "s/f", Qualifier: "1", Condition: "onFailure", Destination: "acs:a", Kind: "MNS queue", Delivery: "inbox"}}, nil
}

func (o *outcomes) Inbox(ctx context.Context, query emulator.InboxQuery, follow bool) iter.Seq2[emulator.InboxMessage, error] {
	o.query, o.follow = query, follow
	return func(yield func(emulator.InboxMessage, error) bool) {
		for n := range int64(2) {
			if !yield(emulator.InboxMessage{Sequence: n + 1, Delivery: 7, ReceivedTime: 5, Destination: "acs:a", Body: []byte(`{"b":"<","a":1}`)}, nil) {
				return
			}
		}
		if o.fault != nil {
			yield(emulator.InboxMessage{}, o.fault)
		}
		if follow {
			<-ctx.Done()
			close(o.left)
			yield(emulator.InboxMessage{}, ctx.Err())
		}
	}
}

func newOutcomes(t *testing.T) (*outcomes, *fixture) {
	t.Helper()
	kept := &outcomes{left: make(chan struct{})}
	routes := (&local.API{Destinations: kept}).Routes()
	server := httptest.NewServer(api.New(api.Options{IDs: emulator.NewIDs(), Clock: emulator.RealClock{}, Fault: func(string, error) {}}, routes...))
	t.Cleanup(server.Close)
	return kept, &fixture{Server: server}
}

func TestDestinations(t *testing.T) {
	kept, f := newOutcomes(t)
	f.want(t, "GET", "/destinations", 200, `{"destinations":[{"functionName":"s/f","qualifier":"1","condition":"onFailure","destination":"acs:a","kind":"MNS queue","delivery":"inbox"}]}`)
	f.want(t, "GET", "/destinations/inbox?destination=acs:a&function=s$f&tail=5&after=9", 200,
		`{"sequence":1,"receivedTime":5,"destination":"acs:a","functionName":"","taskId":"","requestId":"","body":{"b":"<","a":1}}`+"\n{", `"sequence":2`)
	want := emulator.Name{Service: "s", Function: "f"}
	if q := kept.query; q.Destination != "acs:a" || *q.Function != want || q.Tail != 5 || q.After != 9 || kept.follow {
		t.Errorf("%+v", q)
	}
	f.want(t, "GET", "/destinations/inbox?tail=99999999999", 200)
	if kept.query.Tail != emulator.MaxInbox {
		t.Errorf("%+v", kept.query)
	}
	for _, bad := range []string{"tail=-1", "tail=x", "after=1.5", "follow=x"} {
		f.want(t, "GET", "/destinations/inbox?"+bad, 400, "InvalidArgument")
	}
	kept.fault = errors.New("the disk is gone")
	f.want(t, "GET", "/destinations", 500, "InternalServerError")
	f.want(t, "GET", "/destinations/inbox", 500, "InternalServerError")
}

func TestFollowInbox(t *testing.T) {
	kept, f := newOutcomes(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, "GET", f.URL+"/_fcemu/destinations/inbox?follow=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for range 2 {
		if !lines.Scan() {
			t.Fatalf("the stream ended: %v", lines.Err())
		}
	}
	leave()
	<-kept.left
}
