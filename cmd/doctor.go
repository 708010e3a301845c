package cmd

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
)

func newDoctor(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{Use: "doctor", Short: "Show which interpreters and sources of images are here and what this machine can promise", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.doctor(c.Context()) }})
	c.Flags().String("isolation", "auto", "auto, full, ports or none")
	return c
}

func (a *app) doctor(ctx context.Context) error {
	report, err := daemon.Examine(ctx, daemon.Options{
		Isolation: a.settings.GetString("isolation"), Interpreters: a.settings.GetStringMapString("interpreters"), DataDir: os.TempDir()})
	if err != nil {
		return err
	}
	return a.printObject(report.Object(), func(client.Object) { a.showReport(report) })
}

func (a *app) showReport(report *daemon.Report) {
	t := a.term
	t.Printf("%s\n", t.Bold("Interpreters"))
	for _, found := range report.Interpreters {
		if found.Path == "" {
			t.Printf("  %s %-8s %s\n", t.Warn("–"), found.Language, "not found; install it to run "+strings.Join(found.Runtimes, ", "))
			continue
		}
		t.Printf("  %s %-8s %-10s %s\n", t.Good("✓"), found.Language, found.Version, t.Dim(found.Path))
	}
	t.Printf("%s\n", t.Bold("Sources of images, beside files"))
	for _, tool := range report.Images {
		if tool.Lack != "" {
			t.Printf("  %s %-8s %s\n", t.Warn("–"), tool.Name, tool.Lack)
			continue
		}
		t.Printf("  %s %-8s %s\n", t.Good("✓"), tool.Name, t.Dim(tool.Path))
	}
	t.Printf("%s\n", t.Bold("Instances"))
	for _, row := range report.Promises() {
		mark := t.Good("✓")
		if row.Lack != "" {
			mark = t.Warn("–")
		}
		t.Printf("  %s %-8s %s\n", mark, row.Name, fmt.Sprint(row.Text()))
	}
	if profile := report.Profile(); profile != "" {
		t.Printf("%s\n%s", t.Bold("Save this as /etc/apparmor.d/fcemu, then run: sudo apparmor_parser -r /etc/apparmor.d/fcemu"), profile)
	}
}
