package cmd

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

func newAlias(a *app) *cobra.Command {
	c := &cobra.Command{Use: "alias", Short: "List, show, set and delete aliases of versions", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newAliasList(a), newAliasGet(a), newAliasSet(a), newAliasDelete(a))
	return c
}

func newAliasList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list FUNCTION|SERVICE", Aliases: []string{"ls"}, Short: "List aliases", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			rows, err := a.client().Aliases(c.Context(), emulator.ParseName(args[0]))
			if err != nil {
				return err
			}
			return a.printList(rows, aliasColumns())
		}})
}

func newAliasGet(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "get FUNCTION|SERVICE/ALIAS", Short: "Show one alias", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			of, name, err := splitAlias(args[0])
			if err != nil {
				return err
			}
			alias, err := a.client().Alias(c.Context(), of, name)
			if err != nil {
				return err
			}
			return a.printObject(alias, func(client.Object) { a.printTable([]client.Object{alias}, aliasColumns()) })
		}})
}

func newAliasSet(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{
		Use:   "set FUNCTION|SERVICE ALIAS VERSION",
		Short: "Create an alias or point it at another version",
		Example: `  fcemu alias set hello prod 1
  fcemu alias set hello prod 1 --weight 2=0.1    # one call in ten goes to version 2`,
		Args: cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			return a.setAlias(c.Context(), c.Flags().Changed("description"), args)
		},
	})
	c.Flags().String("weight", "", "VERSION=SHARE: another version gets this share of the calls, 0 to 1; without it no other version gets any")
	c.Flags().String("description", "", "what the alias is for (default: as it was)")
	return c
}

func (a *app) setAlias(ctx context.Context, described bool, args []string) error {
	weights, err := readWeight(a.settings.GetString("weight"))
	if err != nil {
		return err
	}
	input := client.Object{"versionId": args[2], "additionalVersionWeight": weights}
	if described {
		input["description"] = a.settings.GetString("description")
	}
	alias, err := a.client().PutAlias(ctx, emulator.ParseName(args[0]), args[1], input)
	if err != nil {
		return err
	}
	return a.printObject(alias, func(client.Object) {
		a.term.Notef("alias %s of %s: version %s%s\n", args[1], args[0], text(alias["versionId"]), prefixed(", ", weightText(alias)))
	})
}

// readWeight reads VERSION=SHARE; nothing is no other version.
func readWeight(value string) (map[string]float64, error) {
	weights := map[string]float64{}
	if value == "" {
		return weights, nil
	}
	version, share, _ := strings.Cut(value, "=")
	weight, err := strconv.ParseFloat(share, 64)
	if version == "" || err != nil || !(weight >= 0 && weight <= 1) {
		return nil, usageError("--weight %q: use VERSION=SHARE with a share of 0 to 1, such as 2=0.1", value)
	}
	weights[version] = weight
	return weights, nil
}

func newAliasDelete(a *app) *cobra.Command {
	return &cobra.Command{Use: "delete FUNCTION|SERVICE/ALIAS…", Aliases: []string{"rm"}, Short: "Delete aliases; their versions stay", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.each(args, func(arg string) error {
				of, name, err := splitAlias(arg)
				if err != nil {
					return err
				}
				if err = a.client().DeleteAlias(c.Context(), of, name); err == nil {
					a.term.Notef("deleted alias %s\n", arg)
				}
				return err
			})
		}}
}

// splitAlias reads function/alias, service/alias or service/function/alias.
func splitAlias(arg string) (emulator.Name, string, error) {
	i := strings.LastIndex(arg, "/")
	if i <= 0 || i == len(arg)-1 {
		return emulator.Name{}, "", usageError("alias %q: use FUNCTION/ALIAS, such as hello/prod", arg)
	}
	return emulator.ParseName(arg[:i]), arg[i+1:], nil
}

func aliasColumns() []column {
	return []column{
		{"ALIAS", field("aliasName")}, {"VERSION", field("versionId")}, {"WEIGHT", weightText},
		{"MODIFIED", field("lastModifiedTime")}, {"DESCRIPTION", field("description")},
	}
}

// weightText shows the additional version and its share, as --weight takes it.
func weightText(alias client.Object) string {
	weights, _ := alias["additionalVersionWeight"].(map[string]any)
	var list []string
	for version, weight := range weights {
		list = append(list, fmt.Sprintf("%s=%s", version, text(weight)))
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func prefixed(prefix, value string) string {
	if value == "" {
		return ""
	}
	return prefix + value
}
