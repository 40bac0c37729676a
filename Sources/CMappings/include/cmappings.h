#ifndef CMAPPINGS_H
#define CMAPPINGS_H

#include <stddef.h>

/// Which files are mapped where, so that the end of a process whose file was cut short can name it.
/// A signal's handler can be told nothing else: this table is the program's.

/// Notes a mapping. Does nothing where there is no memory to note it in.
void cmappings_add(const void *base, size_t byte_count, const char *path);

/// Forgets one, before it is unmapped.
void cmappings_remove(const void *base);

/// Has a process that reads lost pages of a mapped file (SIGBUS) say which file it was, in one
/// line on standard error, and exit with CMAPPINGS_EXIT_CODE. Any other SIGBUS ends the
/// process as it always does.
void cmappings_name_lost_files(void);

/// EX_IOERR of sysexits.h.
#define CMAPPINGS_EXIT_CODE 74

#endif
