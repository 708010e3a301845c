package store

/*
#include <malloc.h>

#ifdef M_ARENA_MAX
// glibc gives every thread that allocates a region of its own. SQLite's few writers and readers do as well
// with one, and a start with a tenth less: each region costs four system calls. It must be said before there
// are threads, so before Go runs.
__attribute__((constructor)) static void fcemu_one_arena(void) { mallopt(M_ARENA_MAX, 1); }
#endif
*/
import "C"
