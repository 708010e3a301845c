package cmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/project"
	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/emulator/control"
)

func newLayer(a *app) *cobra.Command {
	c := &cobra.Command{Use: "layer", Short: "Publish, list, show and delete layers", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newLayerPublish(a), newLayerList(a), newLayerGet(a), newLayerDelete(a))
	return c
}

func newLayerPublish(a *app) *cobra.Command {
	c := withOutput(&cobra.Command{
		Use:   "publish NAME|ARN",
		Short: "Publish the files of a folder or zip as a version of a layer, and print its ARN",
		Long: "Publish the files of a folder or zip as a version of a layer, and print its ARN. They lie under /opt of the\n" +
			"functions that name it. With the ARN of a layer in the cloud, such as one of the cloud's own, the files stand\n" +
			"for that very version.",
		Example: `  fcemu layer publish tools --code ./tools
  fcemu layer publish acs:fc:cn-hangzhou:official:layers/Python3-Flask2x/versions/2 --code flask.zip`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.publishLayer(c.Context(), args[0]) },
	})
	c.Flags().String("code", "", "the folder, zip or file")
	c.Flags().StringSlice("compatible-runtime", nil, "a runtime that it is made for (default: any)")
	c.Flags().String("description", "", "what is in it")
	return c
}

func (a *app) publishLayer(ctx context.Context, which string) error {
	name, version, arn := emulator.ParseLayerARN(which)
	if !arn {
		name = which
	}
	code := a.settings.GetString("code")
	if code == "" {
		return usageError("--code is missing: the folder, zip or file of %s", name)
	}
	zip, err := project.Zip(ctx, code)
	if err != nil {
		return usageError("%w", err)
	}
	runtimes := a.settings.GetStringSlice("compatible-runtime")
	if len(runtimes) == 0 {
		runtimes = control.Runtimes()
	}
	layer, err := a.client().PublishLayer(ctx, name, version, client.Object{"code": client.Object{"zipFile": zip},
		"compatibleRuntime": runtimes, "description": a.settings.GetString("description")})
	if err != nil {
		return err
	}
	return a.printObject(layer, func(client.Object) { a.term.Printf("%s\n", text(layer["layerVersionArn"])) })
}

func newLayerList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list [NAME]", Aliases: []string{"ls"}, Short: "List layers by their newest version, or the versions of one",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			list := a.client().Layers
			if len(args) == 1 {
				list = func(ctx context.Context) ([]client.Object, error) { return a.client().LayerVersions(ctx, args[0]) }
			}
			rows, err := list(c.Context())
			if err != nil {
				return err
			}
			return a.printList(rows, []column{
				{"LAYER", field("layerName")}, {"VERSION", field("version")}, {"BYTES", field("codeSize")}, {"CREATED", field("createTime")},
				{"ARN", field("layerVersionArn")}, {"DESCRIPTION", field("description")},
			})
		}})
}

func newLayerGet(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "get NAME VERSION|ARN", Short: "Show one version of a layer", Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			name, versions, err := readLayers(args)
			if err != nil {
				return err
			}
			layer, err := a.client().Layer(c.Context(), name, versions[0])
			if err != nil {
				return err
			}
			return a.printObject(layer, func(client.Object) { _ = a.printJSON(layer) })
		}})
}

func newLayerDelete(a *app) *cobra.Command {
	return &cobra.Command{Use: "delete NAME VERSION…|ARN", Aliases: []string{"rm"}, Short: "Delete versions of a layer", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name, versions, err := readLayers(args)
			if err != nil {
				return err
			}
			for _, version := range versions {
				if err := a.client().DeleteLayer(c.Context(), name, version); err != nil {
					return err
				}
				a.term.Notef("deleted version %d of layer %s\n", version, name)
			}
			return nil
		}}
}

// readLayers reads a name and versions, or an ARN that says both.
func readLayers(args []string) (name string, versions []int, err error) {
	if name, version, ok := emulator.ParseLayerARN(args[0]); ok && len(args) == 1 {
		return name, []int{version}, nil
	}
	for _, arg := range args[1:] {
		version, err := strconv.Atoi(arg)
		if err != nil || version < 1 {
			return "", nil, usageError("version %q: use a number from 1; 'fcemu layer list %s' shows them", arg, args[0])
		}
		versions = append(versions, version)
	}
	if len(versions) == 0 {
		return "", nil, usageError("layer %s: name a version too; 'fcemu layer list %s' shows them", args[0], args[0])
	}
	return args[0], versions, nil
}

// noticeLayers tells which layers of a function are not here, and how to get them here. An image has none.
func (a *app) noticeLayers(ctx context.Context, c *client.Client, wanted *project.Function) error {
	if wanted.Input.Runtime == emulator.ContainerRuntime {
		return nil
	}
	for _, arn := range wanted.Input.Layers {
		here, err := c.HasLayer(ctx, arn)
		if err != nil {
			return err
		}
		if here {
			continue
		}
		why := "is not here"
		if strings.Contains(arn, ":official:") {
			why = "is one of the cloud's own, which cannot be fetched"
		}
		a.notice(fmt.Sprintf("%s runs without the layer %s: it %s; get its files and publish them: fcemu layer publish %s --code FOLDER|ZIP", wanted.Name, arn, why, quoted(arn)))
	}
	return nil
}
