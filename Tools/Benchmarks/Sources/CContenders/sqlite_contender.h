#ifndef ANNALS_SQLITE_CONTENDER_H
#define ANNALS_SQLITE_CONTENDER_H

#include "CContenders.h"
#include "measure.h"

#include <sqlite3.h>

// The same trees on SQLite: the log is a table of blobs, the records a table by serial (by rowid,
// which is fastest in SQLite), with an index for each of the engine's other trees. Every statement
// is prepared once; each call is a transaction.

/// Whether SQLite succeeded; otherwise the report says why it did not.
bool sqlite_succeeded(
    sqlite3 *database, int code, const char *doing, contender_report *report);

/// Opens the database with all its tables, or returns null.
sqlite3 *sqlite_open(const char *directory, bool is_durable, contender_report *report);

/// Moves the write-ahead log into the database, and syncs that to the disk.
bool sqlite_synchronize(sqlite3 *database, contender_report *report);

/// A statement to be kept, or null.
sqlite3_stmt *sqlite_prepare(sqlite3 *database, const char *sql, contender_report *report);

/// Runs a statement that returns no rows.
bool sqlite_run(sqlite3_stmt *statement, contender_report *report);

static inline void sqlite_bind_text(sqlite3_stmt *statement, int place, workload_text text) {
    sqlite3_bind_text(statement, place, text.bytes, (int)text.count, SQLITE_STATIC);
}

static inline workload_text sqlite_text(sqlite3_stmt *statement, int column) {
    const char *bytes = (const char *)sqlite3_column_text(statement, column);
    return (workload_text){bytes, (uint32_t)sqlite3_column_bytes(statement, column)};
}

double sqlite_create(const char *directory, contender_calls calls, contender_report *report);

double sqlite_update(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report);

double sqlite_retrieve(
    const char *directory, const uint64_t *serials, size_t count, size_t per_transaction,
    contender_report *report);

double sqlite_updated_serials(
    const char *directory, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, unsigned passes, contender_report *report);

double sqlite_verify(const char *directory, uint64_t record_count, contender_report *report);

#endif
