package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func newWait(a *app) *cobra.Command {
	c := &cobra.Command{Use: "wait", Short: "Wait until the emulator is ready", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.wait(c.Context()) }}
	c.Flags().Duration("timeout", 30*time.Second, "give up after this time (exit 124)")
	return c
}

func (a *app) wait(ctx context.Context) error {
	limit := a.settings.GetDuration("timeout")
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer a.busy("waiting for " + a.client().Endpoint())()
	err := poll(ctx, func() bool {
		health, err := a.client().Health(ctx) // the address file may appear meanwhile
		return err == nil && health["status"] == "ready"
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return &exitError{exitWait, fmt.Errorf("the emulator at %s is not ready after %s; is 'fcemu start' running?", a.client().Endpoint(), limit)}
	}
	return err
}
