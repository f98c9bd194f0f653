#include "postgres_contender.h"

#include <stdlib.h>

static const char find_one[] = "SELECT status, owner_id, name FROM records WHERE serial = $1";

// A join instead of = ANY, because a serial that is given twice must be returned twice.
static const char find_many[] =
    "SELECT r.status, r.owner_id, r.name FROM unnest($1) AS wanted(serial)"
    " JOIN records r ON r.serial = wanted.serial";

/// Copies the rows of a result; returns how many there were.
static size_t copy_rows(
    const postgres_library *library, const PGresult *rows, uint64_t *checksum) {
    const int count = library->rows(rows);
    for (int row = 0; row < count; row++) {
        retrieved fields;
        copy_text(fields.status, &fields.status_count, postgres_text(library, rows, row, 0));
        fields.owner = postgres_int8(library, rows, row, 1);
        copy_text(fields.name, &fields.name_count, postgres_text(library, rows, row, 2));
        *checksum += retrieved_checksum(&fields);
    }
    return (size_t)count;
}

/// Reads all of them, one statement for every `per_transaction`: a statement is a transaction.
static bool retrieve_all(
    postgres_store *store, postgres_buffer *buffer, const uint64_t *serials, size_t count,
    size_t per_transaction, contender_report *report) {
    uint64_t checksum = 0;
    for (size_t first = 0; first < count; first += per_transaction) {
        const size_t end = count - first < per_transaction ? count : first + per_transaction;
        const bool is_one = per_transaction == 1;
        if (is_one) {
            buffer->count = 0;
            postgres_put(buffer, serials[first], 8);
        } else {
            postgres_begin_array(buffer, PG_INT8, end - first);
            for (size_t index = first; index < end; index++) {
                postgres_put_int8(buffer, serials[index]);
            }
        }
        const char *values[1] = {(const char *)buffer->bytes};
        const int lengths[1] = {(int)buffer->count};
        PGresult *rows = postgres_run(store, is_one ? "one" : "many", 1, values, lengths, report);
        if (!rows) return false;
        const size_t found = copy_rows(store->library, rows, &checksum);
        store->library->clear(rows);
        if (found != end - first) return failed(report, "find records", "not all");
    }
    report->checksum = checksum;
    return true;
}

double postgres_retrieve(
    const char *place, const uint64_t *serials, size_t count, size_t per_transaction,
    contender_report *report) {
    *report = (contender_report){0};
    postgres_store store;
    if (!postgres_open(&store, place, report)) return -1;
    postgres_buffer buffer = {malloc(64 + 12 * per_transaction), 0};
    bool is_good = buffer.bytes || failed(report, "retrieve", "out of memory");
    is_good = is_good
        && postgres_prepare(&store, "one", find_one, 1, (Oid[1]){PG_INT8}, report)
        && postgres_prepare(&store, "many", find_many, 1, (Oid[1]){PG_INT8_ARRAY}, report)
        && retrieve_all(&store, &buffer, serials, count, per_transaction, report);
    if (is_good) {
        postgres_start(&store);
        is_good = retrieve_all(&store, &buffer, serials, count, per_transaction, report);
        postgres_stop(&store);
    }
    free(buffer.bytes);
    postgres_close(&store);
    return result_of(&store.watch, is_good, report);
}

/// Collects the serials of one window, at most `count`; returns how many there were, or -1.
static int64_t collect(
    postgres_store *store, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, contender_report *report) {
    uint8_t bytes[16];
    postgres_buffer ends = {bytes, 0};
    postgres_put(&ends, (uint64_t)from_second * 1000, 8);
    postgres_put(&ends, (uint64_t)until_second * 1000, 8);
    const char *values[2] = {(const char *)bytes, (const char *)bytes + 8};
    PGresult *rows = postgres_run(store, "window", 2, values, (int[2]){8, 8}, report);
    if (!rows) return -1;
    const size_t all = (size_t)store->library->rows(rows);
    const size_t found = all < count ? all : count;
    for (size_t row = 0; row < found; row++) {
        serials[row] = postgres_int8(store->library, rows, (int)row, 0);
    }
    store->library->clear(rows);
    return (int64_t)found;
}

double postgres_updated_serials(
    const char *place, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, unsigned passes, contender_report *report) {
    *report = (contender_report){0};
    postgres_store store;
    if (!postgres_open(&store, place, report)) return -1;
    int64_t found = -1;
    const Oid types[2] = {PG_INT8, PG_INT8};
    const bool is_ready = postgres_prepare(
        &store, "window",
        "SELECT serial FROM records WHERE system_modstamp >= $1 AND system_modstamp < $2", 2,
        types, report);
    if (is_ready) {
        found = collect(&store, from_second, until_second, serials, count, report);
        postgres_start(&store);
        for (unsigned pass = 0; pass < passes && found >= 0; pass++) {
            found = collect(&store, from_second, until_second, serials, count, report);
        }
        postgres_stop(&store);
    }
    postgres_close(&store);
    if (found < 0 || !is_complete(serials, (size_t)found, count, report)) return -1;
    return result_of(&store.watch, true, report);
}

/// What every contender adds up from a result: numbers as they are, and the first and last byte of
/// texts.
static uint64_t rows_checksum(const postgres_library *library, const PGresult *rows) {
    uint64_t sum = 0;
    const int columns = library->columns(rows), count = library->rows(rows);
    for (int row = 0; row < count; row++) {
        for (int column = 0; column < columns; column++) {
            if (library->type(rows, column) == PG_INT8) {
                sum += postgres_int8(library, rows, row, column);
                continue;
            }
            const workload_text text = postgres_text(library, rows, row, column);
            if (text.count == 0) continue;
            sum += (uint8_t)text.bytes[0];
            sum += (uint8_t)text.bytes[text.count - 1];
        }
    }
    return sum;
}

static bool run_query(postgres_store *store, uint64_t *checksum, contender_report *report) {
    PGresult *rows = postgres_run(store, "query", 0, NULL, NULL, report);
    if (!rows) return false;
    *checksum += rows_checksum(store->library, rows);
    store->library->clear(rows);
    return true;
}

double contender_postgres_query(
    const char *place, const char *sql, unsigned passes, contender_report *report) {
    *report = (contender_report){0};
    postgres_store store;
    if (!postgres_open(&store, place, report)) return -1;
    uint64_t checksum = 0;
    bool is_good = postgres_prepare(&store, "query", sql, 0, NULL, report)
        && run_query(&store, &checksum, report);
    checksum = 0;
    if (is_good) {
        postgres_start(&store);
        for (unsigned pass = 0; pass < passes && is_good; pass++) {
            is_good = run_query(&store, &checksum, report);
        }
        postgres_stop(&store);
    }
    postgres_close(&store);
    report->checksum = checksum;
    return result_of(&store.watch, is_good, report);
}
