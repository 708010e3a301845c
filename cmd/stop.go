package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
)

func newStop(a *app) *cobra.Command {
	return &cobra.Command{Use: "stop", Short: "Stop the running emulator", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.stop(c.Context()) }}
}

// stop returns when the emulator no longer answers and has let go of its data folder, so that the
// next one can start.
func (a *app) stop(ctx context.Context) error {
	c := a.client()
	health, err := c.Health(ctx)
	if err != nil {
		return err
	}
	if err := c.Stop(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	err = poll(ctx, func() bool {
		_, err := c.Health(ctx)
		var gone *client.UnreachableError
		return errors.As(err, &gone) && !daemon.InUse(text(health["dataDir"]))
	})
	if err != nil {
		return fmt.Errorf("the emulator at %s is still there after 15 s; see its terminal", c.Endpoint())
	}
	a.term.Notef("stopped %s\n", c.Endpoint())
	return nil
}

// poll looks every 20 ms until ok or ctx ends.
func poll(ctx context.Context, ok func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}
