package service

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// AsyncConfig is an asynchronous configuration as the API shows it. What is null was never set.
type AsyncConfig struct {
	Service          string `json:"service"`
	Function         string `json:"function"`
	Qualifier        string `json:"qualifier"`
	CreatedTime      string `json:"createdTime"`
	LastModifiedTime string `json:"lastModifiedTime"`
	PutAsyncConfigInput
}

// PutAsyncConfigInput is the body of PutFunctionAsyncInvokeConfig; what is nil stays.
type PutAsyncConfigInput struct {
	StatefulInvocation        *bool                       `json:"statefulInvocation"`
	DestinationConfig         *emulator.DestinationConfig `json:"destinationConfig"`
	MaxAsyncEventAgeInSeconds *int                        `json:"maxAsyncEventAgeInSeconds"`
	MaxAsyncRetryAttempts     *int                        `json:"maxAsyncRetryAttempts"`
}

// AsyncConfigList is the answer of ListFunctionAsyncInvokeConfigs. An empty list is null.
type AsyncConfigList struct {
	Configs   []*AsyncConfig `json:"configs"`
	NextToken string         `json:"nextToken,omitempty"`
}

// StatefulFunction is a function and qualifier in task mode.
type StatefulFunction struct {
	ServiceName  string `json:"serviceName"`
	FunctionName string `json:"functionName"`
	Qualifier    string `json:"qualifier"`
}

// StatefulFunctionList is the answer of ListStatefulAsyncInvocationFunctions.
type StatefulFunctionList struct {
	Data      []StatefulFunction `json:"data"`
	NextToken string             `json:"nextToken,omitempty"`
}

func showAsyncConfig(ref emulator.Reference, config *emulator.AsyncConfig) *AsyncConfig {
	if ref.Qualifier == "" {
		ref.Qualifier = emulator.LatestVersion
	}
	return &AsyncConfig{
		Service:          ref.Service,
		Function:         ref.Function,
		Qualifier:        ref.Qualifier,
		CreatedTime:      api.Time(config.CreatedTime),
		LastModifiedTime: api.Time(config.LastModifiedTime),
		PutAsyncConfigInput: PutAsyncConfigInput{
			StatefulInvocation:        config.AsyncTask,
			DestinationConfig:         config.DestinationConfig,
			MaxAsyncEventAgeInSeconds: config.MaxAsyncEventAgeInSeconds,
			MaxAsyncRetryAttempts:     config.MaxAsyncRetryAttempts,
		},
	}
}

func (a *API) putAsyncConfig(c *api.Call) error {
	var in PutAsyncConfigInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	ref := a.Dialect.Reference(c)
	config, err := a.Catalogue.PutAsyncConfig(c.Request.Context(), ref, &emulator.AsyncConfig{
		AsyncTask:                 in.StatefulInvocation,
		DestinationConfig:         in.DestinationConfig,
		MaxAsyncEventAgeInSeconds: in.MaxAsyncEventAgeInSeconds,
		MaxAsyncRetryAttempts:     in.MaxAsyncRetryAttempts,
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, showAsyncConfig(ref, config))
}

func (a *API) getAsyncConfig(c *api.Call) error {
	ref := a.Dialect.Reference(c)
	config, err := a.Catalogue.AsyncConfig(c.Request.Context(), ref)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, showAsyncConfig(ref, config))
}

func (a *API) deleteAsyncConfig(c *api.Call) error {
	return done(c, http.StatusNoContent, a.Catalogue.DeleteAsyncConfig(c.Request.Context(), a.Dialect.Reference(c)))
}

func (a *API) listAsyncConfigs(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	of := name(c)
	found, next, err := a.Catalogue.AsyncConfigs(c.Request.Context(), &of, from, limit)
	if err != nil {
		return err
	}
	list := AsyncConfigList{NextToken: next}
	for _, config := range found {
		list.Configs = append(list.Configs, showAsyncConfig(config.Reference, config.AsyncConfig))
	}
	return c.JSON(http.StatusOK, &list)
}

func (a *API) listStatefulFunctions(c *api.Call) error {
	from, limit, err := opaquePage(c)
	if err != nil {
		return err
	}
	found, next, err := gather(from, limit, func(from string, limit int) ([]emulator.FunctionAsyncConfig, string, error) {
		return a.Catalogue.AsyncConfigs(c.Request.Context(), nil, from, limit)
	}, func(config emulator.FunctionAsyncConfig) bool {
		return config.Service != "" && config.Policy().TaskMode
	})
	if err != nil {
		return err
	}
	list := StatefulFunctionList{Data: []StatefulFunction{}, NextToken: api.Token(next)}
	for _, config := range found {
		list.Data = append(list.Data, StatefulFunction{config.Service, config.Function, config.Qualifier})
	}
	return c.JSON(http.StatusOK, &list)
}
