package control_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

func TestServiceLife(t *testing.T) {
	f := newFixture(t)
	service, err := f.CreateService(t.Context(), &emulator.Service{ServiceName: "svc", Role: "acs:ram::1:role/r"})
	if err != nil || service.Etag == "" || len(service.ServiceID) != 36 || !*service.InternetAccess {
		t.Fatalf("got %+v, %v", service, err)
	}
	_, err = f.CreateService(t.Context(), &emulator.Service{ServiceName: "svc"})
	wantCode(t, err, 409, "ServiceAlreadyExists")
	update := func(ifMatch string) error {
		_, err := f.UpdateService(t.Context(), "svc", func(s *emulator.Service) error {
			if err := emulator.IfMatch(ifMatch, s.Etag); err != nil {
				return err
			}
			s.Description, s.ServiceName = "d", "other"
			return nil
		})
		return err
	}
	if err := update(service.Etag); err != nil {
		t.Fatal(err)
	}
	wantCode(t, update(service.Etag), 412, "PreconditionFailed")
	read, err := f.Service(t.Context(), "svc", "")
	if err != nil || read.Description != "d" || read.ServiceName != "svc" || read.Role == "" || read.Etag == service.Etag {
		t.Errorf("got %+v, %v", read, err)
	}
	f.create(t, "svc/fn")
	wantCode(t, f.DeleteService(t.Context(), "svc", ""), 409, "ServiceNotEmpty")
	if err := f.Delete(t.Context(), emulator.ParseName("svc/fn"), ""); err != nil {
		t.Fatal(err)
	}
	f.publish(t, "svc$")
	wantCode(t, f.DeleteService(t.Context(), "svc", "old"), 412, "PreconditionFailed")
	if err := f.DeleteService(t.Context(), "svc", read.Etag); err != nil {
		t.Fatal(err)
	}
	wantCode(t, f.DeleteService(t.Context(), "svc", ""), 404, "ServiceNotFound")
	_, err = f.Resolve(t.Context(), ref("svc/fn"))
	wantCode(t, err, 404, "ServiceNotFound")
	_, err = f.Create(t.Context(), &emulator.Function{Service: "svc", FunctionName: "fn", Runtime: "python3", Handler: "a.b"}, []byte("zip"))
	wantCode(t, err, 404, "ServiceNotFound")
}

func TestRefusedServices(t *testing.T) {
	f := newFixture(t)
	for message, service := range map[string]emulator.Service{
		"ServiceName is not specified":         {},
		"ServiceName is set to an invalid":     {ServiceName: "a.b"},
		"length of Description":                {ServiceName: "s", Description: strings.Repeat("x", 257)},
		"project and logstore must be set tog": {ServiceName: "s", LogConfig: &emulator.LogConfig{Project: "p"}},
		"LogBeginRule is set to an invalid":    {ServiceName: "s", LogConfig: &emulator.LogConfig{LogBeginRule: "Odd"}},
	} {
		_, err := f.CreateService(t.Context(), &service)
		wantCode(t, err, 400, "InvalidArgument")
		if !strings.Contains(err.Error(), message) {
			t.Errorf("got %v, want %q", err, message)
		}
	}
}

// TestFunctionsInheritFromTheirService: what the service says and the function does not; and a
// change of the service is one of the function's instances, but not of its ETag.
func TestFunctionsInheritFromTheirService(t *testing.T) {
	f := newFixture(t)
	no := false
	_, err := f.CreateService(t.Context(), &emulator.Service{ServiceName: "svc", Role: "one", InternetAccess: &no,
		LogConfig: &emulator.LogConfig{Project: "p", Logstore: "l"}, Stored: map[string]json.RawMessage{"vpcConfig": json.RawMessage(`{"vpcId":"v"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	fn := f.create(t, "svc/fn")
	if fn.Role != "one" || *fn.InternetAccess || fn.LogConfig.Project != "p" || string(fn.Stored["vpcConfig"]) != `{"vpcId":"v"}` {
		t.Errorf("got %+v", fn)
	}
	f.publish(t, "svc$")
	f.changed = nil
	_, err = f.UpdateService(t.Context(), "svc", func(s *emulator.Service) error {
		s.Role = "two"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	next, err := f.Resolve(t.Context(), ref("svc/fn"))
	if err != nil || next.Role != "two" || next.Revision == fn.Revision || next.Etag() != fn.Etag() {
		t.Errorf("got %+v, %v", next, err)
	}
	if len(f.changed) != 1 || f.changed[0].Function != "fn" {
		t.Errorf("told of %v", f.changed)
	}
	old, err := f.Resolve(t.Context(), at("svc/fn", "1"))
	if err != nil || old.Role != "one" {
		t.Errorf("the version changed: %+v, %v", old, err)
	}
	published, err := f.Service(t.Context(), "svc", "1")
	if err != nil || published.Role != "one" || published.VersionID != "1" {
		t.Errorf("got %+v, %v", published, err)
	}
	// A role of its own goes first, and the service's is not written into the function.
	_, err = f.Update(t.Context(), emulator.ParseName("svc/fn"), func(fn *emulator.Function) error {
		if fn.Role != "" || fn.LogConfig != nil {
			t.Errorf("an update sees what is the service's: %+v", fn)
		}
		fn.Role = "own"
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if own, err := f.Resolve(t.Context(), ref("svc/fn")); err != nil || own.Role != "own" {
		t.Errorf("got %+v, %v", own, err)
	}
}

func TestFunctionsOfAServiceVersion(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"svc/a", "svc/b1", "svc/b2", "other/b3"} {
		f.create(t, name)
	}
	f.publish(t, "svc$")
	f.alias(t, "svc$", "prod", "1", nil)
	f.create(t, "svc/c")
	if err := f.Delete(t.Context(), emulator.ParseName("svc/a"), ""); err != nil {
		t.Fatal(err)
	}
	list := func(qualifier, prefix, from string, limit int) string {
		found, next, err := f.FunctionsOf(t.Context(), "svc", qualifier, prefix, from, limit)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, fn := range found {
			text += fn.FunctionName + " "
		}
		return text + "→" + next
	}
	for _, row := range []struct {
		qualifier, prefix, from string
		limit                   int
		want                    string
	}{
		{"", "", "", 10, "b1 b2 c →"}, {"LATEST", "b", "b2", 10, "b2 →"}, {"", "", "", 1, "b1 →b2"},
		{"1", "", "", 10, "a b1 b2 →"}, {"prod", "", "", 2, "a b1 →b2"}, {"prod", "b", "", 1, "b1 →b2"}, {"1", "", "b2", 5, "b2 →"},
	} {
		if got := list(row.qualifier, row.prefix, row.from, row.limit); got != row.want {
			t.Errorf("%+v: got %q", row, got)
		}
	}
	// A published function outlives the one it was made from.
	if got := f.resolved(t, "svc/a", "1"); got != "1 " {
		t.Errorf("got %q", got)
	}
	_, err := f.Resolve(t.Context(), at("svc/c", "1"))
	wantCode(t, err, 404, "FunctionNotFound")
	_, _, err = f.FunctionsOf(t.Context(), "none", "", "", "", 1)
	wantCode(t, err, 404, "ServiceNotFound")
	_, _, err = f.FunctionsOf(t.Context(), "svc", "9", "", "", 1)
	wantCode(t, err, 404, "VersionNotFound")
}
