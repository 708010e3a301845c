package cmd

import (
	goruntime "runtime"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator/client"
)

func newVersion(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{Use: "version", Short: "Print the version of fcemu; publish, list and delete those of functions", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			object := client.Object{"version": a.version, "go": goruntime.Version(), "platform": goruntime.GOOS + "/" + goruntime.GOARCH}
			return a.printObject(object, func(client.Object) { a.term.Printf("fcemu %s (%s, %s)\n", a.version, object["go"], object["platform"]) })
		}})
	c.AddCommand(newVersionPublish(a), newVersionList(a), newVersionDelete(a))
	return c
}
