package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
)

func newRuntime(a *app) *cobra.Command {
	c := &cobra.Command{Use: "runtime", Aliases: []string{"runtimes"}, Short: "Fetch the libraries that the cloud's runtimes have on board",
		Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newRuntimeList(a), newRuntimeInstall(a))
	return c
}

func newRuntimeList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list", Aliases: []string{"ls"}, Short: "List these libraries, and which of them are fetched",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			sets, err := a.librarySets()
			if err != nil {
				return err
			}
			return a.printList(libraryRows(sets), []column{
				{"RUNTIME", field("runtime")}, {"LIBRARY", field("library")}, {"IN THE CLOUD", field("version")},
				{"FETCHED", field("installed")}, {"FOLDER", field("folder")},
			})
		}})
}

func newRuntimeInstall(a *app) *cobra.Command {
	return &cobra.Command{Use: "install nodejs|python|php|RUNTIME", Short: "Fetch them with npm, pip or composer into the user's cache, for functions that do not ship them",
		Long: "Fetches the libraries that the cloud's runtime has on board with npm, pip or composer into the user's cache.\n" +
			"Functions find them behind their own code and layers. Nothing else is changed. python stands for every\n" +
			"Python on this machine that runs functions, python3.10 for one.",
		Args: cobra.ExactArgs(1), ValidArgs: []string{"nodejs", "python", "php"},
		RunE: func(c *cobra.Command, args []string) error {
			sets, err := a.librarySets()
			if err != nil {
				return err
			}
			wanted := slices.DeleteFunc(sets, func(set daemon.LibrarySet) bool { return !set.Serves(args[0]) })
			switch {
			case len(wanted) > 0:
				return a.installLibraries(c.Context(), wanted)
			case strings.HasPrefix(args[0], "nodejs"), strings.HasPrefix(args[0], "python"), strings.HasPrefix(args[0], "php"):
				return &exitError{exitNotFound, fmt.Errorf("this machine has no interpreter for %s: install one first; 'fcemu doctor' lists what is there", args[0])}
			}
			return usageError("runtime %q has no libraries to fetch; use nodejs, python or php", args[0])
		}}
}

// installLibraries goes on where one set fails: another interpreter may have what it needs.
func (a *app) installLibraries(ctx context.Context, sets []daemon.LibrarySet) error {
	var failed error
	for _, set := range sets {
		if err := set.Install(ctx, a.term.Err); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			failed = errors.Join(failed, err)
			continue
		}
		a.term.Notef("%s %d libraries for %s %s in %s, for new instances\n", a.term.Good("✓"), len(set.Libraries),
			set.Interpreter.Language, set.Interpreter.Version, set.Folder)
	}
	return failed
}

func (a *app) librarySets() ([]daemon.LibrarySet, error) {
	return daemon.LibrarySets(daemon.Options{Interpreters: a.settings.GetStringMapString("interpreters")})
}

func libraryRows(sets []daemon.LibrarySet) []client.Object {
	var rows []client.Object
	for _, set := range sets {
		for _, library := range set.Libraries {
			installed := library.Installed(set.Interpreter.Language, set.Folder)
			if installed == "" {
				installed = "no"
			}
			rows = append(rows, client.Object{
				"runtime": set.Interpreter.Language + " " + set.Interpreter.Version, "library": library.Package,
				"version": library.Version, "installed": installed, "folder": set.Folder,
			})
		}
	}
	return rows
}
