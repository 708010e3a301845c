package cmd

import (
	"context"

	"github.com/fcemu/fcemu/cmd/project"
	"github.com/fcemu/fcemu/emulator/client"
)

// watch deploys again whatever changed, until ctx ends. What fails is told, and the last good state
// keeps running.
func (a *app) watch(ctx context.Context, c *client.Client, done *deployment) {
	if done.project == nil {
		a.notice("--watch has nothing to watch: there is no s.yaml")
		return
	}
	changes, err := project.Watch(ctx, done.project)
	if err != nil {
		a.notice("--watch: " + err.Error())
		return
	}
	a.term.Notef("%s\n", a.term.Dim("watching for changes"))
	for change := range changes {
		if err := a.follow(ctx, c, done, change); err != nil && ctx.Err() == nil {
			a.term.Notef("%s %s\n", a.term.Bad("not deployed:"), err)
		}
	}
}

// follow applies one change: of code, or of s.yaml itself.
func (a *app) follow(ctx context.Context, c *client.Client, done *deployment, change project.Change) error {
	if change.Project {
		loaded, err := a.loadProject(ctx, done.project.File)
		if err != nil {
			return err
		}
		if err := narrow(loaded, done.only); len(done.only) > 0 && err != nil {
			return err
		}
		a.showNotices(loaded)
		*done.project = *loaded
	}
	for i := range done.project.Functions {
		wanted := &done.project.Functions[i]
		if !change.Project && !change.Touches(wanted.Name) {
			continue
		}
		if err := a.apply(ctx, c, done, wanted); err != nil {
			return err
		}
	}
	return nil
}
