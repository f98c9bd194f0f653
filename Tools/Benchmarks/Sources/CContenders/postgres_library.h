#ifndef ANNALS_POSTGRES_LIBRARY_H
#define ANNALS_POSTGRES_LIBRARY_H

#include "CContenders.h"

#include <stdbool.h>

// The part of libpq that is used. It is loaded when it is first needed instead of being linked:
// without PostgreSQL, everything else can still be built and run.

typedef struct pg_conn PGconn;
typedef struct pg_result PGresult;
typedef unsigned int Oid;

enum { PG_CONNECTION_GOOD = 0 };

enum { PG_COMMAND_DONE = 1, PG_ROWS = 2, PG_COPY_IN = 4 };

/// The types that are passed in binary form.
enum { PG_BOOLEAN = 16, PG_BYTES = 17, PG_INT8 = 20, PG_INT8_ARRAY = 1016 };

typedef struct {
    PGconn *(*connect)(const char *connection);
    int (*status)(const PGconn *);
    void (*finish)(PGconn *);
    char *(*error)(const PGconn *);
    int (*backend)(const PGconn *);
    PGresult *(*execute)(PGconn *, const char *sql);
    PGresult *(*prepare)(
        PGconn *, const char *name, const char *sql, int count, const Oid *types);
    PGresult *(*run)(
        PGconn *, const char *name, int count, const char *const *values, const int *lengths,
        const int *formats, int result_format);
    int (*result_status)(const PGresult *);
    void (*clear)(PGresult *);
    int (*rows)(const PGresult *);
    int (*columns)(const PGresult *);
    Oid (*type)(const PGresult *, int column);
    char *(*value)(const PGresult *, int row, int column);
    int (*length)(const PGresult *, int row, int column);
    int (*put_copy)(PGconn *, const char *bytes, int count);
    int (*end_copy)(PGconn *, const char *error);
    PGresult *(*next_result)(PGconn *);
} postgres_library;

/// The library, or null if it is not installed.
const postgres_library *postgres_load(void);

#endif
