//go:build !cgo

package store

// Without cgo the driver opens nothing, so its errors say all there is to say.
func causeOf(error) cause { return causeOther }

func duplicate(error) bool { return false }
