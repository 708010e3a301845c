package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

const layers = api + "/layers"

// PublishLayer is CreateLayerVersion; with a version that is not 0, the emulator's own form of it, which
// gives the layer that number.
func (c *Client) PublishLayer(ctx context.Context, layer string, version int, input Object) (published Object, err error) {
	if version == 0 {
		err = c.call(ctx, "POST", layers+"/"+url.PathEscape(layer)+"/versions", nil, input, &published)
		return published, err
	}
	path := own + "/layers/" + url.PathEscape(layer) + "/versions/" + strconv.Itoa(version)
	if err := c.call(ctx, "PUT", path, nil, input, nil); err != nil {
		return nil, err
	}
	return c.Layer(ctx, layer, version)
}

// Layers is ListLayers, all pages: the newest version of each.
func (c *Client) Layers(ctx context.Context) ([]Object, error) {
	return c.pages(ctx, layers, url.Values{}, "layers", 0)
}

// LayerVersions is ListLayerVersions. A layer has no more than one page of them.
func (c *Client) LayerVersions(ctx context.Context, layer string) ([]Object, error) {
	var answer struct{ Layers []Object }
	err := c.call(ctx, "GET", layers+"/"+url.PathEscape(layer)+"/versions", url.Values{"limit": {"100"}}, nil, &answer)
	return answer.Layers, err
}

// Layer is GetLayerVersion.
func (c *Client) Layer(ctx context.Context, layer string, version int) (found Object, err error) {
	err = c.call(ctx, "GET", layerPath(layer, version), nil, nil, &found)
	return found, err
}

// HasLayer tells whether the layer that a function names is here.
func (c *Client) HasLayer(ctx context.Context, arn string) (bool, error) {
	layer, version, ok := emulator.ParseLayerARN(arn)
	if !ok {
		return false, nil
	}
	_, err := c.Layer(ctx, layer, version)
	if notFound(err) {
		return false, nil
	}
	return err == nil, err
}

// DeleteLayer is DeleteLayerVersion.
func (c *Client) DeleteLayer(ctx context.Context, layer string, version int) error {
	return c.call(ctx, "DELETE", layerPath(layer, version), nil, nil, nil)
}

func layerPath(layer string, version int) string {
	return layers + "/" + url.PathEscape(layer) + "/versions/" + strconv.Itoa(version)
}
