package v20230330

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// AsyncConfig is an asynchronous configuration as the API shows it. What is nil was never set.
type AsyncConfig struct {
	FunctionArn      string `json:"functionArn"`
	Qualifier        string `json:"qualifier"`
	CreatedTime      string `json:"createdTime"`
	LastModifiedTime string `json:"lastModifiedTime"`
	PutAsyncInvokeConfigInput
}

// PutAsyncInvokeConfigInput is the body of PutAsyncInvokeConfig; what is nil stays.
type PutAsyncInvokeConfigInput struct {
	AsyncTask                 *bool                       `json:"asyncTask,omitempty"`
	DestinationConfig         *emulator.DestinationConfig `json:"destinationConfig,omitempty"`
	MaxAsyncEventAgeInSeconds *int                        `json:"maxAsyncEventAgeInSeconds,omitempty"`
	MaxAsyncRetryAttempts     *int                        `json:"maxAsyncRetryAttempts,omitempty"`
}

// AsyncConfigList is the answer of ListAsyncInvokeConfigs.
type AsyncConfigList struct {
	Configs   []*AsyncConfig `json:"configs"`
	NextToken string         `json:"nextToken,omitempty"`
}

func (a *API) showAsyncConfig(ref emulator.Reference, config *emulator.AsyncConfig) *AsyncConfig {
	if ref.Qualifier == "" {
		ref.Qualifier = emulator.LatestVersion
	}
	return &AsyncConfig{
		FunctionArn:      a.qualifiedArn(ref),
		Qualifier:        ref.Qualifier,
		CreatedTime:      api.Time(config.CreatedTime),
		LastModifiedTime: api.Time(config.LastModifiedTime),
		PutAsyncInvokeConfigInput: PutAsyncInvokeConfigInput{
			AsyncTask:                 config.AsyncTask,
			DestinationConfig:         config.DestinationConfig,
			MaxAsyncEventAgeInSeconds: config.MaxAsyncEventAgeInSeconds,
			MaxAsyncRetryAttempts:     config.MaxAsyncRetryAttempts,
		},
	}
}

// qualifiedArn names a function together with a version or alias.
func (a *API) qualifiedArn(ref emulator.Reference) string {
	fn := emulator.Function{Service: ref.Service, FunctionName: ref.Function, VersionID: ref.Qualifier}
	arn := fn.ARN(a.Account, a.Region)
	if ref.Service == "" {
		arn += "/" + ref.Qualifier
	}
	return arn
}

func (in *PutAsyncInvokeConfigInput) config() *emulator.AsyncConfig {
	return &emulator.AsyncConfig{
		AsyncTask:                 in.AsyncTask,
		DestinationConfig:         in.DestinationConfig,
		MaxAsyncEventAgeInSeconds: in.MaxAsyncEventAgeInSeconds,
		MaxAsyncRetryAttempts:     in.MaxAsyncRetryAttempts,
	}
}

func (a *API) putAsyncInvokeConfig(c *api.Call) error {
	var in PutAsyncInvokeConfigInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	config, err := a.Catalogue.PutAsyncConfig(c.Request.Context(), reference(c), in.config())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showAsyncConfig(reference(c), config))
}

func (a *API) getAsyncInvokeConfig(c *api.Call) error {
	config, err := a.Catalogue.AsyncConfig(c.Request.Context(), reference(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showAsyncConfig(reference(c), config))
}

func (a *API) deleteAsyncInvokeConfig(c *api.Call) error {
	if err := a.Catalogue.DeleteAsyncConfig(c.Request.Context(), reference(c)); err != nil {
		return err
	}
	return c.Empty(http.StatusNoContent)
}

func (a *API) listAsyncInvokeConfigs(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	var of *emulator.Name
	if text := c.Query("functionName"); text != "" {
		parsed := emulator.ParseName(text)
		of = &parsed
	}
	found, next, err := a.Catalogue.AsyncConfigs(c.Request.Context(), of, from, limit)
	if err != nil {
		return err
	}
	list := AsyncConfigList{Configs: []*AsyncConfig{}, NextToken: api.Token(next)}
	for _, config := range found {
		list.Configs = append(list.Configs, a.showAsyncConfig(config.Reference, config.AsyncConfig))
	}
	return c.JSON(http.StatusOK, &list)
}
