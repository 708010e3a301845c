package store_test

func helper() bool { return false }
