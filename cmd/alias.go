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
		Use:     "set FUNCTION|SERVICE ALIAS VERSION",
		Aliases: []string{"create", "update"},
		Short:   "Create an alias or point it at another version",
		Example: `  fcemu alias set hello prod 1
  fcemu alias set hello prod 1 --weight 2=0.1    # one call in ten goes to version 2
  fcemu alias set shop live 1 --weight 2 --route 'Header x-test-uid = 11111'    # FC 2.0: what the request holds decides`,
		Args: cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			return a.setAlias(c.Context(), c.Flags().Changed("description"), args)
		},
	})
	c.Flags().String("weight", "", "VERSION=SHARE: another version gets this share of the calls, 0 to 1; without it no other version gets any")
	c.Flags().StringArray("route", nil, "FC 2.0: 'Header|Cookie|Param KEY OPERATOR VALUE': requests that match go to the version of --weight, whose share does not count then")
	c.Flags().String("route-condition", "AND", "with several --route: AND (all have to match) or OR (one is enough)")
	c.Flags().String("description", "", "what the alias is for (default: as it was)")
	return c
}

func (a *app) setAlias(ctx context.Context, described bool, args []string) error {
	input, err := a.aliasInput(args[2])
	if err != nil {
		return err
	}
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

// aliasInput says all about the choice of a version, so that nothing of an older one stays.
func (a *app) aliasInput(version string) (client.Object, error) {
	weight := a.settings.GetString("weight")
	policy, err := readPolicy(a.settings.GetStringSlice("route"), a.settings.GetString("route-condition"))
	switch {
	case err != nil:
		return nil, err
	case policy != nil && weight == "":
		return nil, usageError("--route needs --weight VERSION: the version that requests which match go to")
	case policy != nil && !strings.Contains(weight, "="):
		weight += "=1"
	}
	weights, err := readWeight(weight)
	if err != nil {
		return nil, err
	}
	input := client.Object{"versionId": version, "additionalVersionWeight": weights, "resolvePolicy": emulator.ResolveRandom}
	if policy != nil {
		input["resolvePolicy"], input["routePolicy"] = emulator.ResolveContent, policy
	}
	return input, nil
}

// readPolicy reads conditions, each TYPE KEY OPERATOR VALUE; nil is none.
func readPolicy(routes []string, condition string) (*emulator.RoutePolicy, error) {
	if len(routes) == 0 {
		return nil, nil
	}
	policy := &emulator.RoutePolicy{Condition: condition}
	for _, route := range routes {
		words := strings.SplitN(route, " ", 4)
		if len(words) < 4 {
			return nil, usageError("--route %q: use 'Header|Cookie|Param KEY OPERATOR VALUE', such as 'Header x-test-uid = 11111'", route)
		}
		policy.PolicyItems = append(policy.PolicyItems, emulator.PolicyItem{Type: words[0], Key: words[1], Operator: words[2], Value: words[3]})
	}
	if err := policy.Check(); err != nil {
		return nil, err
	}
	return policy, nil
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

// weightText shows the additional version with its share or with what it takes instead, as --weight and
// --route take it.
func weightText(alias client.Object) string {
	weights, _ := alias["additionalVersionWeight"].(map[string]any)
	content := alias["resolvePolicy"] == emulator.ResolveContent
	var list []string
	for version, weight := range weights {
		if content {
			return version + " if " + routeText(alias)
		}
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

func routeText(alias client.Object) string {
	policy, _ := alias["routePolicy"].(map[string]any)
	items, _ := policy["policyItems"].([]any)
	var list []string
	for _, one := range items {
		item, _ := one.(map[string]any)
		list = append(list, strings.Join([]string{text(item["type"]), text(item["key"]), text(item["operator"]), text(item["value"])}, " "))
	}
	return strings.Join(list, " "+text(policy["condition"])+" ")
}
