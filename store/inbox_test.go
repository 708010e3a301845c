package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/store"
)

func sequences(messages []emulator.InboxMessage) (list []int64) {
	for _, message := range messages {
		list = append(list, message.Sequence)
	}
	return list
}

func inbox(t *testing.T, s *store.Store, q emulator.InboxQuery) []emulator.InboxMessage {
	t.Helper()
	found, err := s.Inbox(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func receive(t *testing.T, s *store.Store, id int64, function emulator.Name, arn string) {
	t.Helper()
	d := &emulator.Delivery{ID: id, Task: emulator.TaskKey{Function: function, ID: fmt.Sprint("t", id)}, RequestID: fmt.Sprint("r", id), Destination: arn}
	if err := s.Receive(t.Context(), d, fmt.Appendf(nil, `{"n":%d}`, id), base().Add(time.Duration(id)*time.Second), id == 5); err != nil {
		t.Fatal(err)
	}
}

func TestInbox(t *testing.T) {
	s := open(t)
	job, step := emulator.Name{Function: "job"}, emulator.Name{Service: "s", Function: "step"}
	receive(t, s, 7, job, "acs:a")
	receive(t, s, 7, job, "acs:a") // sent again after a crash
	receive(t, s, 5, step, "acs:a")
	receive(t, s, 9, job, "acs:b")
	want := emulator.InboxMessage{Sequence: 2, Delivery: 5, ReceivedTime: base().Add(5 * time.Second).UnixMilli(), Clock: emulator.ClockDriven, Destination: "acs:a",
		FunctionName: "s/step", TaskID: "t5", RequestID: "r5", Body: []byte(`{"n":5}`)}
	all := inbox(t, s, emulator.InboxQuery{})
	if len(all) != 3 {
		t.Fatalf("%d messages", len(all))
	}
	if diff := cmp.Diff(want, all[1]); diff != "" {
		t.Error(diff)
	}
	for name, one := range map[string]struct {
		query emulator.InboxQuery
		want  []int64
	}{
		"destination":      {emulator.InboxQuery{Destination: "acs:a"}, []int64{1, 2}},
		"function":         {emulator.InboxQuery{Function: &job}, []int64{1, 3}},
		"after":            {emulator.InboxQuery{After: 1}, []int64{2, 3}},
		"tail":             {emulator.InboxQuery{Tail: 2}, []int64{2, 3}},
		"tail of function": {emulator.InboxQuery{Function: &job, Tail: 1}, []int64{3}},
		"long tail":        {emulator.InboxQuery{Tail: 99}, []int64{1, 2, 3}},
		"limit":            {emulator.InboxQuery{Limit: 2}, []int64{1, 2}},
		"page of a tail":   {emulator.InboxQuery{Tail: 3, Limit: 2}, []int64{1, 2}},
		"nothing":          {emulator.InboxQuery{Destination: "acs:b", Function: &step}, nil},
	} {
		if diff := cmp.Diff(one.want, sequences(inbox(t, s, one.query))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if err := s.Receive(t.Context(), &emulator.Delivery{ID: 11}, nil, base(), false); err == nil {
		t.Error("a message to nowhere was taken")
	}
}

func TestInboxKeepsTheNewest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for id := range int64(emulator.MaxInbox + 3) {
		receive(t, s, id+1, emulator.Name{Function: "job"}, "acs:a")
		receive(t, s, id+1, emulator.Name{Function: "job"}, "acs:a")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	got := inbox(t, s, emulator.InboxQuery{})
	if len(got) != emulator.MaxInbox || got[0].Sequence != 4 || got[0].Delivery != 4 {
		t.Errorf("%d messages, the first is %+v", len(got), got[0])
	}
}

// A database of the release before the inbox gets one, and keeps what it has.
func TestInboxComesToAnOlderDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	enqueue(t, s, newTask("old"))
	delivery := expire(t, s, "ended", 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sqlite(t, path, "DROP TABLE inbox; ALTER TABLE task DROP COLUMN version_id; PRAGMA user_version = 1")
	if s, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	due, err := s.DueDeliveries(t.Context(), base(), 5)
	if err != nil || len(due) != 1 || due[0].ID != delivery.ID {
		t.Fatalf("%v, %v", due, err)
	}
	if err := s.Receive(t.Context(), due[0], due[0].Body, base(), false); err != nil {
		t.Fatal(err)
	}
	if got := inbox(t, s, emulator.InboxQuery{}); len(got) != 1 || got[0].TaskID != "ended" {
		t.Errorf("%+v", got)
	}
	if found, err := s.FindTasks(t.Context(), "old"); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
}
