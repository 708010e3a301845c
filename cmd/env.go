package cmd

import (
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
		RunE: func(*cobra.Command, []string) error { return a.printEnv() },
	}
	c.Flags().String("shell", "bash", "bash, fish, powershell or dotenv")
	return c
}

// clientEnv is what real SDKs and tools read. The key is a dummy where the user has configured none:
// the emulator accepts any.
func clientEnv(endpoint string, key signature.Key) [][2]string {
	host := strings.TrimPrefix(endpoint, "http://")
	list := [][2]string{
		{"FCEMU_ENDPOINT", endpoint},
		{"FC_ENDPOINT", host},
		{"ALIBABA_CLOUD_ENDPOINT_FC", host},
		{"FC_CLIENT_CUSTOM_ENDPOINT", endpoint}, // Serverless Devs: functions, and uploads of code
		{"FC_CODE_TEMP_OSS_ENDPOINT", endpoint},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", key.ID},
		{"ALIBABA_CLOUD_ACCESS_KEY_SECRET", key.Secret},
		{"ALIBABA_CLOUD_ACCOUNT_ID", defaultAccount},
		{"ALIBABA_CLOUD_REGION", defaultRegion},
	}
	if key.Token != "" {
		list = append(list, [2]string{"ALIBABA_CLOUD_SECURITY_TOKEN", key.Token})
	}
	return list
}

func (a *app) printEnv() error {
	format := map[string]string{
		"bash": "export %s='%s'\n", "zsh": "export %s='%s'\n", "fish": "set -gx %s '%s'\n",
		"powershell": "$Env:%s = '%s'\n", "dotenv": "%s=%s\n",
	}[a.settings.GetString("shell")]
	if format == "" {
		return usageError("--shell %q is not known; use bash, fish, powershell or dotenv", a.settings.GetString("shell"))
	}
	for _, pair := range clientEnv(a.client().Endpoint(), a.keys[0]) {
		a.term.Printf(format, pair[0], pair[1])
	}
	return nil
}
