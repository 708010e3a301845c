package client

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

const own = "/_fcemu"

// TaskFilter selects tasks; zero values select all.
type TaskFilter struct {
	Function string
	Status   string // comma list
	Prefix   string
	Since    string // RFC 3339 or Unix ms
	Until    string
	Order    string // asc or desc
	Limit    int
	Payload  bool
}

// Tasks lists asynchronous invocations of all modes.
func (c *Client) Tasks(ctx context.Context, filter TaskFilter) ([]Object, error) {
	return c.pages(ctx, own+"/tasks", filter.query(), "tasks", filter.Limit)
}

func (f *TaskFilter) query() url.Values {
	query := url.Values{}
	set := func(key, value string) {
		if value != "" {
			query.Set(key, value)
		}
	}
	set("function", f.Function)
	set("status", f.Status)
	set("prefix", f.Prefix)
	set("since", f.Since)
	set("until", f.Until)
	set("order", f.Order)
	if f.Payload {
		query.Set("payload", "true")
	}
	return query
}

// Task shows one task. With a wait it returns when the task has ended or the wait is over.
func (c *Client) Task(ctx context.Context, id, function string, wait time.Duration) (Object, error) {
	query := ofFunction(function)
	if wait > 0 {
		query.Set("wait", strconv.FormatFloat(wait.Seconds(), 'f', -1, 64)+"s")
	}
	var task Object
	err := c.call(ctx, "GET", taskPath(id), query, nil, &task)
	return task, err
}

// StopTask stops a task in any unfinished state.
func (c *Client) StopTask(ctx context.Context, id, function string) error {
	return c.call(ctx, "PUT", taskPath(id)+"/stop", ofFunction(function), nil, nil)
}

// StopTasks stops the unfinished tasks that a filter selects and returns how many.
func (c *Client) StopTasks(ctx context.Context, filter TaskFilter) (int, error) {
	var answer struct{ Stopped int }
	err := c.call(ctx, "PUT", own+"/tasks/stop", filter.query(), nil, &answer)
	return answer.Stopped, err
}

// RunTaskNow makes a task due that waits for its time.
func (c *Client) RunTaskNow(ctx context.Context, id, function string) (Object, error) {
	var task Object
	err := c.call(ctx, "PUT", taskPath(id)+"/run-now", ofFunction(function), nil, &task)
	return task, err
}

// RescheduleTask makes a task that waits due after a delay from now, in seconds.
func (c *Client) RescheduleTask(ctx context.Context, id, function string, seconds int) (Object, error) {
	query := ofFunction(function)
	query.Set("delay", strconv.Itoa(seconds))
	var task Object
	err := c.call(ctx, "PUT", taskPath(id)+"/reschedule", query, nil, &task)
	return task, err
}

// ExplainTask tells why a task is where it is.
func (c *Client) ExplainTask(ctx context.Context, id, function string) (Object, error) {
	var told Object
	err := c.call(ctx, "GET", taskPath(id)+"/explain", ofFunction(function), nil, &told)
	return told, err
}

// RerunTask submits a task's payload again, as a new task.
func (c *Client) RerunTask(ctx context.Context, id, function string) (Object, error) {
	var task Object
	err := c.call(ctx, "POST", taskPath(id)+"/rerun", ofFunction(function), nil, &task)
	return task, err
}

func taskPath(id string) string { return own + "/tasks/" + url.PathEscape(id) }

func ofFunction(function string) url.Values {
	if function == "" {
		return url.Values{}
	}
	return url.Values{"function": {function}}
}
