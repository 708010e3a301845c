package service

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator/api"
)

// What an account has in the cloud and nothing stands for on one machine.

// AccountSettings is the answer of GetAccountSettings.
type AccountSettings struct {
	AvailableAZs []string `json:"availableAZs"`
	DefaultRole  string   `json:"defaultRole"`
}

// ReservedCapacityList is the answer of ListReservedCapacities.
type ReservedCapacityList struct {
	ReservedCapacities []struct{} `json:"reservedCapacities"`
	NextToken          string     `json:"nextToken,omitempty"`
}

func (a *API) getAccountSettings(c *api.Call) error {
	return c.JSON(http.StatusOK, &AccountSettings{AvailableAZs: []string{}})
}

// ListReservedCapacities lists nothing: capacity is not for sale here. The generations spell its
// path differently.
func (a *API) ListReservedCapacities(c *api.Call) error {
	if _, _, err := opaquePage(c); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &ReservedCapacityList{ReservedCapacities: []struct{}{}})
}
