package client

import (
	"bufio"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

const healthPath = own + "/health"

// Health is the state of the running emulator.
func (c *Client) Health(ctx context.Context) (Object, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, &UnreachableError{Endpoint: c.endpoint, Err: errSilent})
	defer cancel()
	var health Object
	err := c.call(ctx, "GET", healthPath, nil, nil, &health)
	return health, err
}

// Metrics are the counts of each function that did anything.
func (c *Client) Metrics(ctx context.Context) ([]Object, error) {
	var answer struct{ Functions []Object }
	err := c.call(ctx, "GET", own+"/metrics", nil, nil, &answer)
	return answer.Functions, err
}

// Stop asks the emulator to end.
func (c *Client) Stop(ctx context.Context) error {
	return c.call(ctx, "POST", own+"/stop", nil, nil, nil)
}

// AllTriggers lists the triggers of all functions, or of one, with their addresses.
func (c *Client) AllTriggers(ctx context.Context, function string) ([]Object, error) {
	var answer struct{ Triggers []Object }
	err := c.call(ctx, "GET", own+"/triggers", ofFunction(function), nil, &answer)
	return answer.Triggers, err
}

// FireTrigger sends the event of a trigger; nil stands for one as its source would send it.
func (c *Client) FireTrigger(ctx context.Context, function emulator.Name, trigger string, event []byte) (Object, error) {
	var task Object
	path := own + "/functions/" + url.PathEscape(function.Wire()) + "/triggers/" + url.PathEscape(trigger) + "/fire"
	return task, c.call(ctx, "POST", path, nil, map[string][]byte{"event": event}, &task)
}

// LogFilter selects log lines; zero values select all.
type LogFilter struct {
	Function  string
	Qualifier string
	RequestID string
	TaskID    string
	Since     string // RFC 3339
	Match     string // regular expression
	Tail      int
	After     int64 // cursor: only lines with a greater sequence
	Follow    bool
	Requests  bool // the request log: lines whose text is a JSON object
}

// Logs yields log lines; with Follow until ctx ends or the connection breaks.
func (c *Client) Logs(ctx context.Context, filter LogFilter) iter.Seq2[emulator.LogLine, error] {
	return func(yield func(emulator.LogLine, error) bool) {
		path := own + "/logs"
		if filter.Requests {
			path = own + "/requests"
		}
		response, err := c.send(ctx, "GET", path, filter.query(), nil, http.Header{})
		if err != nil {
			yield(emulator.LogLine{}, err)
			return
		}
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(make([]byte, 64<<10), 4<<20)
		for lines.Scan() {
			var line emulator.LogLine
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				yield(line, err)
				return
			}
			if !yield(line, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil && ctx.Err() == nil {
			yield(emulator.LogLine{}, &UnreachableError{Endpoint: c.endpoint, Err: err})
		}
	}
}

func (f *LogFilter) query() url.Values {
	query := url.Values{}
	set := func(key, value string) {
		if value != "" && value != "0" {
			query.Set(key, value)
		}
	}
	set("function", f.Function)
	set("qualifier", f.Qualifier)
	set("requestId", f.RequestID)
	set("taskId", f.TaskID)
	set("since", f.Since)
	set("grep", f.Match)
	set("tail", strconv.Itoa(f.Tail))
	set("after", strconv.FormatInt(f.After, 10))
	if f.Follow {
		query.Set("follow", "true")
	}
	return query
}
