package v20230330

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// ConcurrencyConfig is the limit of a function's instances as the API shows it.
type ConcurrencyConfig struct {
	FunctionArn         string `json:"functionArn"`
	ReservedConcurrency int    `json:"reservedConcurrency"`
}

// ConcurrencyConfigList is the answer of ListConcurrencyConfigs.
type ConcurrencyConfigList struct {
	Configs   []*ConcurrencyConfig `json:"configs"`
	NextToken string               `json:"nextToken,omitempty"`
}

// showConcurrency returns how a limit of that function is shown.
func (a *API) showConcurrency(of emulator.Name) func(*emulator.ConcurrencyConfig) *ConcurrencyConfig {
	return func(config *emulator.ConcurrencyConfig) *ConcurrencyConfig {
		return &ConcurrencyConfig{FunctionArn: of.ARN(a.Account, a.Region), ReservedConcurrency: config.ReservedConcurrency}
	}
}

func (a *API) putConcurrencyConfig(c *api.Call) error {
	var in struct {
		ReservedConcurrency *int `json:"reservedConcurrency"`
	}
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	if in.ReservedConcurrency == nil {
		return emulator.InvalidArgument("ReservedConcurrency is not specified")
	}
	config, err := a.Catalogue.PutConcurrency(c.Request.Context(), name(c), &emulator.ConcurrencyConfig{ReservedConcurrency: *in.ReservedConcurrency})
	return show(c, config, err, a.showConcurrency(name(c)))
}

func (a *API) getConcurrencyConfig(c *api.Call) error {
	config, err := a.Catalogue.Concurrency(c.Request.Context(), name(c))
	return show(c, config, err, a.showConcurrency(name(c)))
}

func (a *API) deleteConcurrencyConfig(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteConcurrency(c.Request.Context(), name(c)))
}

func (a *API) listConcurrencyConfigs(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.Concurrencies(c.Request.Context(), named(c), from, limit)
	if err != nil {
		return err
	}
	list := ConcurrencyConfigList{Configs: []*ConcurrencyConfig{}, NextToken: api.Token(next)}
	for _, one := range found {
		list.Configs = append(list.Configs, a.showConcurrency(one.Name)(one.Config))
	}
	return c.JSON(http.StatusOK, &list)
}
