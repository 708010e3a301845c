package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newDestination(a *app) *cobra.Command {
	c := &cobra.Command{Use: "destination", Aliases: []string{"destinations"}, Short: "List destinations, and read the outcomes that reached the inbox",
		Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newDestinationList(a), newDestinationInbox(a))
	return c
}

func newDestinationList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list", Aliases: []string{"ls"}, Short: "List which destinations are configured by which function",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			rows, err := a.client().Destinations(c.Context())
			if err != nil {
				return err
			}
			return a.printList(rows, []column{
				{"FUNCTION", field("functionName")}, {"QUALIFIER", field("qualifier")}, {"ON", field("condition")},
				{"DESTINATION", field("destination")}, {"KIND", field("kind")}, {"GOES TO", field("delivery")},
			})
		}})
}

func newDestinationInbox(a *app) *cobra.Command {
	c := &cobra.Command{Use: "inbox", Short: "Show the outcomes for queues, topics and buses that have no local service", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.showInbox(c.Context()) }}
	flags := c.Flags()
	flags.BoolP("follow", "f", false, "go on as outcomes arrive")
	flags.String("destination", "", "only those for this ARN")
	flags.String("function", "", "only those of this function")
	flags.Int("tail", 100, "the last ones; 0 = all")
	flags.StringP("output", "o", "text", "text, json or jsonl")
	return c
}

func (a *app) showInbox(ctx context.Context) error {
	s := a.settings
	filter := client.InboxFilter{Destination: s.GetString("destination"), Function: s.GetString("function"),
		Tail: s.GetInt("tail"), Follow: s.GetBool("follow")}
	if filter.Tail < 0 {
		return usageError("--tail %d: use 0 (all) or more", filter.Tail)
	}
	if filter.Follow {
		a.term.Follow()
	}
	switch format := s.GetString("output"); format {
	case "text":
		return a.eachMessage(ctx, filter, a.printMessage)
	case "jsonl":
		encoder := json.NewEncoder(a.term.Out)
		encoder.SetEscapeHTML(false)
		return a.eachMessage(ctx, filter, func(message emulator.InboxMessage) error { return encoder.Encode(message) })
	case "json":
		if filter.Follow {
			return usageError("-o json shows one list, which --follow never ends; use -o jsonl")
		}
		list := []emulator.InboxMessage{}
		err := a.eachMessage(ctx, filter, func(message emulator.InboxMessage) error {
			list = append(list, message)
			return nil
		})
		if err != nil {
			return err
		}
		return a.printJSON(list)
	default:
		return usageError("output %q is not known; use text, json or jsonl", format)
	}
}

// eachMessage shows what the filter selects; when the connection breaks while following, it resumes
// behind the last message.
func (a *app) eachMessage(ctx context.Context, filter client.InboxFilter, show func(emulator.InboxMessage) error) error {
	const pause = 500 * time.Millisecond // between attempts to find the emulator again
	reached := false
	for {
		var lost *client.UnreachableError
		for message, err := range a.client().Inbox(ctx, filter) {
			if err != nil {
				if errors.As(err, &lost) && filter.Follow && reached {
					break
				}
				return err
			}
			filter.After, filter.Tail, reached = message.Sequence, 0, true
			if err := show(message); err != nil {
				return err
			}
		}
		if !filter.Follow || !reached {
			return context.Cause(ctx)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

func (a *app) printMessage(message emulator.InboxMessage) error {
	a.term.Printf("%s %s %s %s\n  %s\n", a.term.Dim(sourced(time.UnixMilli(message.ReceivedTime).Format("15:04:05.000"), message.Clock)),
		a.term.Accent(message.FunctionName), a.term.Dim("→"), a.term.SafeOut(message.Destination), a.term.SafeOut(string(message.Body)))
	return nil
}
