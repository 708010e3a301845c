/* Read before SQLite is compiled (CGO_CFLAGS of the Makefile): takes out what the driver switches on
   and the store never asks for, 135 KB of the binary. */
#undef SQLITE_ENABLE_FTS3
#undef SQLITE_ENABLE_FTS3_PARENTHESIS
#undef SQLITE_ENABLE_RTREE
#define SQLITE_OMIT_JSON 1
