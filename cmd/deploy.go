package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/fcemu/fcemu/cmd/project"
	"github.com/fcemu/fcemu/emulator"
)

func newDeploy(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "deploy [FUNCTION…]",
		Short: "Deploy functions from s.yaml, or one function from flags",
		Example: `  fcemu deploy
  fcemu deploy -t s.yaml hello --watch
  fcemu deploy hello --runtime python3.10 --handler index.handler --code ./src --http`,
		RunE: func(c *cobra.Command, args []string) error { return a.deploy(c.Context(), c.Flags(), args) },
	}
	flags := c.Flags()
	flags.StringP("template", "t", "", "the s.yaml to deploy (default: the one in the working directory)")
	flags.Bool("watch", false, "stay, and deploy again when code or s.yaml changes")
	flags.Bool("dry-run", false, "only show what would be deployed")
	flags.BoolP("assume-yes", "y", false, "never ask (fcemu never does)")
	flags.String("runtime", "", "without s.yaml: the runtime id, e.g. python3.10, nodejs20, custom")
	flags.String("handler", "index.handler", "without s.yaml: the handler")
	flags.String("code", "", "without s.yaml: the code's folder, zip or file")
	flags.String("image", "", "without s.yaml, instead of --code: the image of a custom-container, a name or a path")
	flags.StringArray("env", nil, "without s.yaml: an environment variable, KEY=VALUE")
	flags.Int("timeout", 0, "without s.yaml: seconds")
	flags.Int("memory", 0, "without s.yaml: MB")
	flags.Bool("http", false, "without s.yaml: add an anonymous HTTP trigger")
	flags.Int("port", 0, "without s.yaml: the port that a custom runtime or container listens on")
	flags.StringArray("command", nil, "without s.yaml: the command of a custom runtime or container, one word each")
	for _, flag := range append(describing(), "runtime") {
		_ = flags.SetAnnotation(flag, noSetting, nil)
	}
	return c
}

func (a *app) deploy(ctx context.Context, flags *pflag.FlagSet, names []string) error {
	c := a.client()
	h := a.home(ctx, c)
	wanted, err := a.loadWanted(ctx, h, flags, names)
	if err != nil {
		return err
	}
	a.showNotices(wanted)
	if a.settings.GetBool("dry-run") {
		for _, function := range wanted.Functions {
			a.term.Printf("%s  %s  %s  %d trigger(s)\n", function.Name, function.Input.Runtime, function.CodePath, len(function.Triggers))
			for _, setting := range function.Settings {
				a.term.Printf("%s of %s\n", setting.Name, function.Name)
			}
		}
		for _, domain := range wanted.Domains {
			a.term.Printf("domain %s  %d route(s)\n", domain.Name, len(domain.Routes))
		}
		return nil
	}
	done := &deployment{home: h, project: wanted, only: names}
	for i := range wanted.Functions {
		if err := a.apply(ctx, c, done, &wanted.Functions[i]); err != nil {
			return err
		}
	}
	if err := a.applyDomains(ctx, c, done, wanted.Domains); err != nil {
		return err
	}
	if a.settings.GetBool("watch") {
		a.watch(ctx, c, done)
		return context.Cause(ctx)
	}
	return nil
}

// loadWanted reads the desired state from the flags or from s.yaml, narrowed to the names given.
func (a *app) loadWanted(ctx context.Context, h home, flags *pflag.FlagSet, names []string) (*project.Project, error) {
	if flags.Changed("runtime") {
		return wantedFromFlags(flags, names)
	}
	for _, flag := range describing() {
		if flags.Changed(flag) {
			return nil, usageError("--%s describes a function without s.yaml, which takes --runtime too", flag)
		}
	}
	file := a.projectFile()
	if file == "" {
		return nil, usageError("there is no s.yaml here; name one with -t, or describe the function with --runtime, --handler and --code")
	}
	return a.loadProject(ctx, h, file, names...)
}

// describing are the flags that describe a function. They are no settings: FCEMU_PORT is the
// emulator's.
func describing() []string {
	return []string{"handler", "code", "image", "env", "timeout", "memory", "http", "port", "command"}
}

// commandLine stands for the project file where there is none.
const commandLine = "the command line"

// loadProject reads the project file; names, where there are any, select functions.
func (a *app) loadProject(ctx context.Context, h home, file string, names ...string) (*project.Project, error) {
	loaded, err := project.Load(ctx, file, project.Options{AccountID: h.account, Region: h.region, Endpoint: h.endpoint, Select: names})
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return loaded, nil
}

// wantedFromFlags describes one function without an s.yaml.
func wantedFromFlags(flags *pflag.FlagSet, names []string) (*project.Project, error) {
	s := viper.New()
	if err := s.BindPFlags(flags); err != nil {
		return nil, err
	}
	if err := checkDescription(s, flags, names); err != nil {
		return nil, err
	}
	environment, err := readPairs(s.GetStringSlice("env"))
	if err != nil {
		return nil, err
	}
	function := project.Function{Name: emulator.ParseName(names[0]), CodePath: s.GetString("code"), Input: project.Input{
		Runtime: s.GetString("runtime"), Handler: s.GetString("handler"), Timeout: s.GetInt("timeout"),
		MemorySize: s.GetInt("memory"), EnvironmentVariables: environment,
	}}
	if image := s.GetString("image"); image != "" {
		function.UseImage(image, s.GetStringSlice("command"), s.GetInt("port"))
	} else if command, port := s.GetStringSlice("command"), s.GetInt("port"); len(command) > 0 || port != 0 {
		function.Input.CustomRuntimeConfig = &emulator.CustomRuntime{Command: command, Port: port}
	}
	if s.GetBool("http") {
		function.Triggers = []emulator.Trigger{{TriggerName: "http", TriggerType: emulator.TriggerHTTP,
			TriggerConfig: []byte(`{"authType":"anonymous","methods":["GET","POST","PUT","DELETE","HEAD","PATCH","OPTIONS"]}`)}}
	}
	return &project.Project{File: commandLine, Functions: []project.Function{function}}, nil
}

// checkDescription refuses flags that are missing, or would have no effect together.
func checkDescription(s *viper.Viper, flags *pflag.FlagSet, names []string) error {
	fn := emulator.Function{Runtime: s.GetString("runtime")}
	switch {
	case len(names) != 1:
		return usageError("with --runtime, name exactly one function")
	case flags.Changed("template"):
		return usageError("-t deploys an s.yaml, --runtime describes a function without one: choose one of them")
	case s.GetString("code") == "" && s.GetString("image") == "":
		return usageError("--code is missing: the folder, zip or file of %s", names[0])
	case s.GetString("code") != "" && s.GetString("image") != "":
		return usageError("--code and --image exclude each other")
	case !fn.Custom() && (flags.Changed("port") || flags.Changed("command")):
		return usageError("--port and --command are for custom runtimes and containers, not for %s", fn.Runtime)
	}
	for _, flag := range []string{"timeout", "memory", "port"} {
		if n := s.GetInt(flag); flags.Changed(flag) && n <= 0 {
			return usageError("--%s %d: use a number above 0", flag, n)
		}
	}
	return nil
}

func readPairs(pairs []string) (map[string]string, error) {
	values := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := cutPair(pair)
		if !ok {
			return nil, usageError("--env %q: write KEY=VALUE", pair)
		}
		values[key] = value
	}
	return values, nil
}

func (a *app) showNotices(wanted *project.Project) {
	for _, notice := range wanted.Notices {
		a.notice(fmt.Sprint(notice))
	}
}

func since(start time.Time) string {
	return fmt.Sprintf("%d ms", time.Since(start).Milliseconds())
}
