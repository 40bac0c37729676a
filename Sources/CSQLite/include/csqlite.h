#ifndef CSQLITE_H
#define CSQLITE_H

/// What of SQLite's interface takes a variable number of arguments, or is not to be told from the
/// constants of another module. Databases are `sqlite3 *`.

/// Makes a connection distrust its file: what a schema may call is restricted, shadow tables and
/// the schema are not written to, views are not looked at and triggers do not run. Values of more
/// than `value_bytes` bytes, deep expressions and other files are refused.
void csqlite_distrust(void *database, int value_bytes);

/// Asks `should_stop` now and then while statements run; where it answers other than 0, they end
/// with SQLITE_INTERRUPT. NULL asks nobody any more.
void csqlite_watch(void *database, int (*should_stop)(void *), void *context);

#endif
