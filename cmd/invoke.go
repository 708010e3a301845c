package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newInvoke(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{
		Use:   "invoke FUNCTION [-]",
		Short: "Invoke a function and print what it returns",
		Example: `  fcemu invoke hello -e '{"name":"FC"}'
  fcemu invoke hello --async --delay 200
  cat event.json | fcemu invoke hello -`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error { return a.invoke(c.Context(), args) },
	})
	flags := c.Flags()
	flags.StringP("event", "e", "", "the event, as text")
	flags.StringP("event-file", "f", "", "a file that holds the event")
	flags.String("file", "", "the same as --event-file")
	flags.String("qualifier", "", "version or alias (default LATEST)")
	flags.Bool("async", false, "only submit: print the task id and return")
	flags.String("invocation-type", "", "Sync or Async, as Serverless Devs spells it")
	flags.String("delay", "", "with --async: run it later; seconds 0…3600, or 3m20s")
	flags.String("task-id", "", "with --async: the task's id")
	flags.String("async-task-id", "", "the same as --task-id")
	flags.Bool("wait", false, "with --async: wait until the task has ended, then print its result")
	flags.Duration("timeout", 0, "with --wait: give up after this time (exit 124)")
	flags.Bool("log", false, "show the last 4 KB of the log on standard error")
	for _, same := range []string{"file", "async-task-id"} {
		_ = flags.MarkHidden(same)
	}
	return c
}

func (a *app) invoke(ctx context.Context, args []string) error {
	inv, err := a.readInvocation(args)
	if err != nil {
		return err
	}
	emulator, stop, err := a.emulatorForOneCall(ctx)
	if err != nil {
		return err
	}
	defer stop()
	result, err := emulator.Invoke(ctx, *inv)
	if err != nil {
		return err
	}
	if inv.Async {
		return a.finishAsync(ctx, emulator, inv, result)
	}
	return a.printResult(result)
}

// readInvocation turns flags and arguments into the call to make.
func (a *app) readInvocation(args []string) (*client.Invocation, error) {
	s := a.settings
	inv := &client.Invocation{
		Reference: emulator.Reference{Name: emulator.ParseName(args[0]), Qualifier: s.GetString("qualifier")},
		Async:     s.GetBool("async"),
		TaskID:    s.GetString("task-id") + s.GetString("async-task-id"),
		Log:       s.GetBool("log"),
	}
	switch kind := strings.ToLower(s.GetString("invocation-type")); kind {
	case "", "sync":
	case "async":
		inv.Async = true
	default:
		return nil, usageError("--invocation-type %q: use Sync or Async", kind)
	}
	var err error
	if inv.Delay, err = readDelay(s.GetString("delay")); err != nil {
		return nil, err
	}
	if !inv.Async {
		for _, flag := range []string{"delay", "task-id", "async-task-id", "wait"} {
			if s.GetString(flag) != "" && s.GetString(flag) != "false" {
				return nil, usageError("--%s is for asynchronous invocations: add --async", flag)
			}
		}
	}
	inv.Event, err = a.readEvent(args)
	return inv, err
}

// readDelay reads whole seconds or a duration, 0…3600 s.
func readDelay(value string) (time.Duration, error) {
	if value == "" {
		return 0, nil
	}
	delay, err := time.ParseDuration(value)
	if seconds, plain := strconv.Atoi(value); plain == nil {
		delay, err = time.Duration(seconds)*time.Second, nil
	}
	switch {
	case err != nil:
		return 0, usageError("--delay %q is neither whole seconds nor a duration such as 3m20s", value)
	case delay < 0 || delay > emulator.MaxDelay:
		return 0, usageError("--delay %s is out of range: 0 to 3600 seconds", value)
	case delay%time.Second != 0:
		return 0, usageError("--delay %s: Function Compute takes whole seconds only", value)
	}
	return delay, nil
}

func (a *app) readEvent(args []string) ([]byte, error) {
	file := a.settings.GetString("event-file") + a.settings.GetString("file")
	switch {
	case len(args) == 2 && args[1] != "-":
		return nil, usageError("unexpected argument %q; give the event with -e, -f FILE or - (standard input)", args[1])
	case len(args) == 2 || file == "-":
		return io.ReadAll(a.term.In)
	case file != "":
		event, err := os.ReadFile(file)
		if err != nil {
			return nil, usageError("event file: %w", err)
		}
		return event, nil
	}
	return []byte(a.settings.GetString("event")), nil
}

// finishAsync prints the id, and with --wait the result of the task.
func (a *app) finishAsync(ctx context.Context, emulator *client.Client, inv *client.Invocation, result *client.Result) error {
	id := result.TaskID
	if id == "" {
		id = result.RequestID
	}
	if inv.TaskID != "" && inv.TaskID != id {
		a.notice(fmt.Sprintf("%s has no task mode (asyncTask), so the id %s is ignored, as in the cloud", inv.Name, inv.TaskID))
	}
	if !a.settings.GetBool("wait") {
		if a.settings.GetString("output") == "table" {
			a.term.Printf("%s\n", id)
			return nil
		}
		return a.printObject(client.Object{"requestId": result.RequestID, "taskId": id, "statusCode": result.StatusCode}, nil)
	}
	a.term.Notef("%s %s\n", a.term.Dim("task"), id)
	task, err := a.awaitTask(ctx, emulator, id, inv.Name.String(), a.settings.GetDuration("timeout"))
	if err != nil {
		return err
	}
	if err := a.printObject(task, func(task client.Object) { a.term.Printf("%s\n", text(task["returnPayload"])) }); err != nil {
		return err
	}
	return taskError(task)
}

// printResult prints the function's bytes on standard output and all else on standard error.
func (a *app) printResult(result *client.Result) error {
	if a.settings.GetString("output") != "table" {
		if err := a.printObject(resultObject(result, a.settings.GetBool("log")), nil); err != nil {
			return err
		}
		return functionError(result, true)
	}
	if len(result.Log) > 0 {
		a.term.Notef("%s\n", strings.TrimRight(string(result.Log), "\r\n"))
	}
	if _, err := a.term.Out.Write(result.Payload); err != nil {
		return err
	}
	if a.term.Interactive && len(result.Payload) > 0 && result.Payload[len(result.Payload)-1] != '\n' {
		a.term.Printf("\n")
	}
	return functionError(result, false)
}

func resultObject(result *client.Result, log bool) client.Object {
	object := client.Object{
		"requestId": result.RequestID, "statusCode": result.StatusCode, "errorType": result.ErrorType,
		"payload": string(result.Payload), "durationMs": result.DurationMs, "memoryUsageMB": result.MemoryUsageMB,
		"instanceId": result.InstanceID, "versionId": result.VersionID, "coldStart": result.ColdStart,
	}
	if log {
		object["log"] = string(result.Log)
	}
	return object
}

// functionError turns X-Fc-Error-Type into an exit code.
func functionError(result *client.Result, quiet bool) error {
	if result.ErrorType == "" {
		return nil
	}
	code := exitFunction
	if strings.HasPrefix(string(result.Payload), `{"errorMessage":"Function time`) {
		code = exitTimeout
	}
	if quiet {
		return &exitError{code: code}
	}
	return &exitError{code, fmt.Errorf("the function failed: %s (request %s; see 'fcemu logs --request-id %s')",
		result.ErrorType, result.RequestID, result.RequestID)}
}
