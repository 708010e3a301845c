package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
		RunE: func(c *cobra.Command, args []string) error { return a.invoke(c.Context(), c.Flags(), args) },
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
	flags.Bool("log", false, "show the last 4 KB of the log on standard error; with --async --wait the whole log of the task")
	for _, same := range []string{"file", "async-task-id"} {
		_ = flags.MarkHidden(same)
	}
	return c
}

func (a *app) invoke(ctx context.Context, flags *pflag.FlagSet, args []string) error {
	inv, err := a.readInvocation(flags, args)
	if err != nil {
		return err
	}
	emulator, stop, err := a.emulatorForOneCall(ctx)
	if err != nil {
		return err
	}
	if stop != nil {
		defer stop()
	}
	result, err := emulator.Invoke(ctx, *inv)
	switch {
	case err != nil:
		return err
	case !inv.Async:
		return a.printResult(result)
	case stop != nil && !a.settings.GetBool("wait"):
		a.notice("no emulator is running; the invocation is kept and runs after the next 'fcemu start'")
	}
	return a.finishAsync(ctx, emulator, inv, result)
}

// readInvocation turns flags and arguments into the call to make.
func (a *app) readInvocation(flags *pflag.FlagSet, args []string) (*client.Invocation, error) {
	s := a.settings
	inv := &client.Invocation{
		Reference: emulator.Reference{Name: emulator.ParseName(args[0]), Qualifier: s.GetString("qualifier")},
		Async:     s.GetBool("async"),
		TaskID:    cmp.Or(s.GetString("task-id"), s.GetString("async-task-id")),
		Log:       s.GetBool("log"),
	}
	switch kind := strings.ToLower(s.GetString("invocation-type")); kind {
	case "", "sync":
	case "async":
		inv.Async = true
	default:
		return nil, usageError("--invocation-type %q: use Sync or Async", s.GetString("invocation-type"))
	}
	var err error
	if inv.Delay, err = readDelay(s.GetString("delay")); err != nil {
		return nil, err
	}
	if err := a.checkModes(flags, inv); err != nil {
		return nil, err
	}
	inv.Event, err = a.readEvent(args)
	return inv, err
}

// checkModes refuses flags that would have no effect on this kind of invocation. The environment's may
// be meant for others.
func (a *app) checkModes(flags *pflag.FlagSet, inv *client.Invocation) error {
	s := a.settings
	wait := s.GetBool("wait")
	if !inv.Async {
		for _, flag := range []string{"delay", "task-id", "async-task-id", "wait"} {
			if s.GetString(flag) != "" && s.GetString(flag) != "false" {
				return usageError("--%s is for asynchronous invocations: add --async", flag)
			}
		}
	}
	switch {
	case s.GetString("async-task-id") != "" && s.GetString("async-task-id") != inv.TaskID:
		return usageError("--task-id and --async-task-id are the same: give one of them")
	case inv.Async && strings.EqualFold(s.GetString("invocation-type"), "sync"):
		return usageError("--async and --invocation-type Sync exclude each other")
	case !wait && flags.Changed("timeout"):
		return usageError("--timeout bounds --wait, which is not given; how long a function may run is set where it is deployed")
	case inv.Async && inv.Log && !wait && flags.Changed("log"):
		return usageError("--log has nothing to show yet when --async returns: add --wait, or ask later with 'fcemu task logs ID'")
	}
	return nil
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
	text, file := a.settings.GetString("event"), cmp.Or(a.settings.GetString("event-file"), a.settings.GetString("file"))
	switch {
	case len(args) == 2 && args[1] != "-":
		return nil, usageError("unexpected argument %q; give the event with -e, -f FILE or - (standard input)", args[1])
	case text != "" && file != "", len(args) == 2 && text+file != "":
		return nil, usageError("the event is given twice: choose one of -e, -f and - (standard input)")
	case len(args) == 2:
		return a.eventOf("-")
	case file != "":
		return a.eventOf(file)
	}
	return []byte(text), nil
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
	if inv.Log {
		if err := a.addLog(ctx, emulator, task); err != nil {
			return err
		}
	}
	if err := a.printObject(task, func(task client.Object) { a.term.Printf("%s\n", text(task["returnPayload"])) }); err != nil {
		return err
	}
	return taskError(task)
}

// addLog shows what all attempts of a task wrote, or with -o adds it to the task.
func (a *app) addLog(ctx context.Context, emulator *client.Client, task client.Object) error {
	var log strings.Builder
	for line, err := range emulator.Logs(ctx, client.LogFilter{RequestID: text(task["requestId"])}) {
		if err != nil {
			return err
		}
		log.WriteString(line.Text + "\n")
	}
	if a.settings.GetString("output") != "table" {
		task["log"] = log.String()
		return nil
	}
	a.term.Notef("%s", a.term.SafeErr(log.String()))
	return nil
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
		a.term.Notef("%s\n", a.term.SafeErr(strings.TrimRight(string(result.Log), "\r\n")))
	}
	if _, err := a.term.Out.Write(result.Payload); err != nil {
		return err
	}
	if a.term.OnTerminal && len(result.Payload) > 0 && result.Payload[len(result.Payload)-1] != '\n' {
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
	code := failureCode(string(result.Payload))
	if quiet {
		return &exitError{code: code}
	}
	return &exitError{code, fmt.Errorf("the function failed: %s (request %s; see 'fcemu logs --request-id %s')",
		result.ErrorType, result.RequestID, result.RequestID)}
}

// failureCode tells time-outs from other failures of a function.
func failureCode(payload string) int {
	if strings.HasPrefix(payload, `{"errorMessage":"Function time`) {
		return exitTimeout
	}
	return exitFunction
}
