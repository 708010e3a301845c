package service

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// headerChecksum names the CRC-64 of the code in the request, which is then verified.
const headerChecksum = "X-Fc-Code-Checksum"

// decodeFunction reads the body of a creation or update, and its code.
func (a *API) decodeFunction(c *api.Call, body any, in *UpdateFunctionInput) (zip []byte, err error) {
	if err := c.Decode(api.MaxCodeJSON, body); err != nil {
		return nil, err
	}
	if err := in.CustomContainerConfig.check(); err != nil {
		return nil, err
	}
	return in.Code.Read(c.Request.Context(), a.Objects)
}

func (a *API) createFunction(c *api.Call) error {
	var in CreateFunctionInput
	zip, err := a.decodeFunction(c, &in, &in.UpdateFunctionInput)
	if err != nil {
		return err
	}
	fn := &emulator.Function{Service: name(c).Service, FunctionName: in.FunctionName}
	fn.Code.Checksum = c.Request.Header.Get(headerChecksum)
	in.apply(fn)
	created, err := a.Catalogue.Create(c.Request.Context(), fn, zip)
	if err != nil {
		return err
	}
	return answer(c, created.Etag(), showFunction(created))
}

func (a *API) updateFunction(c *api.Call) error {
	var in UpdateFunctionInput
	zip, err := a.decodeFunction(c, &in, &in)
	if err != nil {
		return err
	}
	change := func(fn *emulator.Function) error {
		if err := emulator.IfMatch(ifMatch(c), fn.Etag()); err != nil {
			return err
		}
		if zip != nil {
			fn.Code.Checksum = c.Request.Header.Get(headerChecksum)
		}
		in.apply(fn)
		return nil
	}
	fn, err := a.Catalogue.Update(c.Request.Context(), name(c), change, zip)
	if err != nil {
		return err
	}
	return answer(c, fn.Etag(), showFunction(fn))
}

func (a *API) getFunction(c *api.Call) error {
	fn, err := a.Catalogue.Resolve(c.Request.Context(), a.Dialect.Reference(c))
	if err != nil {
		return err
	}
	return answer(c, fn.Etag(), showFunction(fn))
}

func (a *API) deleteFunction(c *api.Call) error {
	return done(c, http.StatusNoContent, a.Catalogue.Delete(c.Request.Context(), name(c), ifMatch(c)))
}

func (a *API) getFunctionCode(c *api.Call) error {
	ref := a.Dialect.Reference(c)
	fn, err := a.Catalogue.Resolve(c.Request.Context(), ref)
	if err != nil {
		return err
	}
	if fn.Code.Digest == "" {
		return emulator.InvalidArgument("function '%s' has no code package", fn.Name())
	}
	return c.JSON(http.StatusOK, &FunctionCode{URL: api.CodeURL(a.Endpoint(), ref), Checksum: fn.Code.Checksum})
}

func (a *API) listFunctions(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	ref := a.Dialect.Reference(c)
	found, next, err := a.Catalogue.FunctionsOf(c.Request.Context(), ref.Service, ref.Qualifier, c.Query("prefix"), from, limit)
	if err != nil {
		return err
	}
	list := FunctionList{Functions: []*Function{}, NextToken: next}
	for _, fn := range found {
		list.Functions = append(list.Functions, showFunction(fn))
	}
	return c.JSON(http.StatusOK, &list)
}
