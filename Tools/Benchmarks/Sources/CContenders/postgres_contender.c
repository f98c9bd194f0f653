#include "postgres_contender.h"

#include <stdlib.h>

// A value of the log is a whole call, without compression, like everywhere else.
static const char *const schema =
    "DROP TABLE IF EXISTS log, records;"
    "CREATE TABLE log(number bigint PRIMARY KEY, value bytea NOT NULL);"
    "ALTER TABLE log ALTER COLUMN value SET STORAGE EXTERNAL;"
    "CREATE TABLE records("
    " serial bigint PRIMARY KEY, status text NOT NULL, owner_id bigint NOT NULL,"
    " name text NOT NULL, state smallint NOT NULL DEFAULT 1, last_position bigint NOT NULL,"
    " created_date bigint NOT NULL, created_by_id bigint NOT NULL,"
    " last_modified_date bigint NOT NULL, last_modified_by_id bigint NOT NULL,"
    " system_modstamp bigint NOT NULL, deleted_by_id bigint, what_id bigint, who_id bigint,"
    " preferred_phone text, preferred_channel text, request_reason text,"
    " is_callback boolean NOT NULL, available_callback_attempts integer DEFAULT 0,"
    " delay_between_callback_attempts integer DEFAULT 0, request_description text);"
    "CREATE UNIQUE INDEX records_name ON records(name);"
    "CREATE INDEX records_owner ON records(owner_id);"
    "CREATE INDEX records_status ON records(status);"
    "CREATE INDEX records_reason ON records(request_reason);"
    "CREATE INDEX records_created ON records(created_date);"
    "CREATE INDEX records_times ON records(system_modstamp);"
    "CHECKPOINT";

bool postgres_failed(postgres_store *store, const char *doing, contender_report *report) {
    return failed(report, doing, store->library->error(store->connection));
}

bool postgres_execute(postgres_store *store, const char *sql, contender_report *report) {
    PGresult *result = store->library->execute(store->connection, sql);
    const int status = store->library->result_status(result);
    store->library->clear(result);
    return status == PG_COMMAND_DONE || status == PG_ROWS || postgres_failed(store, sql, report);
}

bool postgres_prepare(
    postgres_store *store, const char *name, const char *sql, int count, const Oid *types,
    contender_report *report) {
    PGresult *result = store->library->prepare(store->connection, name, sql, count, types);
    const int status = store->library->result_status(result);
    store->library->clear(result);
    return status == PG_COMMAND_DONE || postgres_failed(store, sql, report);
}

PGresult *postgres_run(
    postgres_store *store, const char *name, int count, const char *const *values,
    const int *lengths, contender_report *report) {
    enum { VALUES_MAX = 8 };
    int formats[VALUES_MAX];
    for (int index = 0; index < VALUES_MAX; index++) formats[index] = 1;
    PGresult *result =
        store->library->run(store->connection, name, count, values, lengths, formats, 1);
    const int status = store->library->result_status(result);
    if (status == PG_COMMAND_DONE || status == PG_ROWS) return result;
    store->library->clear(result);
    postgres_failed(store, name, report);
    return NULL;
}

void postgres_begin_copy(postgres_buffer *buffer) {
    static const char signature[11] = "PGCOPY\n\377\r\n";
    memcpy(buffer->bytes, signature, sizeof signature);
    buffer->count = sizeof signature;
    postgres_put(buffer, 0, 4);
    postgres_put(buffer, 0, 4);
}

void postgres_begin_array(postgres_buffer *buffer, Oid type, size_t count) {
    buffer->count = 0;
    postgres_put(buffer, 1, 4);  // dimensions
    postgres_put(buffer, 0, 4);  // without nulls
    postgres_put(buffer, type, 4);
    postgres_put(buffer, count, 4);
    postgres_put(buffer, 1, 4);  // the lower bound
}

bool postgres_copy(
    postgres_store *store, const char *sql, postgres_buffer *rows, contender_report *report) {
    const postgres_library *library = store->library;
    PGresult *result = library->execute(store->connection, sql);
    const int status = library->result_status(result);
    library->clear(result);
    if (status != PG_COPY_IN) return postgres_failed(store, sql, report);
    postgres_put(rows, UINT16_MAX, 2);
    if (library->put_copy(store->connection, (const char *)rows->bytes, (int)rows->count) != 1
        || library->end_copy(store->connection, NULL) != 1) {
        return postgres_failed(store, sql, report);
    }
    bool is_good = true;
    while ((result = library->next_result(store->connection))) {
        if (library->result_status(result) != PG_COMMAND_DONE) {
            is_good = postgres_failed(store, sql, report);
        }
        library->clear(result);
    }
    return is_good;
}

bool postgres_open(postgres_store *store, const char *place, contender_report *report) {
    *store = (postgres_store){.library = postgres_load()};
    if (!store->library) return failed(report, "load libpq", "it is not installed");
    store->connection = store->library->connect(place);
    if (store->library->status(store->connection) != PG_CONNECTION_GOOD) {
        postgres_failed(store, "connect", report);
        store->library->finish(store->connection);
        return false;
    }
    snprintf(
        store->processor_path, sizeof store->processor_path, "/proc/%d/schedstat",
        store->library->backend(store->connection));
    return true;
}

void postgres_close(postgres_store *store) { store->library->finish(store->connection); }

/// The server process's time in nanoseconds; 0 if the system does not report it.
static long long processor_nanoseconds(const postgres_store *store) {
    FILE *file = fopen(store->processor_path, "r");
    if (!file) return 0;
    long long time = 0;
    if (fscanf(file, "%lld", &time) != 1) time = 0;
    fclose(file);
    return time;
}

void postgres_start(postgres_store *store) {
    store->processor_start = processor_nanoseconds(store);
    start(&store->watch);
}

void postgres_stop(postgres_store *store) {
    stop(&store->watch);
    store->watch.processor_seconds +=
        (double)(processor_nanoseconds(store) - store->processor_start) * 1e-9;
}

bool contender_postgres_empty(const char *place, contender_report *report) {
    *report = (contender_report){0};
    postgres_store store;
    if (!postgres_open(&store, place, report)) return false;
    const bool is_good = postgres_execute(&store, "SET client_min_messages = warning", report)
        && postgres_execute(&store, schema, report);
    postgres_close(&store);
    return is_good;
}

uint64_t contender_postgres_stored_bytes(const char *place) {
    contender_report report = {0};
    postgres_store store;
    if (!postgres_open(&store, place, &report)) return 0;
    uint64_t count = 0;
    PGresult *result = store.library->execute(
        store.connection,
        "SELECT pg_total_relation_size('log') + pg_total_relation_size('records')");
    if (store.library->result_status(result) == PG_ROWS) {
        count = strtoull(store.library->value(result, 0, 0), NULL, 10);
    }
    store.library->clear(result);
    postgres_close(&store);
    return count;
}

const contender *contender_postgres(void) {
    static const contender postgres = {
        .name = "postgresql",
        .create = postgres_create,
        .update = postgres_update,
        .retrieve = postgres_retrieve,
        .updated_serials = postgres_updated_serials,
        .verify = postgres_verify,
    };
    return &postgres;
}
