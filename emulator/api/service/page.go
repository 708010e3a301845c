package service

import "github.com/fcemu/fcemu/emulator/api"

// Pages have the documented size of both generations.
const (
	defaultPage = 20
	maxPage     = 100
)

// page reads the window of a list by name: where it starts and how much it shows. A token is
// literally the name of the first item.
func page(c *api.Call) (from string, limit int, err error) {
	from = c.Query("nextToken")
	if from == "" {
		from = c.Query("startKey")
	}
	limit, err = c.Limit(defaultPage, maxPage)
	return from, limit, err
}

// opaquePage is page for lists over several functions, whose position is more than a name.
func opaquePage(c *api.Call) (from string, limit int, err error) {
	if limit, err = c.Limit(defaultPage, maxPage); err != nil {
		return "", 0, err
	}
	from, err = c.NextToken()
	return from, limit, err
}

// gather reads on until the page is full, since admit leaves out some of what fetch returns.
func gather[T any](from string, limit int, fetch func(from string, limit int) ([]T, string, error), admit func(T) bool) (list []T, next string, err error) {
	for {
		found, next, err := fetch(from, limit-len(list))
		if err != nil {
			return nil, "", err
		}
		for _, item := range found {
			if admit(item) {
				list = append(list, item)
			}
		}
		if from = next; next == "" || len(list) == limit {
			return list, next, nil
		}
	}
}
