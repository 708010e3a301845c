package local

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// putLayer is CreateLayerVersion with a number of the caller's: code for a layer that is in the cloud
// names it by the number that it has there.
func (a *API) putLayer(c *api.Call) error {
	var in struct {
		Code              *api.Code `json:"code"`
		CompatibleRuntime []string  `json:"compatibleRuntime"`
		Description       string    `json:"description"`
	}
	if err := c.Decode(api.MaxCodeJSON, &in); err != nil {
		return err
	}
	version, err := c.LayerVersion("version")
	if err != nil {
		return err
	}
	zip, err := in.Code.Read(c.Request.Context(), nil)
	if err != nil {
		return err
	}
	layer := &emulator.LayerVersion{LayerName: c.Path("layer"), Version: version, CompatibleRuntime: in.CompatibleRuntime, Description: in.Description}
	if layer, err = a.Catalogue.PublishLayer(c.Request.Context(), layer, zip); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, layer)
}
