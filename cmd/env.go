package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator/signature"
)

func newEnv(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "env",
		Short: "Print the variables that make SDKs and tools talk to the emulator",
		Example: `  eval "$(fcemu env)"
  fcemu env --shell dotenv > .env.local`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.printEnv(c.Context()) },
	}
	c.Flags().String("shell", "bash", "bash, fish, powershell or dotenv")
	return c
}

// clientEnv is what real SDKs and tools read. The key is a dummy where the user has configured none:
// the emulator accepts any.
func clientEnv(h home, key signature.Key) [][2]string {
	host := strings.TrimPrefix(h.endpoint, "http://")
	list := [][2]string{
		{"FCEMU_ENDPOINT", h.endpoint},
		{"FC_ENDPOINT", host},
		{"ALIBABA_CLOUD_ENDPOINT_FC", host},
		{"FC_CLIENT_CUSTOM_ENDPOINT", h.endpoint}, // Serverless Devs: functions, and uploads of code
		{"FC_CODE_TEMP_OSS_ENDPOINT", h.endpoint},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", key.ID},
		{"ALIBABA_CLOUD_ACCESS_KEY_SECRET", key.Secret},
		{"ALIBABA_CLOUD_ACCOUNT_ID", h.account},
		{"ALIBABA_CLOUD_REGION", h.region},
	}
	if key.Token != "" {
		list = append(list, [2]string{"ALIBABA_CLOUD_SECURITY_TOKEN", key.Token})
	}
	return list
}

func (a *app) printEnv(ctx context.Context) error {
	format := map[string]string{
		"bash": "export %s='%s'\n", "zsh": "export %s='%s'\n", "fish": "set -gx %s '%s'\n",
		"powershell": "$Env:%s = '%s'\n", "dotenv": "%s=%s\n",
	}[a.settings.GetString("shell")]
	if format == "" {
		return usageError("--shell %q is not known; use bash, fish, powershell or dotenv", a.settings.GetString("shell"))
	}
	c := a.client()
	if !c.Found() { // in the folder that --data-dir names
		_, err := c.Health(ctx)
		return err
	}
	for _, pair := range clientEnv(a.home(ctx, c), a.keys[0]) {
		a.term.Printf(format, pair[0], pair[1])
	}
	return nil
}
