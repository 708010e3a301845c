package control_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

func TestDomains(t *testing.T) {
	f := newFixture(t)
	route := func(path string) []emulator.DomainRoute {
		return []emulator.DomainRoute{{Path: path, Function: emulator.Name{Function: "fn"}}}
	}
	for message, domain := range map[string]emulator.CustomDomain{
		"DomainName is not specified":                      {},
		"actual: 'localhost'":                              {DomainName: "localhost"},
		"actual: 'a..b'":                                   {DomainName: "a..b"},
		"actual: '-a.b'":                                   {DomainName: "-a.b"},
		"actual: 'ä.b'":                                    {DomainName: "ä.b"},
		"Protocol is set to an invalid value":              {DomainName: "a.b", Protocol: "FTP"},
		"'*' at its end only, actual: 'x'":                 {DomainName: "a.b", Routes: route("x")},
		"'*' at its end only, actual: '/*/x'":              {DomainName: "a.b", Routes: route("/*/x")},
		"more than once":                                   {DomainName: "a.b", Routes: append(route("/"), route("/")...)},
		"RouteConfig.FunctionName is not specified":        {DomainName: "a.b", Routes: []emulator.DomainRoute{{Path: "/"}}},
		"RouteConfig.Methods is set to an invalid value (": {DomainName: "a.b", Routes: []emulator.DomainRoute{{Path: "/", Methods: []string{"BREW"}}}},
	} {
		_, err := f.CreateDomain(t.Context(), &domain)
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, message) {
			t.Errorf("%+v: got %v, want %q", domain, err, message)
		}
	}
	if f.HasDomain("www.example.com") {
		t.Error("a domain that is not there")
	}
	created, err := f.CreateDomain(t.Context(), &emulator.CustomDomain{DomainName: "WWW.example.com", Routes: route("/a/*")})
	if err != nil || created.Protocol != "HTTP" {
		t.Fatal(created, err)
	}
	_, err = f.CreateDomain(t.Context(), &emulator.CustomDomain{DomainName: "WWW.example.com"})
	wantCode(t, err, 409, "DomainNameAlreadyExists")
	if _, err := f.CreateDomain(t.Context(), &emulator.CustomDomain{DomainName: "*.example.org"}); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{"www.example.com": true, "WWW.EXAMPLE.COM": true, "x.www.example.com": false, "example.com": false,
		"a.example.org": true, "a.b.example.org": false, "example.org": false, "": false} {
		if got := f.HasDomain(host); got != want {
			t.Errorf("%s: got %v", host, got)
		}
	}
	updated, err := f.UpdateDomain(t.Context(), "WWW.example.com", func(d *emulator.CustomDomain) error {
		d.Routes, d.Protocol = route("/b"), "HTTP,HTTPS"
		return emulator.IfMatch(created.Etag, d.Etag)
	})
	if err != nil || updated.Routes[0].Path != "/b" {
		t.Fatal(updated, err)
	}
	if found, err := f.DomainOf(t.Context(), "www.example.com"); err != nil || found.Protocol != "HTTP,HTTPS" {
		t.Errorf("the look-up is old: %+v, %v", found, err)
	}
	wantCode(t, f.DeleteDomain(t.Context(), "WWW.example.com", created.Etag), 412, "PreconditionFailed")
	if err := f.DeleteDomain(t.Context(), "WWW.example.com", updated.Etag); err != nil {
		t.Fatal(err)
	}
	if f.HasDomain("www.example.com") {
		t.Error("a deleted domain is still known")
	}
	_, err = f.Domain(t.Context(), "WWW.example.com")
	wantCode(t, err, 404, "DomainNameNotFound")
}

func TestTags(t *testing.T) {
	f := newFixture(t)
	fn := f.create(t, "svc/fn")
	f.create(t, "other")
	names := []emulator.Name{{Service: "svc"}, emulator.ParseName("svc/fn")}
	tags := []emulator.Tag{{Key: "k", Value: "v"}, {Key: "l", Value: "w"}}
	if err := f.TagResources(t.Context(), names, tags); err != nil {
		t.Fatal(err)
	}
	if err := f.TagResources(t.Context(), names[1:], []emulator.Tag{{Key: "k", Value: "new"}}); err != nil {
		t.Fatal(err)
	}
	read, err := f.Resolve(t.Context(), ref("svc/fn"))
	if err != nil || len(read.Tags) != 2 || read.Tags[0].Value != "new" || read.Etag() != fn.Etag() || read.Revision != fn.Revision {
		t.Errorf("got %+v, %v", read, err)
	}
	wantCode(t, f.TagResources(t.Context(), append(names, emulator.Name{Function: "none"}), tags), 404, "FunctionNotFound")
	wantCode(t, f.TagResources(t.Context(), names, []emulator.Tag{{Key: "acs:x"}}), 400, "InvalidArgument")
	wantCode(t, f.TagResources(t.Context(), names, nil), 400, "InvalidArgument")
	wantCode(t, f.TagResources(t.Context(), nil, tags), 400, "InvalidArgument")
	wantCode(t, f.UntagResources(t.Context(), names, nil, false), 400, "InvalidArgument")
	many := make([]emulator.Tag, 19)
	for i := range many {
		many[i] = emulator.Tag{Key: fmt.Sprint("t", i)}
	}
	wantCode(t, f.TagResources(t.Context(), names, many), 400, "InvalidArgument") // 21 together
	if present, err := f.Tags(t.Context(), names[0]); err != nil || len(present) != 2 {
		t.Errorf("got %v, %v", present, err)
	}
	if err := f.UntagResources(t.Context(), names[:1], []string{"l"}, false); err != nil {
		t.Fatal(err)
	}
	for limit := 1; limit < 4; limit++ {
		var got []string
		for from := ""; ; {
			list, next, err := f.TaggedResources(t.Context(), nil, from, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range list {
				got = append(got, fmt.Sprint(one.Name.String(), len(one.Tags)))
			}
			if from = next; from == "" {
				break
			}
		}
		if !slices.Equal(got, []string{"svc/1", "svc/fn2"}) {
			t.Errorf("limit %d: got %q", limit, got)
		}
	}
	if err := f.UntagResources(t.Context(), names, nil, true); err != nil {
		t.Fatal(err)
	}
	if list, _, err := f.TaggedResources(t.Context(), nil, "", 10); err != nil || len(list) != 0 {
		t.Errorf("got %v, %v", list, err)
	}
}

// TestTagsAndUpdatesAtOnce: neither may write over the other.
func TestTagsAndUpdatesAtOnce(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	name := emulator.Name{Function: "fn"}
	f.store.between = func() { f.setDescription(t, "fn", "changed") }
	if err := f.TagResources(t.Context(), []emulator.Name{name}, []emulator.Tag{{Key: "k"}}); err != nil {
		t.Fatal(err)
	}
	f.store.between = func() {
		if err := f.TagResources(t.Context(), []emulator.Name{name}, []emulator.Tag{{Key: "l"}}); err != nil {
			t.Error(err)
		}
	}
	f.setDescription(t, "fn", "again")
	fn, err := f.Resolve(t.Context(), ref("fn"))
	if err != nil || fn.Description != "again" || len(fn.Tags) != 2 {
		t.Errorf("got %+v, %v", fn, err)
	}
}

func TestBindingsAndEventSources(t *testing.T) {
	f := newFixture(t)
	f.create(t, "svc/fn")
	for _, vpc := range []string{"v-2", "v-1", "v-1"} {
		if err := f.BindVpc(t.Context(), "svc$", vpc); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, f.BindVpc(t.Context(), "svc$", ""), 400, "InvalidArgument")
	wantCode(t, f.BindVpc(t.Context(), "none", "v"), 404, "FunctionNotFound")
	if vpcs, err := f.Vpcs(t.Context(), "svc$"); err != nil || !slices.Equal(vpcs, []string{"v-1", "v-2"}) {
		t.Errorf("got %v, %v", vpcs, err)
	}
	if err := f.UnbindVpc(t.Context(), "svc$", "v-1"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, f.UnbindVpc(t.Context(), "svc$", "v-1"), 404, "VpcBindingNotFound")

	const arn = "acs:mns:cn-hangzhou:1:/queues/q"
	if _, err := f.RegisterEventSource(t.Context(), ref("svc/fn"), arn); err != nil {
		t.Fatal(err)
	}
	sources, err := f.EventSources(t.Context(), at("svc/fn", "LATEST"))
	if err != nil || len(sources) != 1 || sources[0].SourceArn != arn || sources[0].Qualifier != "LATEST" {
		t.Errorf("got %v, %v", sources, err)
	}
	if err := f.DeregisterEventSource(t.Context(), ref("svc/fn"), arn); err != nil {
		t.Fatal(err)
	}
	wantCode(t, f.DeregisterEventSource(t.Context(), ref("svc/fn"), arn), 404, "EventSourceNotFound")
}

func TestSessions(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	f.publish(t, "fn")
	name := emulator.Name{Function: "fn"}
	made, err := f.CreateSession(t.Context(), ref("fn"), &emulator.Session{})
	if err != nil || len(made.SessionID) != 36 || made.SessionTTLInSeconds != 21600 || made.SessionIdleTimeoutInSeconds != 1800 || made.Qualifier != "LATEST" {
		t.Fatal(made, err)
	}
	if _, err := f.CreateSession(t.Context(), at("fn", "1"), &emulator.Session{SessionID: "1-a", SessionTTLInSeconds: 60}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []emulator.Session{{SessionID: "-a"}, {SessionID: strings.Repeat("x", 65)}, {SessionID: "ö"},
		{SessionTTLInSeconds: 21601}, {SessionTTLInSeconds: -1}, {SessionTTLInSeconds: 5, SessionIdleTimeoutInSeconds: 6}} {
		_, err := f.CreateSession(t.Context(), ref("fn"), &bad)
		wantCode(t, err, 400, "InvalidArgument")
	}
	_, err = f.CreateSession(t.Context(), ref("fn"), &emulator.Session{SessionID: "1-a"})
	wantCode(t, err, 409, "SessionAlreadyExists")
	paused, err := f.PauseSession(t.Context(), name, "1-a")
	if err != nil || paused.Status(time.Now()) != emulator.SessionPaused || paused.Status(time.Now().Add(time.Hour)) != emulator.SessionExpired {
		t.Errorf("got %+v, %v", paused, err)
	}
	count := func(qualifier, status string) int {
		list, _, err := f.Sessions(t.Context(), at("fn", qualifier), status, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if got := [4]int{count("", ""), count("1", ""), count("", "Active"), count("LATEST", "Expired")}; got != [4]int{2, 1, 1, 0} {
		t.Errorf("got %v", got)
	}
	if resumed, err := f.ResumeSession(t.Context(), name, "1-a"); err != nil || resumed.Paused {
		t.Errorf("got %+v, %v", resumed, err)
	}
	if err := f.DeleteSession(t.Context(), name, "1-a"); err != nil {
		t.Fatal(err)
	}
	_, err = f.Session(t.Context(), name, "1-a")
	wantCode(t, err, 404, "SessionNotFound")
}

func TestSnapshots(t *testing.T) {
	f := newFixture(t)
	f.create(t, "fn")
	f.create(t, "other")
	f.publish(t, "fn")
	f.alias(t, "fn", "prod", "1", nil)
	name := emulator.Name{Function: "fn"}
	made, err := f.CreateSnapshot(t.Context(), at("fn", "prod"), "warm", "s-1")
	if err != nil || len(made.SnapshotID) != 36 || made.Qualifier != "prod" || made.ResolvedVersion != "1" || made.ExpiredTime.Sub(made.CreatedTime) != 720*time.Hour {
		t.Fatal(made, err)
	}
	if got, err := f.Snapshot(t.Context(), name, made.SnapshotID); err != nil || !reflect.DeepEqual(got, made) {
		t.Errorf("got %+v, %v, want %+v", got, err, made)
	}
	for _, ref := range []emulator.Reference{ref("fn"), ref("other")} {
		if made, err := f.CreateSnapshot(t.Context(), ref, "", ""); err != nil || made.Qualifier != "LATEST" || made.ResolvedVersion != "LATEST" {
			t.Fatal(made, err)
		}
	}
	_, err = f.CreateSnapshot(t.Context(), ref("fn"), strings.Repeat("ö", 257), "")
	wantCode(t, err, 400, "InvalidArgument")
	_, err = f.CreateSnapshot(t.Context(), ref("fn"), "", strings.Repeat("x", 65))
	wantCode(t, err, 400, "InvalidArgument")
	_, err = f.CreateSnapshot(t.Context(), at("fn", "2"), "", "")
	wantCode(t, err, 404, "VersionNotFound")
	count := func(query emulator.SnapshotQuery) (found int) {
		for from := ""; ; {
			list, next, err := f.Snapshots(t.Context(), query, from, 1)
			if err != nil {
				t.Fatal(err)
			}
			if found += len(list); next == "" {
				return found
			}
			from = next
		}
	}
	counts := func() [4]int {
		return [4]int{count(emulator.SnapshotQuery{}), count(emulator.SnapshotQuery{Function: name}),
			count(emulator.SnapshotQuery{Qualifier: "LATEST"}), count(emulator.SnapshotQuery{Function: name, SessionID: "s-1"})}
	}
	if got := counts(); got != [4]int{3, 2, 2, 1} {
		t.Errorf("got %v", got)
	}
	wantCode(t, f.DeleteSnapshot(t.Context(), emulator.Name{Function: "other"}, made.SnapshotID), 404, "SnapshotNotFound")
	if err := f.DeleteSnapshot(t.Context(), name, made.SnapshotID); err != nil {
		t.Fatal(err)
	}
	_, err = f.Snapshot(t.Context(), name, made.SnapshotID)
	wantCode(t, err, 404, "SnapshotNotFound")
	if err := f.Delete(t.Context(), name, ""); err != nil {
		t.Fatal(err)
	}
	if got := counts(); got != [4]int{1, 0, 1, 0} {
		t.Errorf("with its function: got %v", got)
	}
}

func TestARNs(t *testing.T) {
	for arn, want := range map[string]string{
		"acs:fc:cn-hangzhou:1:functions/f":            "f ",
		"acs:fc:cn-hangzhou:1:functions/f/prod":       "f prod",
		"acs:fc:cn-hangzhou:1:services/s":             "s/ ",
		"acs:fc:cn-hangzhou:1:services/s.1":           "s/ 1",
		"acs:fc:cn-hangzhou:1:services/s/functions/f": "s/f ",
		"acs:fc::1:services/s.prod/functions/f":       "s/f prod",
	} {
		got, err := emulator.ParseARN(arn)
		if err != nil || got.Name.String()+" "+got.Qualifier != want {
			t.Errorf("%s: got %+v, %v", arn, got, err)
		}
	}
	for _, bad := range []string{"", "f", "acs:fc:r:1:functions/", "acs:fc:r:1:functions/f/q/x", "acs:oss:r:1:functions/f", "acs:fc:r:1:services/s/functions", "acs:fc:r:1:layers/l"} {
		if got, err := emulator.ParseARN(bad); err == nil {
			t.Errorf("%q: got %+v", bad, got)
		}
	}
	for arn, want := range map[string]string{
		"acs:fc:cn:1:layers/l/versions/3": "l 3 true", "0123abcd#l#12": "l 12 true", "acs:fc:cn:1:layers/l/versions/0": "l 0 false",
		"acs:fc:cn:1:layers/l": " 0 false", "": " 0 false", "a#b#c": "b 0 false", "acs:fc:cn:1:functions/l/versions/3": " 0 false",
	} {
		layer, version, ok := emulator.ParseLayerARN(arn)
		if got := fmt.Sprint(layer, " ", version, " ", ok); got != want {
			t.Errorf("%q: got %q, want %q", arn, got, want)
		}
	}
}
