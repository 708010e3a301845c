package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newLogs(a *app) *cobra.Command {
	c := withLogOutput(&cobra.Command{
		Use:   "logs [FUNCTION]",
		Short: "Show what functions wrote",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			filter, err := a.logFilter(args)
			if err != nil {
				return err
			}
			return a.printLogs(c.Context(), filter)
		},
	})
	flags := c.Flags()
	flags.BoolP("follow", "f", false, "go on as lines arrive")
	flags.Int("tail", 100, "the last lines; 0 = all")
	flags.String("since", "", "only lines since then: 10m, or a time")
	flags.String("qualifier", "", "only lines of a version, whatever it was called by, or of calls by an alias")
	flags.String("request-id", "", "only the lines of one request")
	flags.String("task-id", "", "only the lines of one task")
	flags.Bool("metrics", false, "the request log instead: one JSON object a request, with the fields of FC's request metrics")
	flags.String("grep", "", "only lines that match a regular expression")
	return c
}

func withLogOutput(c *cobra.Command) *cobra.Command {
	c.Flags().StringP("output", "o", "text", "text or jsonl (json means the same)")
	return c
}

func (a *app) logFilter(args []string) (client.LogFilter, error) {
	s := a.settings
	filter := client.LogFilter{Qualifier: s.GetString("qualifier"), RequestID: s.GetString("request-id"), TaskID: s.GetString("task-id"),
		Match: s.GetString("grep"), Tail: s.GetInt("tail"), Follow: s.GetBool("follow"), Requests: s.GetBool("metrics")}
	if len(args) == 1 {
		filter.Function = args[0]
	}
	if _, err := regexp.Compile(filter.Match); err != nil {
		return filter, usageError("--grep: %w", err)
	}
	if filter.Tail < 0 {
		return filter, usageError("--tail %d: use 0 (all) or more", filter.Tail)
	}
	var err error
	filter.Since, err = readMoment("since", s.GetString("since"))
	return filter, err
}

// printLogs prints the lines; when the connection breaks while following, it resumes at its cursor.
func (a *app) printLogs(ctx context.Context, filter client.LogFilter) error {
	const pause = 500 * time.Millisecond // between attempts to find the emulator again
	var refusal *emulator.Error
	if filter.Follow {
		a.term.Follow()
	}
	if filter.Follow && errors.As(a.exists(ctx, filter.Function), &refusal) {
		a.notice(fmt.Sprintf("%v; waiting for its lines", refusal))
	}
	for {
		err := a.printLogsOnce(ctx, &filter)
		var lost *client.UnreachableError
		if !filter.Follow || filter.After == 0 || (err != nil && !errors.As(err, &lost)) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

func (a *app) printLogsOnce(ctx context.Context, filter *client.LogFilter) error {
	plain := json.NewEncoder(a.term.Out)
	format := a.settings.GetString("output")
	if format != "text" && format != "json" && format != "jsonl" {
		return usageError("output %q is not known; use text or jsonl", format)
	}
	found := false
	for line, err := range a.client().Logs(ctx, *filter) {
		if err != nil {
			return err
		}
		found = true
		filter.After, filter.Tail = line.Sequence, 0
		if filter.Requests && format == "text" {
			a.printMetrics(line)
			continue
		}
		if format != "text" {
			if err := plain.Encode(line); err != nil {
				return err
			}
			continue
		}
		a.printLogLine(line)
	}
	if !found && !filter.Follow {
		return a.exists(ctx, filter.Function)
	}
	return context.Cause(ctx)
}

// printMetrics prints a request record. What the journal itself says is none, and must not stand
// between JSON objects.
func (a *app) printMetrics(line emulator.LogLine) {
	if line.Stream == "system" {
		a.term.Notef("%s\n", a.term.Dim(line.Text))
		return
	}
	a.term.Printf("%s\n", escapedControls(line.Text))
}

// escapedControls is the same JSON without what a terminal would obey. Other control characters are
// escaped in JSON in any case.
func escapedControls(text string) string {
	var out strings.Builder
	for _, c := range text {
		if c >= 0x7f && c <= 0x9f {
			fmt.Fprintf(&out, `\u%04x`, c)
			continue
		}
		out.WriteRune(c)
	}
	return out.String()
}

func (a *app) printLogLine(line emulator.LogLine) {
	message := a.term.SafeOut(line.Text)
	switch line.Stream {
	case "stderr":
		message = a.term.Warn(message)
	case "system":
		message = a.term.Dim(message)
	}
	a.term.Printf("%s %s %s\n", a.term.Dim(line.Time.Local().Format("15:04:05.000")), a.term.Accent(line.Function), message)
}
