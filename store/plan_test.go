package store

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// The hot queries must go by their index, however many tasks there are, and never sort.
func TestPlans(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	f := emulator.Name{Function: "f"}
	list := func(q emulator.TaskQuery) string {
		text, _, err := listTasks(q)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, one := range map[string]struct{ text, want string }{ // "few: " may sort
		"next due":     {selectNextDue, "USING INDEX task_due"},
		"claim":        {selectDue, "USING INDEX task_due (due_at<?)"},
		"by key":       {selectByKey, "USING INDEX task_id (id=? AND function=?)"},
		"few: by id":   {selectByID, "USING INDEX task_id (id=?)"},
		"few: in hand": {selectInHand, "INDEX task_status (status=?)"},
		"list":         {list(emulator.TaskQuery{Limit: 5}), "SCAN t"},
		"next page":    {list(emulator.TaskQuery{Limit: 5, After: 9}), "USING INTEGER PRIMARY KEY (rowid<?)"},
		"function":     {list(emulator.TaskQuery{Function: &f, Limit: 5}), "INDEX task_function (function=?)"},
		"state":        {list(emulator.TaskQuery{Statuses: []emulator.TaskStatus{emulator.TaskFailed}, After: 9}), "INDEX task_status (status=? AND rowid<?)"},
		"both":         {list(emulator.TaskQuery{Function: &f, Statuses: []emulator.TaskStatus{emulator.TaskFailed}}), "INDEX task_status (status=?)"},
		"count":        {selectCounts, "COVERING INDEX task_status"},
		"few: backlog": {selectBacklog, "USING INDEX task_status (status<?)"},
		"sweep":        {deleteEnded, "USING INDEX task_ended (ended_at<?)"},
		"pending":      {selectPending, "INDEX task_due"},
		"deliveries":   {selectDueDeliveries, "USING INDEX delivery_due (due_at<?)"},
	} {
		plan := explainPlan(t, s, one.text)
		if !strings.Contains(plan, one.want) {
			t.Errorf("%s: want %s in\n%s", name, one.want, plan)
		}
		if strings.Contains(plan, "TEMP B-TREE") && !strings.HasPrefix(name, "few: ") {
			t.Errorf("%s sorts:\n%s", name, plan)
		}
	}
}

func explainPlan(t *testing.T, s *Store, text string) string {
	t.Helper()
	var plan []string
	args := make([]any, strings.Count(text, "?"))
	err := s.writer.conn.each(t.Context(), "EXPLAIN QUERY PLAN "+text, args, func(r row) error {
		plan = append(plan, r.text(3))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}
