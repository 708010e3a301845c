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

// Destinations lists which destinations are configured by which function.
func (c *Client) Destinations(ctx context.Context) ([]Object, error) {
	var answer struct{ Destinations []Object }
	err := c.call(ctx, "GET", own+"/destinations", nil, nil, &answer)
	return answer.Destinations, err
}

// InboxFilter selects messages of the inbox; zero values select all.
type InboxFilter struct {
	Destination string // ARN
	Function    string
	Tail        int   // the newest so many
	After       int64 // cursor: only messages with a greater sequence
	Follow      bool
}

// Inbox yields outcomes for destinations that have no local service, oldest first; with Follow until
// ctx ends or the connection breaks.
func (c *Client) Inbox(ctx context.Context, filter InboxFilter) iter.Seq2[emulator.InboxMessage, error] {
	return func(yield func(emulator.InboxMessage, error) bool) {
		response, err := c.send(ctx, "GET", own+"/destinations/inbox", filter.query(), nil, http.Header{})
		if err != nil {
			yield(emulator.InboxMessage{}, err)
			return
		}
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(make([]byte, 64<<10), 4<<20)
		for lines.Scan() {
			var message emulator.InboxMessage
			err := json.Unmarshal(lines.Bytes(), &message)
			if !yield(message, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil && ctx.Err() == nil {
			yield(emulator.InboxMessage{}, &UnreachableError{Endpoint: c.endpoint, Err: err})
		}
	}
}

func (f *InboxFilter) query() url.Values {
	query := url.Values{}
	if f.Destination != "" {
		query.Set("destination", f.Destination)
	}
	if f.Function != "" {
		query.Set("function", f.Function)
	}
	if f.Tail > 0 {
		query.Set("tail", strconv.Itoa(f.Tail))
	}
	if f.After > 0 {
		query.Set("after", strconv.FormatInt(f.After, 10))
	}
	if f.Follow {
		query.Set("follow", "true")
	}
	return query
}
