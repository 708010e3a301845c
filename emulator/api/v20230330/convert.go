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
		shown.Layers = append(shown.Layers, FunctionLayer{Arn: arn})
	}
	for _, tag := range fn.Tags {
		shown.Tags = append(shown.Tags, Tag(tag))
	}
	for name, field := range shown.byName() {
		*field = fn.Stored[name]
	}
	return shown
}

// function turns the body of CreateFunction into a function and its zip (nil where none is given).
func (in *CreateFunctionInput) function() (*emulator.Function, []byte) {
	name := emulator.ParseName(in.FunctionName)
	fn := &emulator.Function{Service: name.Service, FunctionName: name.Function}
	for _, tag := range in.Tags {
		fn.Tags = append(fn.Tags, emulator.Tag(tag))
	}
	in.apply(fn)
	return fn, in.zip()
}

func (in *UpdateFunctionInput) zip() []byte {
	if in.Code == nil {
		return nil
	}
	return in.Code.ZipFile
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

func (in *StoredFields) applyStored(fn *emulator.Function) {
	stored := map[string]json.RawMessage{}
	maps.Copy(stored, fn.Stored)
	for name, field := range in.byName() {
		if len(*field) > 0 && string(*field) != "null" {
			stored[name] = *field
		}
	}
	if len(stored) > 0 {
		fn.Stored = stored
	}
}
