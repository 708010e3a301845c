package store

import (
	"context"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Task returns one task, or emulator.TaskNotFound.
func (s *Store) Task(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	found, err := s.query(ctx, selectByKey, key.ID, key.Function.Wire())
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, emulator.TaskNotFound(key)
	}
	return found[0], nil
}

// FindTasks returns the tasks with this id, of any function, in the order of acceptance.
func (s *Store) FindTasks(ctx context.Context, id string) ([]*emulator.Task, error) {
	return s.query(ctx, selectByID, id)
}

// Interrupted returns the tasks that are in hand: after a crash nobody holds them any more.
func (s *Store) Interrupted(ctx context.Context) ([]*emulator.Task, error) {
	return s.query(ctx, selectInHand)
}

// Tasks returns a page of tasks. Payload and Result are left out unless asked for; Limit 0 means
// all. A page costs the same however many tasks there are, unless the query's prefix or times
// leave only few of many.
func (s *Store) Tasks(ctx context.Context, q emulator.TaskQuery) ([]*emulator.Task, error) {
	text, args, err := listTasks(q)
	if err != nil {
		return nil, err
	}
	return s.query(ctx, text, args...)
}

func (s *Store) query(ctx context.Context, text string, args ...any) (found []*emulator.Task, err error) {
	err = s.read(ctx, func(c *conn) error {
		found, err = tasks(ctx, c, text, args...)
		return err
	})
	return found, err
}

// listTasks finds the sequences first, by one index for each wanted state: SQLite then reads no
// more rows than the page needs.
func listTasks(q emulator.TaskQuery) (string, []any, error) {
	where, order := taskConditions(q), " DESC"
	if q.Ascending {
		order = ""
	}
	var branches []string
	var args []any
	branch := func(where conditions) {
		branches = append(branches, "SELECT * FROM (SELECT t.sequence FROM task t "+where.text()+" ORDER BY t.sequence"+order+" LIMIT ?)")
		args = append(append(args, where.args...), limited(q.Limit))
	}
	for _, status := range q.Statuses {
		code, err := statusCode(status)
		if err != nil {
			return "", nil, emulator.InvalidArgument("status '%s' is not a task status", status)
		}
		one := conditions{terms: append([]string{statusTerm(q, status)}, where.terms...), args: append([]any{code}, where.args...)}
		branch(one)
	}
	if len(q.Statuses) == 0 {
		branch(where)
	}
	columns := selectOutline
	if q.IncludePayload {
		columns = selectTask
	}
	text := columns + "WHERE t.sequence IN (" + strings.Join(branches, " UNION ALL ") + ") ORDER BY t.sequence" + order + " LIMIT ?"
	return text, append(args, limited(q.Limit)), nil
}

// statusTerm keeps SQLite from the index of states where the function's own is the better one:
// most tasks of all functions end as Succeeded.
func statusTerm(q emulator.TaskQuery, status emulator.TaskStatus) string {
	if q.Function != nil && status == emulator.TaskSucceeded {
		return "+t.status = ?"
	}
	return "t.status = ?"
}

func taskConditions(q emulator.TaskQuery) conditions {
	var where conditions
	if q.Function != nil {
		term := "t.function = (SELECT id FROM function WHERE name = ?)"
		if len(q.Statuses) > 0 {
			term = "+" + term
		}
		where.add(term, q.Function.Wire())
	}
	if q.Prefix != "" {
		where.add("+t.id >= ?", q.Prefix)
		if end := prefixEnd(q.Prefix); end != "" {
			where.add("+t.id < ?", end)
		}
	}
	if q.Qualifier != "" {
		where.add("t.qualifier = ?", q.Qualifier)
	}
	if q.TaskModeOnly {
		where.add("t.task_mode & 1 <> 0")
	}
	if !q.Begin.IsZero() {
		where.add("t.enqueued_at >= ?", nanos(q.Begin))
	}
	if !q.End.IsZero() {
		where.add("t.enqueued_at <= ?", nanos(q.End))
	}
	if q.After != 0 && q.Ascending {
		where.add("t.sequence > ?", q.After)
	} else if q.After != 0 {
		where.add("t.sequence < ?", q.After)
	}
	return where
}
