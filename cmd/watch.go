package cmd

import (
	"context"
	"slices"

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
	a.term.Notef("%s\n", a.term.Dim("watching for changes"))
	for ctx.Err() == nil {
		if err := a.watchOnce(ctx, c, done); err != nil && ctx.Err() == nil {
			a.term.Notef("%s %s\n", a.term.Bad("no longer watching:"), err)
			return
		}
	}
}

// watchOnce watches until s.yaml itself changes, since that may name other folders to watch.
func (a *app) watchOnce(ctx context.Context, c *client.Client, done *deployment) error {
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	changes, err := project.Watch(watching, done.project)
	if err != nil {
		return err
	}
	// What was edited before the watch began is deployed now.
	a.complain(ctx, done, a.follow(ctx, c, done, project.Change{Project: true}))
	for change := range changes {
		if change.Err != nil {
			return change.Err
		}
		a.complain(ctx, done, a.follow(ctx, c, done, change))
		if change.Project {
			return nil
		}
	}
	return context.Cause(ctx)
}

// complain tells what could not be deployed, once.
func (a *app) complain(ctx context.Context, done *deployment, err error) {
	text := ""
	if err != nil && ctx.Err() == nil {
		text = err.Error()
	}
	if text != "" && text != done.complaint {
		a.term.Notef("%s %s\n", a.term.Bad("not deployed:"), text)
	}
	done.complaint = text
}

// follow applies one change: of code, or of s.yaml itself.
func (a *app) follow(ctx context.Context, c *client.Client, done *deployment, change project.Change) error {
	if change.Project && done.project.File != commandLine {
		loaded, err := a.loadProject(ctx, done.home, done.project.File, done.only...)
		if err != nil {
			return err
		}
		if !slices.Equal(loaded.Notices, done.project.Notices) {
			a.showNotices(loaded)
		}
		*done.project = *loaded
	}
	for i := range done.project.Functions {
		wanted := &done.project.Functions[i]
		if !change.Project && !slices.Contains(change.Functions, wanted.Name) {
			continue
		}
		if err := a.apply(ctx, c, done, wanted); err != nil {
			return err
		}
	}
	return a.applyDomains(ctx, c, done, done.project.Domains)
}
