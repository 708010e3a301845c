package v20230330

import (
	"encoding/json"
	"maps"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// showFunction turns a function into its wire form.
func (a *API) showFunction(fn *emulator.Function) *Function {
	shown := &Function{
		FunctionArn:              fn.ARN(a.Account, a.Region),
		FunctionID:               fn.FunctionID,
		FunctionName:             fn.Name().Wire(),
		CodeSize:                 fn.Code.Size,
		CodeChecksum:             fn.Code.Checksum,
		CreatedTime:              api.Time(fn.CreatedTime),
		LastModifiedTime:         api.Time(fn.LastModifiedTime),
		State:                    "Active",
		LastUpdateStatus:         "Successful",
		Description:              fn.Description,
		Runtime:                  fn.Runtime,
		Handler:                  fn.Handler,
		CPU:                      fn.CPU,
		MemorySize:               fn.MemorySize,
		DiskSize:                 fn.DiskSize,
		Timeout:                  fn.Timeout,
		InstanceConcurrency:      fn.InstanceConcurrency,
		IdleTimeout:              fn.IdleTimeout,
		InternetAccess:           fn.InternetAccess == nil || *fn.InternetAccess,
		Role:                     fn.Role,
		EnvironmentVariables:     fn.EnvironmentVariables,
		CustomRuntimeConfig:      fn.CustomRuntimeConfig,
		InstanceLifecycleConfig:  fn.InstanceLifecycleConfig,
		LogConfig:                fn.LogConfig,
		DisableInjectCredentials: fn.DisableInjectCredentials,
	}
	for _, arn := range fn.Layers {
		shown.Layers = append(shown.Layers, FunctionLayer{Arn: arn, Size: layerSize(fn, arn)})
	}
	if restriction := fn.InvocationRestriction; restriction != nil {
		shown.InvocationRestriction = &InvocationRestriction{Disable: restriction.Disable, Reason: restriction.Reason,
			LastModifiedTime: api.Time(restriction.LastModifiedTime)}
	}
	for _, tag := range fn.Tags {
		shown.Tags = append(shown.Tags, Tag(tag))
	}
	for name, field := range shown.byName() {
		*field = fn.Stored[name]
	}
	return shown
}

// layerSize is the size of a layer that is known here; 0 of any other.
func layerSize(fn *emulator.Function, arn string) int64 {
	name, version, _ := emulator.ParseLayerARN(arn)
	for _, layer := range fn.LayerCode {
		if layer.LayerName == name && layer.Version == version {
			return layer.Code.Size
		}
	}
	return 0
}

// function turns the body of CreateFunction into a function.
func (in *CreateFunctionInput) function() *emulator.Function {
	name := emulator.ParseName(in.FunctionName)
	fn := &emulator.Function{Service: name.Service, FunctionName: name.Function}
	for _, tag := range in.Tags {
		fn.Tags = append(fn.Tags, emulator.Tag(tag))
	}
	in.apply(fn)
	return fn
}

// apply sets what was given. It may run several times on fresh states.
func (in *UpdateFunctionInput) apply(fn *emulator.Function) {
	if in.Code != nil {
		fn.Code.Checksum = in.Code.Checksum
	}
	api.Set(&fn.Description, in.Description)
	api.Set(&fn.Runtime, in.Runtime)
	api.Set(&fn.Handler, in.Handler)
	api.Set(&fn.CPU, in.CPU)
	api.Set(&fn.MemorySize, in.MemorySize)
	api.Set(&fn.DiskSize, in.DiskSize)
	api.Set(&fn.Timeout, in.Timeout)
	api.Set(&fn.InstanceConcurrency, in.InstanceConcurrency)
	api.Set(&fn.IdleTimeout, in.IdleTimeout)
	api.Set(&fn.Role, in.Role)
	api.Set(&fn.DisableInjectCredentials, in.DisableInjectCredentials)
	if in.InternetAccess != nil {
		fn.InternetAccess = in.InternetAccess
	}
	if in.EnvironmentVariables != nil {
		fn.EnvironmentVariables = in.EnvironmentVariables
	}
	if in.CustomRuntimeConfig != nil {
		fn.CustomRuntimeConfig = in.CustomRuntimeConfig
	}
	if in.InstanceLifecycleConfig != nil {
		fn.InstanceLifecycleConfig = in.InstanceLifecycleConfig
	}
	if in.LogConfig != nil {
		fn.LogConfig = in.LogConfig
	}
	if in.Layers != nil {
		fn.Layers = in.Layers
	}
	in.applyStored(fn)
}

func (in *StoredFields) applyStored(fn *emulator.Function) { fn.Stored = keep(fn.Stored, in.byName()) }

// keep is a copy of stored with the fields that were given; null means "not given".
func keep(stored map[string]json.RawMessage, fields map[string]*json.RawMessage) map[string]json.RawMessage {
	next := map[string]json.RawMessage{}
	maps.Copy(next, stored)
	for name, field := range fields {
		if len(*field) > 0 && string(*field) != "null" {
			next[name] = *field
		}
	}
	if len(next) == 0 {
		return nil
	}
	return next
}
