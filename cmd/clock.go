package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newClock(a *app) *cobra.Command {
	c := &cobra.Command{Use: "clock", Short: "Show and move the clock that delays, retries, event age and retention follow", Args: cobra.NoArgs,
		Long: "Delays, retries, event age, retention, triggers and signatures follow the emulator's clock; function\ntime-outs and the times of log lines stay the machine's. A moved clock stays moved after a restart.",
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.SetFlagErrorFunc(forwardOnly)
	c.AddCommand(newClockShow(a), newClockFreeze(a), newClockAdvance(a), newClockRun(a), newClockScale(a), newClockReset(a))
	return c
}

// forwardOnly tells what a negative number means here, which pflag takes for a flag.
func forwardOnly(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedName() < ":" { // a digit
		return usageError("the clock never goes back: '%s' takes no -%s; 'fcemu clock reset' makes it the machine's again",
			c.CommandPath(), unknown.GetSpecifiedShortnames())
	}
	return c.Root().FlagErrorFunc()(c, err)
}

// clockCommand makes a command that moves the clock and shows it.
func (a *app) clockCommand(use, short string, args cobra.PositionalArgs, move func(context.Context, *client.Client, []string) (client.Object, error)) *cobra.Command {
	return withOutput(&cobra.Command{Use: use, Short: short, Args: args,
		RunE: func(c *cobra.Command, args []string) error {
			state, err := move(c.Context(), a.client(), args)
			if err != nil {
				return err
			}
			return a.printObject(state, a.showClock)
		}})
}

func newClockShow(a *app) *cobra.Command {
	return a.clockCommand("show", "Show the clock", cobra.NoArgs, func(ctx context.Context, c *client.Client, _ []string) (client.Object, error) {
		return c.Clock(ctx)
	})
}

func newClockFreeze(a *app) *cobra.Command {
	return a.clockCommand("freeze", "Stop the clock; 'scale 1' lets it go on", cobra.NoArgs, func(ctx context.Context, c *client.Client, _ []string) (client.Object, error) {
		return c.FreezeClock(ctx)
	})
}

func newClockAdvance(a *app) *cobra.Command {
	return a.clockCommand("advance DURATION", "Move the clock ahead, e.g. by 10m; all that has become due starts", cobra.ExactArgs(1),
		func(ctx context.Context, c *client.Client, args []string) (client.Object, error) {
			d, err := time.ParseDuration(args[0])
			if err != nil {
				return nil, usageError("%q is no time span; write it as 90s, 10m or 1h30m", args[0])
			}
			return c.AdvanceClock(ctx, d)
		})
}

func newClockRun(a *app) *cobra.Command {
	command := a.clockCommand("run-until idle|TIME", "Move the clock from one due task to the next, waiting for each to end", cobra.ExactArgs(1),
		func(ctx context.Context, c *client.Client, args []string) (client.Object, error) {
			if args[0] == "idle" {
				return c.RunClockUntil(ctx, time.Time{})
			}
			until, err := readTime(args[0])
			if err != nil {
				return nil, usageError("%q is no time; write idle, Unix milliseconds or a time such as %s", args[0], time.Now().Format(time.RFC3339))
			}
			return c.RunClockUntil(ctx, until)
		})
	command.Long = "Moves the clock ahead to each time at which a task, a retry, a delivery or a timer is due, and waits for\nwhat runs then to end: so everything runs in the order of its due time. It ends at TIME, or when nothing\nbut timers is due any more."
	return command
}

func newClockScale(a *app) *cobra.Command {
	return a.clockCommand("scale FACTOR", "Let time pass that many times as fast as on the machine", cobra.ExactArgs(1),
		func(ctx context.Context, c *client.Client, args []string) (client.Object, error) {
			factor, err := strconv.ParseFloat(args[0], 64)
			if err != nil {
				return nil, usageError("%q is no number", args[0])
			}
			return c.ScaleClock(ctx, factor)
		})
}

func newClockReset(a *app) *cobra.Command {
	command := a.clockCommand("reset", "Make it the machine's clock again", cobra.NoArgs, func(ctx context.Context, c *client.Client, _ []string) (client.Object, error) {
		return c.ResetClock(ctx)
	})
	command.Long = "Makes it the machine's clock again. Where that takes it back, waiting tasks wait until their due time\ncomes again; what has ended stays as it is."
	return command
}

var errNoTime = errors.New("no time")

// readTime reads Unix ms or a time, in RFC 3339 or as people write it here.
func readTime(text string) (time.Time, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateTime, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at, nil
		}
	}
	return time.Time{}, errNoTime
}

func (a *app) showClock(state client.Object) {
	show := func(key, value string) {
		a.term.Printf("%s %s\n", a.term.Dim(fmt.Sprintf("%-12s", key)), value)
	}
	show("now", localTime(text(state["now"])))
	show("source", text(state["source"]))
	if text(state["source"]) == emulator.ClockDriven {
		show("offset", text(state["offset"]))
		show("scale", text(state["scale"]))
		show("frozen", text(state["frozen"]))
	}
}

// clockLine is the clock in one line, "" for the machine's.
func clockLine(state any) string {
	var clock emulator.ClockState
	text, err := json.Marshal(state)
	if err != nil || json.Unmarshal(text, &clock) != nil || !clock.Driven() {
		return ""
	}
	return driven(clock)
}

func driven(clock emulator.ClockState) string {
	offset := "+" + clock.Offset + " from the machine's"
	if strings.HasPrefix(clock.Offset, "-") {
		offset = offset[1:]
	}
	pace := ""
	switch {
	case clock.Frozen:
		pace = ", frozen"
	case clock.Scale != 1:
		pace = fmt.Sprintf(", %v times as fast", clock.Scale)
	}
	return clock.Now.Local().Format(clockLayout) + pace + " (" + offset + ")"
}

const clockLayout = "2006-01-02 15:04:05.000 -0700"

func localTime(text string) string {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text
	}
	return at.Local().Format(clockLayout)
}
