package destination

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// Configs lists the asynchronous configurations of all functions, page by page.
type Configs interface {
	AsyncConfigs(ctx context.Context, name *emulator.Name, from string, limit int) (list []emulator.FunctionAsyncConfig, next string, err error)
}

// Uses lists which destinations are configured by which function, and where their outcomes go.
func (r *Router) Uses(ctx context.Context, configs Configs) ([]emulator.DestinationUse, error) {
	uses := []emulator.DestinationUse{}
	for from := ""; ; {
		page, next, err := configs.AsyncConfigs(ctx, nil, from, 100)
		if err != nil {
			return nil, err
		}
		for _, config := range page {
			policy := config.Policy()
			uses = r.use(uses, config.Reference, "onSuccess", policy.OnSuccess)
			uses = r.use(uses, config.Reference, "onFailure", policy.OnFailure)
		}
		if from = next; from == "" {
			return uses, nil
		}
	}
}

func (r *Router) use(uses []emulator.DestinationUse, ref emulator.Reference, condition, arn string) []emulator.DestinationUse {
	if arn == "" {
		return uses
	}
	kind, delivery := r.Describe(arn)
	return append(uses, emulator.DestinationUse{FunctionName: ref.Name.String(), Qualifier: ref.Qualifier,
		Condition: condition, Destination: arn, Kind: string(kind), Delivery: delivery})
}
