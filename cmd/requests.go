package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// maxShownWord is how much of a function's name, or of method, path and query, a line on the terminal
// shows.
const maxShownWord = 80

// requestShown is what a line on the terminal shows of a request record.
type requestShown struct {
	Operation        string
	Method           string
	RequestURI       string
	FunctionName     string
	StatusCode       int
	LatencyMs        float64 `json:"invokeFunctionLatencyMs"`
	IsColdStart      *bool
	HasFunctionError bool
	ErrorType        string
	ErrorCode        string
	RetryCount       int
	RequestID        string
}

// showRequests prints a line for every request, until ctx ends.
func (a *app) showRequests(ctx context.Context, c *client.Client) {
	for line, err := range c.Logs(ctx, client.LogFilter{Requests: true, Follow: true, Since: time.Now().Format(time.RFC3339Nano)}) {
		if err != nil {
			return
		}
		a.printRequest(line)
	}
}

func (a *app) printRequest(line emulator.LogLine) {
	if line.Stream == "system" { // the journal's own word, e.g. that it dropped lines: no record
		a.showLog(line)
		return
	}
	if a.settings.GetString("log-format") == "json" {
		a.logJSON(map[string]any{"msg": "request", "time": line.Time, "request": json.RawMessage(line.Text)})
		return
	}
	var r requestShown
	if json.Unmarshal([]byte(line.Text), &r) != nil {
		return
	}
	t := a.term
	t.Printf("%s %s %s %s  %s\n", t.Dim(line.Time.Local().Format("15:04:05.000")), t.Accent(cmp.Or(printable(r.FunctionName), "-")), r.what(), a.outcome(&r),
		t.Dim(r.facts()))
}

// what is method and path, or what else asked for the run.
func (r *requestShown) what() string {
	if r.Operation == emulator.OperationAttempt {
		return fmt.Sprintf("task, attempt %d", r.RetryCount+1)
	}
	return printable(r.Method + " " + r.RequestURI)
}

// printable cuts a text, and takes out what a terminal would obey: the words are the client's. That
// goes for the name of a function too, which may be any, decoded, where there is no such function.
func printable(text string) string {
	if runes := []rune(text); len(runes) > maxShownWord {
		text = string(runes[:maxShownWord]) + "…"
	}
	return strings.Map(func(c rune) rune {
		if !strconv.IsPrint(c) {
			return '\uFFFD'
		}
		return c
	}, text)
}

func (a *app) outcome(r *requestShown) string {
	text := strconv.Itoa(r.StatusCode)
	if r.Operation == emulator.OperationAttempt {
		text = "ok"
	}
	if fault := cmp.Or(r.ErrorCode, r.ErrorType); fault != "" {
		text = strings.TrimPrefix(text+" "+fault, "ok ")
	}
	switch {
	case r.StatusCode >= 500, r.HasFunctionError:
		return a.term.Bad(text)
	case r.StatusCode >= 400, r.ErrorCode != "":
		return a.term.Warn(text)
	}
	return a.term.Good(text)
}

func (r *requestShown) facts() string {
	facts := []string{strconv.FormatFloat(r.LatencyMs, 'f', 1, 64) + " ms"}
	if r.IsColdStart != nil {
		facts = append(facts, map[bool]string{true: "cold", false: "warm"}[*r.IsColdStart])
	}
	return strings.Join(append(facts, r.RequestID), "  ")
}
