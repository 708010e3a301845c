package v20230330

import (
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// invokeFunction is InvokeFunction. Clients of FC 3.0 read a task's id from the header of this
// generation, also that of an FC 2.0 function.
func (a *API) invokeFunction(c *api.Call) error {
	invoker := api.Invoker{Functions: a.Catalogue, Engine: a.Engine, Queue: a.Queue, TaskHeader: invoke.HeaderAsyncTaskID}
	return invoker.Invoke(c, reference(c))
}
