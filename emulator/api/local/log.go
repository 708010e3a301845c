package local

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

const ndjson = "application/x-ndjson"

// getLogs answers with one JSON object a line. With follow it goes on until the caller leaves; a
// caller that was cut off resumes with after=seq of the last line it has.
func getLogs(c *api.Call, journal Journal) error {
	query, err := logQuery(c)
	if err != nil {
		return err
	}
	follow, err := c.Flag("follow")
	if err != nil {
		return err
	}
	if follow {
		return followLogs(c, journal, query)
	}
	lines, err := journal.Read(c.Request.Context(), query)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for i := range lines {
		if err := writeLine(&text, &lines[i]); err != nil {
			return err
		}
	}
	return c.Bytes(http.StatusOK, ndjson, text.Bytes())
}

func followLogs(c *api.Call, journal Journal, query emulator.LogQuery) error {
	stream, err := c.Stream(ndjson)
	if err != nil {
		return nil // the caller has left
	}
	for line, err := range journal.Follow(c.Request.Context(), query) {
		if err != nil {
			if c.Request.Context().Err() != nil {
				return nil
			}
			return err
		}
		if writeLine(stream, &line) != nil {
			return nil
		}
	}
	return nil
}

func writeLine(w io.Writer, line *emulator.LogLine) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func logQuery(c *api.Call) (emulator.LogQuery, error) {
	query := emulator.LogQuery{Qualifier: c.Query("qualifier"), RequestID: c.Query("requestId"), TaskID: c.Query("taskId")}
	if name := function(c); name != nil {
		query.Function = name.String()
	}
	var err error
	if query.Since, err = moment(c, emulator.RealClock{}, "since"); err != nil {
		return query, err
	}
	if text := c.Query("grep"); text != "" {
		if query.Match, err = regexp.Compile(text); err != nil {
			return query, emulator.InvalidArgument("grep is set to an invalid value: %v", err)
		}
	}
	tail, err := number(c, "tail")
	if err != nil {
		return query, err
	}
	query.Tail = int(tail)
	query.After, err = number(c, "after")
	return query, err
}

// number reads a count from the query; 0 by default.
func number(c *api.Call, name string) (int64, error) {
	text := c.Query(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, emulator.InvalidArgument("%s is set to an invalid value (expected: a number from 0, actual: '%s')", name, text)
	}
	return n, nil
}

// moment reads a time from the query: RFC 3339, Unix ms, or how long ago (10m).
func moment(c *api.Call, clock emulator.Clock, name string) (time.Time, error) {
	text := c.Query(name)
	if text == "" {
		return time.Time{}, nil
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms >= 0 {
		return time.UnixMilli(ms), nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return clock.Now().Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return at, emulator.InvalidArgument("%s is set to an invalid value (expected: RFC 3339, Unix milliseconds, or a time ago such as 10m, actual: '%s')", name, text)
	}
	return at, nil
}
