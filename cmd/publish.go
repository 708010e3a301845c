package cmd

import (
	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newVersionPublish(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{
		Use:   "publish FUNCTION|SERVICE",
		Short: "Publish the code and configuration of now as a version, and print its number",
		Long: "Publish the code and configuration of now as a version, which never changes, and print its number.\n" +
			"In FC 3.0 a function has versions; in FC 2.0 a service has, with all its functions in it.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			version, err := a.client().PublishVersion(c.Context(), emulator.ParseName(args[0]), a.settings.GetString("description"))
			if err != nil {
				return err
			}
			return a.printObject(version, func(client.Object) { a.term.Printf("%s\n", text(version["versionId"])) })
		}})
	c.Flags().String("description", "", "what is new in it")
	return c
}

func newVersionList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list FUNCTION|SERVICE", Aliases: []string{"ls"}, Short: "List published versions, newest first",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			rows, err := a.client().Versions(c.Context(), emulator.ParseName(args[0]))
			if err != nil {
				return err
			}
			return a.printList(rows, []column{
				{"VERSION", field("versionId")}, {"CREATED", field("createdTime")}, {"DESCRIPTION", field("description")},
			})
		}})
}

func newVersionDelete(a *app) *cobra.Command {
	return &cobra.Command{Use: "delete FUNCTION|SERVICE VERSION…", Aliases: []string{"rm"}, Short: "Delete versions that no alias names",
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.each(args[1:], func(version string) error {
				err := a.client().DeleteVersion(c.Context(), emulator.ParseName(args[0]), version)
				if err == nil {
					a.term.Notef("deleted version %s of %s\n", version, args[0])
				}
				return err
			})
		}}
}
