package local

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Destinations tells where outcomes go, and gives back those that went to the inbox.
type Destinations interface {
	Uses(ctx context.Context) ([]emulator.DestinationUse, error)
	Inbox(ctx context.Context, query emulator.InboxQuery, follow bool) iter.Seq2[emulator.InboxMessage, error]
}

func (a *API) destinationRoutes() []api.Route {
	return []api.Route{
		{Pattern: "GET /_fcemu/destinations", Operation: a.listDestinations},
		{Pattern: "GET /_fcemu/destinations/inbox", Operation: a.getInbox},
	}
}

func (a *API) listDestinations(c *api.Call) error {
	uses, err := a.Destinations.Uses(c.Request.Context())
	if err != nil {
		return err
	}
	if uses == nil {
		uses = []emulator.DestinationUse{}
	}
	return c.JSON(http.StatusOK, map[string][]emulator.DestinationUse{"destinations": uses})
}

// getInbox answers with one JSON object a line, as getLogs does. With follow it goes on until the
// caller leaves; a caller that was cut off resumes with after=sequence of the last one it has.
func (a *API) getInbox(c *api.Call) error {
	query, err := inboxQuery(c)
	if err != nil {
		return err
	}
	follow, err := c.Flag("follow")
	if err != nil {
		return err
	}
	messages := a.Destinations.Inbox(c.Request.Context(), query, follow)
	if follow {
		return followInbox(c, messages)
	}
	var text bytes.Buffer
	for message, err := range messages {
		if err != nil {
			return err
		}
		if err := writeMessage(&text, &message); err != nil {
			return err
		}
	}
	return c.Bytes(http.StatusOK, ndjson, text.Bytes())
}

func followInbox(c *api.Call, messages iter.Seq2[emulator.InboxMessage, error]) error {
	stream, err := c.Stream(ndjson)
	if err != nil {
		return nil // the caller has left
	}
	for message, err := range messages {
		if err != nil {
			if c.Request.Context().Err() != nil {
				return nil
			}
			return err
		}
		if writeMessage(stream, &message) != nil {
			return nil
		}
	}
	return nil
}

// writeMessage leaves the letters of the body as they were sent: <, > and & unescaped.
func writeMessage(w io.Writer, message *emulator.InboxMessage) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(message); err != nil {
		return err
	}
	_, err := w.Write(line.Bytes())
	return err
}

func inboxQuery(c *api.Call) (emulator.InboxQuery, error) {
	query := emulator.InboxQuery{Destination: c.Query("destination"), Function: function(c)}
	tail, err := number(c, "tail")
	if err != nil {
		return query, err
	}
	query.Tail = int(min(tail, emulator.MaxInbox))
	query.After, err = number(c, "after")
	return query, err
}
