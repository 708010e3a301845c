package v20230330

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator/api"
)

func (a *API) createVpcBinding(c *api.Call) error {
	var in struct {
		VpcID string `json:"vpcId"`
	}
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	return done(c, http.StatusOK, a.Catalogue.BindVpc(c.Request.Context(), name(c).Scope(), in.VpcID))
}

func (a *API) listVpcBindings(c *api.Call) error {
	vpcs, err := a.Catalogue.Vpcs(c.Request.Context(), name(c).Scope())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string][]string{"vpcIds": vpcs})
}

func (a *API) deleteVpcBinding(c *api.Call) error {
	return removed(c, a.Catalogue.UnbindVpc(c.Request.Context(), name(c).Scope(), c.Path("vpc")))
}
