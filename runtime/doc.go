// Package runtime keeps the instances of functions: their pool, admission, life cycle, logs and
// limits. The standard library's package of that name is imported as goruntime where needed.
package runtime
