package cmd

import (
	"cmp"
	"context"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
)

// home is what project files and clients are told of the emulator that they are for.
type home struct{ endpoint, account, region string }

// homeOf is that of an emulator in this process.
func homeOf(d *daemon.Daemon) home {
	account, region := d.Names()
	return home{d.Endpoint, account, region}
}

// home asks the emulator; where none answers, it is what one has that is started without flags.
func (a *app) home(ctx context.Context, c *client.Client) home {
	health, _ := c.Health(ctx)
	return home{c.Endpoint(), cmp.Or(text(health["accountId"]), daemon.DefaultAccount), cmp.Or(text(health["region"]), daemon.DefaultRegion)}
}
