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
	query := url.Values{}
	set := func(key, value string) {
		if value != "" {
			query.Set(key, value)
		}
	}
	set("function", filter.Function)
	set("status", filter.Status)
	set("prefix", filter.Prefix)
	set("since", filter.Since)
	set("until", filter.Until)
	set("order", filter.Order)
	if filter.Payload {
		query.Set("payload", "true")
	}
	return c.pages(ctx, own+"/tasks", query, "tasks", filter.Limit)
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
