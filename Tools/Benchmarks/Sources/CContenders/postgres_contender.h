#ifndef ANNALS_POSTGRES_CONTENDER_H
#define ANNALS_POSTGRES_CONTENDER_H

#include "CContenders.h"
#include "measure.h"
#include "postgres_library.h"

// The same trees on PostgreSQL, through a socket, in the fastest way that was found by measuring:
// binary COPY, one transaction per call; updates are copied into a separate table and applied as a
// set. The place that the functions get names the server instead of a folder.

typedef struct {
    const postgres_library *library;
    PGconn *connection;
    /// For adding the server's time to the client's.
    char processor_path[48];
    long long processor_start;
    stopwatch watch;
} postgres_store;

/// Bytes in the form of a COPY, or of an array.
typedef struct {
    uint8_t *bytes;
    size_t count;
} postgres_buffer;

bool postgres_open(postgres_store *store, const char *place, contender_report *report);

void postgres_close(postgres_store *store);

/// Starts the clock, including the time of the server process; helper processes are not counted.
void postgres_start(postgres_store *store);
void postgres_stop(postgres_store *store);

/// Reports why the last operation failed; returns false, for use in a return statement.
bool postgres_failed(postgres_store *store, const char *doing, contender_report *report);

/// Runs a statement that returns no rows.
bool postgres_execute(postgres_store *store, const char *sql, contender_report *report);

bool postgres_prepare(
    postgres_store *store, const char *name, const char *sql, int count, const Oid *types,
    contender_report *report);

/// Runs a prepared statement with values in binary form; returns its rows, also in binary form, or
/// null.
PGresult *postgres_run(
    postgres_store *store, const char *name, int count, const char *const *values,
    const int *lengths, contender_report *report);

/// Sends the rows in the buffer to a COPY.
bool postgres_copy(
    postgres_store *store, const char *sql, postgres_buffer *rows, contender_report *report);

/// Begins the bytes of a COPY, or of an array.
void postgres_begin_copy(postgres_buffer *buffer);
void postgres_begin_array(postgres_buffer *buffer, Oid type, size_t count);

static inline void postgres_put(postgres_buffer *buffer, uint64_t value, size_t byte_count) {
    for (size_t index = byte_count; index-- > 0; value >>= 8) {
        buffer->bytes[buffer->count + index] = (uint8_t)value;
    }
    buffer->count += byte_count;
}

static inline void postgres_put_int8(postgres_buffer *buffer, uint64_t value) {
    postgres_put(buffer, 8, 4);
    postgres_put(buffer, value, 8);
}

static inline void postgres_put_bytes(
    postgres_buffer *buffer, const void *bytes, size_t byte_count) {
    postgres_put(buffer, byte_count, 4);
    memcpy(buffer->bytes + buffer->count, bytes, byte_count);
    buffer->count += byte_count;
}

static inline void postgres_put_text(postgres_buffer *buffer, workload_text text) {
    postgres_put_bytes(buffer, text.bytes, text.count);
}

static inline uint64_t postgres_int8_at(const char *bytes) {
    uint64_t value = 0;
    for (int index = 0; index < 8; index++) value = value << 8 | (uint8_t)bytes[index];
    return value;
}

static inline uint64_t postgres_int8(
    const postgres_library *library, const PGresult *rows, int row, int column) {
    return postgres_int8_at(library->value(rows, row, column));
}

static inline workload_text postgres_text(
    const postgres_library *library, const PGresult *rows, int row, int column) {
    const int count = library->length(rows, row, column);
    return (workload_text){library->value(rows, row, column), (uint32_t)count};
}

double postgres_create(const char *place, contender_calls calls, contender_report *report);

double postgres_update(
    const char *place, contender_calls calls, uint64_t record_count, contender_report *report);

double postgres_retrieve(
    const char *place, const uint64_t *serials, size_t count, size_t per_transaction,
    contender_report *report);

double postgres_updated_serials(
    const char *place, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, unsigned passes, contender_report *report);

double postgres_verify(const char *place, uint64_t record_count, contender_report *report);

#endif
