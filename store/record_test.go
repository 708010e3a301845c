package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
	"github.com/google/go-cmp/cmp"
)

func record(kind emulator.RecordKind, parent, name string) emulator.Record {
	return emulator.Record{
		RecordKey: emulator.RecordKey{Kind: kind, Parent: parent, Name: name},
		Etag:      "e1", Created: base(), Modified: base(), Document: []byte(`{"a":1}`),
	}
}

func insert(t *testing.T, s *store.Store, records ...emulator.Record) {
	t.Helper()
	for _, one := range records {
		if err := s.Insert(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordLife(t *testing.T) {
	s := open(t)
	rec := record(emulator.RecordFunction, "", "hello")
	if _, err := s.Get(t.Context(), rec.RecordKey); !errors.Is(err, emulator.ErrRecordNotFound) {
		t.Errorf("Get of nothing: %v", err)
	}
	if err := s.Replace(t.Context(), rec, ""); !errors.Is(err, emulator.ErrRecordNotFound) {
		t.Errorf("Replace of nothing: %v", err)
	}
	insert(t, s, rec)
	if err := s.Insert(t.Context(), rec); !errors.Is(err, emulator.ErrRecordExists) {
		t.Errorf("second Insert: %v", err)
	}
	rec.Etag, rec.Document = "e2", []byte(`{"a":2}`)
	if err := s.Replace(t.Context(), rec, "other"); !errors.Is(err, emulator.ErrRecordChanged) {
		t.Errorf("Replace of another etag: %v", err)
	}
	if err := s.Replace(t.Context(), rec, "e1"); err != nil {
		t.Error(err)
	}
	got, err := s.Get(t.Context(), rec.RecordKey)
	if diff := cmp.Diff(rec, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	rec.Etag = "e3"
	if err := s.Replace(t.Context(), rec, ""); err != nil {
		t.Errorf("unconditional Replace: %v", err)
	}
	if err := s.Delete(t.Context(), rec.RecordKey, ""); err != nil {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), rec.RecordKey, ""); !errors.Is(err, emulator.ErrRecordNotFound) {
		t.Errorf("second Delete: %v", err)
	}
}

func TestDeleteTakesChildren(t *testing.T) {
	s := open(t)
	function := record(emulator.RecordFunction, "", "svc")
	insert(t, s, function,
		record(emulator.RecordTrigger, "svc", "http"),
		record(emulator.RecordAsyncConfig, "svc", "LATEST"),
		record(emulator.RecordTrigger, "other", "http"),
		record(emulator.RecordFunction, "svc", "f")) // of the FC 2.0 service with that name
	if err := s.Delete(t.Context(), record(emulator.RecordFunction, "", "no").RecordKey, "svc"); !errors.Is(err, emulator.ErrRecordNotFound) {
		t.Errorf("Delete of nothing: %v", err)
	}
	if err := s.Delete(t.Context(), function.RecordKey, "svc"); err != nil {
		t.Fatal(err)
	}
	left := []string{}
	for _, kind := range []emulator.RecordKind{emulator.RecordFunction, emulator.RecordTrigger, emulator.RecordAsyncConfig} {
		records, err := s.List(t.Context(), kind, nil, "", "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range records {
			left = append(left, fmt.Sprint(one.Kind, " ", one.Parent, "/", one.Name))
		}
	}
	if diff := cmp.Diff([]string{"function svc/f", "trigger other/http"}, left); diff != "" {
		t.Error(diff)
	}
}

func TestListRecords(t *testing.T) {
	s := open(t)
	insert(t, s,
		record(emulator.RecordFunction, "", "b"), record(emulator.RecordFunction, "", "a"), record(emulator.RecordFunction, "", "ab"),
		record(emulator.RecordFunction, "s", "ab"), record(emulator.RecordFunction, "", "a\U0010ffff"), record(emulator.RecordTrigger, "", "a"))
	none, service := "", "s"
	for name, one := range map[string]struct {
		parent       *string
		prefix, from string
		limit        int
		want         []string
	}{
		"all":         {nil, "", "", 0, []string{"/a", "/ab", "s/ab", "/a\U0010ffff", "/b"}},
		"no service":  {&none, "", "", 0, []string{"/a", "/ab", "/a\U0010ffff", "/b"}},
		"a service":   {&service, "", "", 0, []string{"s/ab"}},
		"prefix":      {nil, "ab", "", 0, []string{"/ab", "s/ab"}},
		"wide prefix": {&none, "a", "", 0, []string{"/a", "/ab", "/a\U0010ffff"}},
		"from":        {&none, "", "ab", 2, []string{"/ab", "/a\U0010ffff"}},
		"from before": {&none, "b", "a", 0, []string{"/b"}},
		"from after":  {&none, "a", "b", 0, []string{}},
		"limit":       {nil, "", "", 1, []string{"/a"}},
	} {
		records, err := s.List(t.Context(), emulator.RecordFunction, one.parent, one.prefix, one.from, one.limit)
		got := []string{}
		for _, record := range records {
			got = append(got, record.Parent+"/"+record.Name)
		}
		if diff := cmp.Diff(one.want, got); diff != "" || err != nil {
			t.Error(name, diff, err)
		}
	}
}
