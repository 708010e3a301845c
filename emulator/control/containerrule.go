package control

import (
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// checkContainer holds the rules of customContainerConfig.
func checkContainer(fn *emulator.Function) error {
	config, err := fn.Container()
	if err != nil {
		return invalidForm("CustomContainerConfig", err)
	}
	if config == nil {
		return nil
	}
	const field = "CustomContainerConfig."
	if config.Image == "" {
		return emulator.InvalidArgument("%sImage is not specified", field)
	}
	if err := checkRange(field+"Port", 0, 65535, config.Port); err != nil {
		return err
	}
	return checkHealth(filledHealth(config.HealthCheckConfig))
}

// checkGPU holds the rules of gpuConfig.
func checkGPU(fn *emulator.Function) error {
	gpu, err := fn.GPU()
	if err != nil {
		return invalidForm("GPUConfig", err)
	}
	if gpu == nil {
		return nil
	}
	if gpu.Type != "" && !strings.HasPrefix(gpu.Type, "fc.gpu.") { // the cloud adds to them
		return invalidChoice("GPUConfig.GpuType", []string{"fc.gpu.tesla.1", "fc.gpu.ampere.1", "fc.gpu.ada.1"}, shorten(gpu.Type))
	}
	if gpu.Memory < 0 || gpu.Memory%1024 != 0 {
		return invalidValue("GPUConfig.GpuMemorySize", "a multiple of 1024", strconv.Itoa(gpu.Memory))
	}
	return nil
}

func invalidForm(field string, err error) error {
	return emulator.InvalidArgument("%s is set to an invalid value (%v)", field, err)
}
