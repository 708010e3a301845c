package api

import (
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// TaskQuery reads the filters of a list of a function's tasks. prefix names the parameter for the
// beginning of a task's id, in which the generations differ.
func (c *Call) TaskQuery(of emulator.Reference, prefix string) (emulator.TaskQuery, error) {
	query := emulator.TaskQuery{
		Function:     &of.Name,
		Qualifier:    of.Qualifier,
		Prefix:       c.Query(prefix),
		TaskModeOnly: true,
	}
	var err error
	if query.Limit, err = c.Limit(20, 100); err != nil {
		return query, err
	}
	if query.After, err = c.SequenceToken(); err != nil {
		return query, err
	}
	if query.Statuses, err = c.Statuses(); err != nil {
		return query, err
	}
	if query.Ascending, err = c.Ascending("sortOrderByTime"); err != nil {
		return query, err
	}
	if query.IncludePayload, err = c.Flag("includePayload"); err != nil {
		return query, err
	}
	if query.Begin, err = c.unixTime("startedTimeBegin"); err != nil {
		return query, err
	}
	query.End, err = c.unixTime("startedTimeEnd")
	return query, err
}

// unixTime reads a time in Unix ms from the query.
func (c *Call) unixTime(name string) (time.Time, error) {
	text := c.Query(name)
	if text == "" {
		return time.Time{}, nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 {
		return time.Time{}, emulator.InvalidArgument("%s is set to an invalid value (expected: milliseconds since 1970, actual: '%s')", name, text)
	}
	return time.UnixMilli(ms), nil
}
