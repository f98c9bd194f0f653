#ifndef ANNALS_CONTENDERS_H
#define ANNALS_CONTENDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the engine is compared with: the same records and the same trees, written by hand, on raw
// LMDB, on SQLite and on PostgreSQL. A contender computes no digests and checks no values: it shows
// what the storage alone costs.

#pragma clang assume_nonnull begin

enum { CONTENDER_MESSAGE_BYTES = 240 };

/// What a function reports in addition to its time.
typedef struct {
    /// A number that depends on what was read or written, and is equal for all contenders.
    uint64_t checksum;
    /// The processor time of the work, including time in the kernel.
    double processor_seconds;
    /// Why the function failed, zero-terminated.
    char message[CONTENDER_MESSAGE_BYTES];
} contender_report;

/// Calls that write: `count` records or updates, starting at index `first` of the workload.
typedef struct {
    uint64_t first;
    uint64_t count;
    /// The number of records in a call, which is one transaction.
    uint32_t batch;
    /// Each call is on the disk when it returns. Otherwise the calls leave that to the system, and
    /// the time includes one sync of everything at the end.
    bool is_durable;
} contender_calls;

/// One contender. Every function takes the contender's folder, which exists, opens the store in it
/// (a new one if there is none), and closes it again. It returns the seconds that its work took,
/// without opening, closing and generating data, or less than 0 if it failed.
typedef struct {
    const char *name;

    /// Creates requests.
    double (*create)(
        const char *directory, contender_calls calls, contender_report *report);

    /// Updates Status and RequestDescription of random requests among the first `record_count`.
    double (*update)(
        const char *directory, contender_calls calls, uint64_t record_count,
        contender_report *report);

    /// Copies Status, OwnerId and Name of the requests with these serials, that many of them in one
    /// read transaction. Everything is read once before the clock starts.
    double (*retrieve)(
        const char *directory, const uint64_t *serials, size_t count, size_t per_transaction,
        contender_report *report);

    /// Collects the serials of the requests whose last modification is in these seconds (the first
    /// included, the last not), of which there are `count`; `passes` times, after one pass before
    /// the clock starts.
    double (*updated_serials)(
        const char *directory, int64_t from_second, int64_t until_second, uint64_t *serials,
        size_t count, unsigned passes, contender_report *report);

    /// Reads the whole store, compares its trees with each other, and leaves a digest of all
    /// records in the report.
    double (*verify)(
        const char *directory, uint64_t record_count, contender_report *report);
} contender;

const contender *contender_lmdb(void);
const contender *contender_sqlite(void);
/// Takes a connection string, "host=" and the folder of the socket, where the others take a folder.
const contender *contender_postgres(void);

/// Runs a query on SQLite's store and reads all its rows, once untimed and then `passes` times.
double contender_sqlite_query(
    const char *directory, const char *sql, unsigned passes, contender_report *report);

/// The same on PostgreSQL.
double contender_postgres_query(
    const char *place, const char *sql, unsigned passes, contender_report *report);

/// Counts the requests whose telephone number contains these digits, by scanning all rows of LMDB's
/// store, once untimed and then `passes` times.
double contender_lmdb_scan(
    const char *directory, const char *digits, unsigned passes, contender_report *report);

/// Whether PostgreSQL's client library, libpq, is installed.
bool contender_postgres_is_installed(void);

/// Recreates the tables, without records.
bool contender_postgres_empty(const char *place, contender_report *report);

/// The bytes of the tables with their indexes; 0 if the server does not report them.
uint64_t contender_postgres_stored_bytes(const char *place);

/// The versions of the libraries, for the head of a report.
const char *contender_lmdb_version(void);
const char *contender_sqlite_version(void);

/// Returns freed memory to the system, so that the peak of the next work is its own.
void contender_return_memory(void);

#pragma clang assume_nonnull end

#endif
