package v20230330

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

func (a *API) createFunction(c *api.Call) error {
	var in CreateFunctionInput
	if err := c.Decode(api.MaxCodeJSON, &in); err != nil {
		return err
	}
	zip, err := in.Code.Read(c.Request.Context(), a.Objects)
	if err != nil {
		return err
	}
	fn := in.function()
	if err := a.Catalogue.EnsureService(c.Request.Context(), fn.Service); err != nil {
		return err
	}
	created, err := a.Catalogue.Create(c.Request.Context(), fn, zip)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showFunction(created))
}

func (a *API) updateFunction(c *api.Call) error {
	var in UpdateFunctionInput
	if err := c.Decode(api.MaxCodeJSON, &in); err != nil {
		return err
	}
	zip, err := in.Code.Read(c.Request.Context(), a.Objects)
	if err != nil {
		return err
	}
	change := func(fn *emulator.Function) error {
		in.apply(fn)
		return nil
	}
	fn, err := a.Catalogue.Update(c.Request.Context(), name(c), change, zip)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showFunction(fn))
}

func (a *API) getFunction(c *api.Call) error {
	fn, err := a.Catalogue.Resolve(c.Request.Context(), reference(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showFunction(fn))
}

func (a *API) deleteFunction(c *api.Call) error {
	if err := a.Catalogue.Delete(c.Request.Context(), name(c), ""); err != nil {
		return err
	}
	return c.Empty(http.StatusNoContent)
}

func (a *API) getFunctionCode(c *api.Call) error {
	fn, err := a.Catalogue.Resolve(c.Request.Context(), reference(c))
	if err != nil {
		return err
	}
	if fn.Code.Digest == "" {
		return emulator.InvalidArgument("function '%s' has no code package", fn.Name())
	}
	return c.JSON(http.StatusOK, &FunctionCode{URL: api.CodeURL(a.Endpoint(), reference(c)), Checksum: fn.Code.Checksum})
}

func (a *API) disableFunctionInvocation(c *api.Call) error {
	var in struct {
		Reason              string `json:"reason"`
		AbortOngoingRequest bool   `json:"abortOngoingRequest"` // calls under way end by themselves here
	}
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	if err := a.Catalogue.DisableInvocation(c.Request.Context(), name(c), in.Reason); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]bool{"success": true})
}

func (a *API) enableFunctionInvocation(c *api.Call) error {
	if err := a.Catalogue.EnableInvocation(c.Request.Context(), name(c)); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]bool{"success": true})
}

// listFunctions reads on until the page is full, since filters leave out some of what the
// catalogue returns.
func (a *API) listFunctions(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	wanted, err := readFilter(c)
	if err != nil {
		return err
	}
	list := FunctionList{Functions: []*Function{}}
	for {
		found, next, err := a.Catalogue.Functions(c.Request.Context(), c.Query("prefix"), from, limit-len(list.Functions))
		if err != nil {
			return err
		}
		for _, fn := range found {
			if wanted.admits(fn) {
				list.Functions = append(list.Functions, a.showFunction(fn))
			}
		}
		from = next
		if next == "" || len(list.Functions) == limit {
			break
		}
	}
	list.NextToken = api.Token(from)
	return c.JSON(http.StatusOK, &list)
}

// filter is what ListFunctions may ask of a function.
type filter struct {
	runtime   string
	fcVersion string // v2 or v3
	tags      []Tag

	functionName, description string // parts of them
	gpuType, resourceGroupID  string
}

func readFilter(c *api.Call) (filter, error) {
	f := filter{runtime: c.Query("runtime"), fcVersion: c.Query("fcVersion"), functionName: c.Query("functionName"),
		description: c.Query("description"), gpuType: c.Query("gpuType"), resourceGroupID: c.Query("resourceGroupId")}
	if f.fcVersion != "" && f.fcVersion != "v2" && f.fcVersion != "v3" {
		return f, emulator.InvalidArgument("fcVersion is set to an invalid value (allowed: v2 | v3, actual: '%s')", f.fcVersion)
	}
	if text := c.Query("tags"); strings.TrimSpace(text) != "" {
		if err := json.Unmarshal([]byte(text), &f.tags); err != nil {
			return f, emulator.InvalidArgument("tags is set to an invalid value: it is not a JSON list of tags (%v)", err)
		}
	}
	return f, nil
}

func (f *filter) admits(fn *emulator.Function) bool {
	if f.runtime != "" && fn.Runtime != f.runtime ||
		f.fcVersion == "v2" && fn.Service == "" ||
		f.fcVersion == "v3" && fn.Service != "" ||
		!strings.Contains(fn.Name().Wire(), f.functionName) || !strings.Contains(fn.Description, f.description) ||
		f.gpuType != "" && stored(fn, "gpuConfig").GPUType != f.gpuType ||
		f.resourceGroupID != "" && stored(fn, "resourceGroupId").text != f.resourceGroupID {
		return false
	}
	for _, tag := range f.tags {
		if !tag.in(fn.Tags) {
			return false
		}
	}
	return true
}

// storedValue is what a filter asks of a field that is only kept: a text, or the type of a GPU.
type storedValue struct {
	GPUType string `json:"gpuType"`
	text    string
}

func stored(fn *emulator.Function, field string) (value storedValue) {
	raw := fn.Stored[field]
	if json.Unmarshal(raw, &value.text) != nil {
		_ = json.Unmarshal(raw, &value) // neither: no filter admits it
	}
	return value
}

// in tells whether a function has the tag; a tag without a value asks for its key only.
func (t Tag) in(tags []emulator.Tag) bool {
	for _, tag := range tags {
		if tag.Key == t.Key && (t.Value == "" || tag.Value == t.Value) {
			return true
		}
	}
	return false
}
