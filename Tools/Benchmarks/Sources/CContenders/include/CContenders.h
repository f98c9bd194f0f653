#ifndef ANNALS_CONTENDERS_H
#define ANNALS_CONTENDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the engine is held against: the same records and the same trees, written by hand, on raw
// LMDB, on SQLite and on PostgreSQL. A contender computes no digests and checks no values: it is what
// the storage alone costs.

#pragma clang assume_nonnull begin

enum { CONTENDER_MESSAGE_BYTES = 240 };

/// What a function tells beside its time.
typedef struct {
    /// A number that depends on what was read or written: equal for all contenders.
    uint64_t checksum;
    /// The time of the processors on which the work ran, the system's part included.
    double processor_seconds;
    /// Why the function failed, ended by a zero.
    char message[CONTENDER_MESSAGE_BYTES];
} contender_report;

/// Calls that write: `count` records or updates from index `first` of the workload on.
typedef struct {
    uint64_t first;
    uint64_t count;
    /// How many a call has, which is one transaction.
    uint32_t batch;
    /// Each call is on the disk when it returns. Otherwise the calls leave that to the system, and
    /// the time includes bringing everything to the disk once at the end.
    bool is_durable;
} contender_calls;

/// One contender. Every function takes the contender's folder, which exists, opens the store in it
/// (a new one where there is none), and closes it again. It returns the seconds that its work took,
/// without opening, closing and generating data, or less than 0 where it failed.
typedef struct {
    const char *name;

    /// Creates requests.
    double (*create)(
        const char *directory, contender_calls calls, contender_report *report);

    /// Updates Status and RequestDescription of random requests among the first `record_count`.
    double (*update)(
        const char *directory, contender_calls calls, uint64_t record_count,
        contender_report *report);

    /// Copies Status, OwnerId and Name of the requests with these serials, so many of them in one
    /// read transaction. Everything is read once before the clock starts.
    double (*retrieve)(
        const char *directory, const uint64_t *serials, size_t count, size_t per_transaction,
        contender_report *report);

    /// Collects `passes` times the serials of the requests whose last modification lies in these
    /// seconds (the first belongs to them, the last does not), of which there are `count`. One
    /// more pass goes before the clock starts.
    double (*updated_serials)(
        const char *directory, int64_t from_second, int64_t until_second, uint64_t *serials,
        size_t count, unsigned passes, contender_report *report);

    /// Reads the whole store, holds its trees against each other, and leaves a digest of all
    /// records in the report.
    double (*verify)(
        const char *directory, uint64_t record_count, contender_report *report);
} contender;

const contender *contender_lmdb(void);
const contender *contender_sqlite(void);
/// Takes the words of a connection, "host=" and the folder of its socket, where the others take a
/// folder.
const contender *contender_postgres(void);

/// Runs a query on SQLite's store, all rows of it, once and then `passes` times on the clock.
double contender_sqlite_query(
    const char *directory, const char *sql, unsigned passes, contender_report *report);

/// The same on PostgreSQL.
double contender_postgres_query(
    const char *place, const char *sql, unsigned passes, contender_report *report);

/// Counts the requests whose telephone number contains these digits, by walking over all rows of
/// LMDB's store, once and then `passes` times on the clock.
double contender_lmdb_scan(
    const char *directory, const char *digits, unsigned passes, contender_report *report);

/// Whether PostgreSQL's library for programs, libpq, is there.
bool contender_postgres_is_installed(void);

/// Makes the tables anew, without records.
bool contender_postgres_empty(const char *place, contender_report *report);

/// The bytes of the tables with their indexes; 0 where the server does not tell.
uint64_t contender_postgres_stored_bytes(const char *place);

/// The versions of the libraries, for the head of a report.
const char *contender_lmdb_version(void);
const char *contender_sqlite_version(void);

/// Gives freed memory back to the system, so that the next work's peak is its own.
void contender_return_memory(void);

#pragma clang assume_nonnull end

#endif
