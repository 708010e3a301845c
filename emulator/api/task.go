package api

import (
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Filters that the lists of tasks have in common.

// Statuses reads the parameter status: one state or several with commas between.
func (c *Call) Statuses() ([]emulator.TaskStatus, error) {
	text := c.Query("status")
	if text == "" {
		return nil, nil
	}
	var statuses []emulator.TaskStatus
	for part := range strings.SplitSeq(text, ",") {
		status := emulator.TaskStatus(strings.TrimSpace(part))
		if !status.Known() {
			var allowed []string
			for _, known := range emulator.TaskStatuses() {
				allowed = append(allowed, string(known))
			}
			return nil, emulator.InvalidArgument("status is set to an invalid value (allowed: %s, actual: '%s')", strings.Join(allowed, " | "), part)
		}
		statuses = append(statuses, status)
	}
	return statuses, nil
}

// Ascending reads a parameter of asc or desc; desc by default.
func (c *Call) Ascending(name string) (bool, error) {
	switch text := c.Query(name); text {
	case "", "desc":
		return false, nil
	case "asc":
		return true, nil
	default:
		return false, emulator.InvalidArgument("%s is set to an invalid value (allowed: asc | desc, actual: '%s')", name, text)
	}
}

// SequenceToken reads nextToken as the position of a task; 0 is the first page.
func (c *Call) SequenceToken() (int64, error) {
	position, err := c.NextToken()
	if err != nil || position == "" {
		return 0, err
	}
	sequence, err := strconv.ParseInt(position, 10, 64)
	if err != nil || sequence < 1 {
		return 0, emulator.InvalidArgument("nextToken is set to an invalid value (actual: '%s')", c.Query("nextToken"))
	}
	return sequence, nil
}
