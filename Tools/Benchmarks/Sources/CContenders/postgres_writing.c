#include "postgres_contender.h"
#include "records.h"

#include <stdlib.h>

/// What a writer keeps from call to call.
typedef struct {
    postgres_store store;
    workload *workload;
    /// The number of the last call in the log.
    uint64_t number;
    record_values *values;
    uint8_t *log;
    postgres_buffer rows;
    postgres_buffer log_row;
} postgres_writer;

static const char copy_records[] =
    "COPY records(serial, status, owner_id, name, last_position, created_date, created_by_id,"
    " last_modified_date, last_modified_by_id, system_modstamp, preferred_phone,"
    " preferred_channel, request_reason, is_callback, request_description)"
    " FROM STDIN BINARY";

static const char copy_log[] = "COPY log FROM STDIN BINARY";

// Only for this connection, and not in the write-ahead log.
static const char changes_table[] =
    "CREATE TEMP TABLE changes(serial bigint, status text, request_description text,"
    " position bigint, time bigint) ON COMMIT DELETE ROWS";

static const char copy_changes[] = "COPY changes FROM STDIN BINARY";

static const char find_before[] =
    "SELECT r.serial, r.status, r.request_description, r.last_position, r.last_modified_date,"
    " r.last_modified_by_id, r.system_modstamp"
    " FROM changes c JOIN records r ON r.serial = c.serial ORDER BY r.serial FOR UPDATE OF r";

static const char apply_changes[] =
    "UPDATE records r SET status = c.status, request_description = c.request_description,"
    " last_position = c.position, last_modified_date = c.time, system_modstamp = c.time,"
    " last_modified_by_id = $1 FROM changes c WHERE r.serial = c.serial";

static bool put_log(postgres_writer *writer, size_t byte_count, contender_report *report) {
    postgres_begin_copy(&writer->log_row);
    postgres_put(&writer->log_row, 2, 2);
    postgres_put_int8(&writer->log_row, writer->number);
    postgres_put_bytes(&writer->log_row, writer->log, byte_count);
    return postgres_copy(&writer->store, copy_log, &writer->log_row, report);
}

static bool put_requests(
    postgres_writer *writer, const workload_request *requests, size_t count,
    contender_report *report) {
    postgres_buffer *rows = &writer->rows;
    postgres_begin_copy(rows);
    for (size_t place = 0; place < count; place++) {
        const workload_request *request = &requests[place];
        values_of_request(&writer->values[place], request);
        const uint64_t created = (uint64_t)request->created;
        postgres_put(rows, 15, 2);
        postgres_put_int8(rows, request->serial);
        postgres_put_text(rows, request->status);
        postgres_put_int8(rows, user_key(request->owner));
        postgres_put_text(rows, request->name);
        postgres_put_int8(rows, event_position(writer->number, place));
        postgres_put_int8(rows, created);
        postgres_put_int8(rows, acting_user());
        postgres_put_int8(rows, created);
        postgres_put_int8(rows, acting_user());
        postgres_put_int8(rows, created);
        postgres_put_text(rows, request->phone);
        postgres_put_text(rows, request->channel);
        postgres_put_text(rows, request->reason);
        postgres_put_bytes(rows, &writer->values[place].is_callback, 1);
        postgres_put_text(rows, request->description);
    }
    encode_log_of_creates(writer->log, writer->number, requests, writer->values, count);
    return put_log(writer, log_byte_count_of_creates(writer->values, count), report)
        && postgres_copy(&writer->store, copy_records, rows, report);
}

/// Writes the events of a call's updates, with the records in the order of the updates.
static bool log_updates(
    postgres_writer *writer, const workload_update *updates, size_t count,
    const PGresult *before, contender_report *report) {
    const postgres_library *library = writer->store.library;
    if (library->rows(before) != (int)count) return failed(report, "find records", "not all");
    uint8_t *end = begin_log(writer->log, writer->number, updates[0].time, count);
    for (int row = 0; row < (int)count; row++) {
        const update_before values = {
            .status = postgres_text(library, before, row, 1),
            .description = postgres_text(library, before, row, 2),
            .previous_position = postgres_int8(library, before, row, 3),
            .last_modified = (int64_t)postgres_int8(library, before, row, 4),
            .last_modified_by = postgres_int8(library, before, row, 5),
            .system_modstamp = (int64_t)postgres_int8(library, before, row, 6),
        };
        end = log_update(end, &updates[row], &values);
    }
    return put_log(writer, (size_t)(end - writer->log), report);
}

static bool put_updates(
    postgres_writer *writer, workload_update *updates, size_t count, contender_report *report) {
    sort_updates(updates, count);
    postgres_buffer *rows = &writer->rows;
    postgres_begin_copy(rows);
    for (size_t place = 0; place < count; place++) {
        postgres_put(rows, 5, 2);
        postgres_put_int8(rows, updates[place].serial);
        postgres_put_text(rows, updates[place].status);
        postgres_put_text(rows, updates[place].description);
        postgres_put_int8(rows, event_position(writer->number, place));
        postgres_put_int8(rows, (uint64_t)updates[place].time);
    }
    postgres_store *store = &writer->store;
    if (!postgres_copy(store, copy_changes, rows, report)) return false;
    PGresult *before = postgres_run(store, "find", 0, NULL, NULL, report);
    if (!before) return false;
    bool is_good = log_updates(writer, updates, count, before, report);
    store->library->clear(before);
    if (!is_good) return false;

    uint8_t actor_bytes[8];
    postgres_buffer actor = {actor_bytes, 0};
    postgres_put(&actor, acting_user(), 8);
    const char *values[1] = {(const char *)actor_bytes};
    PGresult *changed = postgres_run(store, "apply", 1, values, (int[1]){8}, report);
    if (changed) store->library->clear(changed);
    return changed != NULL;
}

static bool find_last_number(postgres_writer *writer, contender_report *report) {
    const postgres_library *library = writer->store.library;
    PGresult *result = library->execute(
        writer->store.connection, "SELECT coalesce(max(number), 0) FROM log");
    const bool is_good = library->result_status(result) == PG_ROWS;
    if (is_good) writer->number = strtoull(library->value(result, 0, 0), NULL, 10);
    library->clear(result);
    return is_good || postgres_failed(&writer->store, "find the end of the log", report);
}

/// The caller closes the writer in any case.
static bool open_writer(postgres_writer *writer, size_t batch, contender_report *report) {
    const size_t row_bytes = ROW_BYTES_MAX * 2, log_bytes = batch * LOG_UPDATE_BYTES_MAX + 256;
    writer->workload = workload_create(batch);
    writer->values = calloc(batch, sizeof *writer->values);
    writer->log = malloc(log_bytes);
    writer->rows.bytes = malloc(batch * row_bytes + 256);
    writer->log_row.bytes = malloc(log_bytes + 256);
    if (!writer->workload || !writer->values || !writer->log || !writer->rows.bytes
        || !writer->log_row.bytes) {
        return failed(report, "prepare a writer", "out of memory");
    }
    postgres_store *store = &writer->store;
    return postgres_execute(store, changes_table, report)
        && postgres_prepare(store, "find", find_before, 0, NULL, report)
        && postgres_prepare(store, "apply", apply_changes, 1, (Oid[1]){PG_INT8}, report)
        && find_last_number(writer, report);
}

static void close_writer(postgres_writer *writer) {
    workload_destroy(writer->workload);
    free(writer->values);
    free(writer->log);
    free(writer->rows.bytes);
    free(writer->log_row.bytes);
    postgres_close(&writer->store);
}

/// Makes the calls; `record_count` is the number of records to update, or 0 to create.
static bool make_calls(
    postgres_writer *writer, contender_calls calls, uint64_t record_count,
    contender_report *report) {
    postgres_store *store = &writer->store;
    const char *mode = calls.is_durable ? "SET synchronous_commit = on"
                                        : "SET synchronous_commit = off";
    if (!postgres_execute(store, mode, report)) return false;
    uint64_t done = 0;
    while (done < calls.count) {
        const uint64_t left = calls.count - done;
        const size_t count = left < calls.batch ? (size_t)left : calls.batch;
        const uint64_t first = calls.first + done;
        workload_update *updates = NULL;
        const workload_request *requests = NULL;
        if (record_count) {
            updates = workload_updates(writer->workload, first, count, record_count);
        } else {
            requests = workload_requests(writer->workload, first, count);
        }
        done += count;
        writer->number++;
        postgres_start(store);
        // The last commit of a bulk work brings the earlier ones to the disk as well.
        const char *begin = done == calls.count ? "BEGIN; SET LOCAL synchronous_commit = on"
                                                : "BEGIN";
        if (!postgres_execute(store, begin, report)) return false;
        const bool is_good = updates ? put_updates(writer, updates, count, report)
                                     : put_requests(writer, requests, count, report);
        if (!is_good || !postgres_execute(store, "COMMIT", report)) return false;
        postgres_stop(store);
    }
    return true;
}

static double write_calls(
    const char *place, contender_calls calls, uint64_t record_count, contender_report *report) {
    *report = (contender_report){0};
    postgres_writer writer = {0};
    if (!postgres_open(&writer.store, place, report)) return -1;
    const bool is_good = open_writer(&writer, calls.batch, report)
        && make_calls(&writer, calls, record_count, report)
        // What the server would do by itself at some time; done here, so that it does not disturb
        // reading.
        && (calls.batch == 1 || postgres_execute(&writer.store, "VACUUM ANALYZE", report));
    const stopwatch watch = writer.store.watch;
    close_writer(&writer);
    report->checksum = calls.count;
    return result_of(&watch, is_good, report);
}

double postgres_create(const char *place, contender_calls calls, contender_report *report) {
    return write_calls(place, calls, 0, report);
}

double postgres_update(
    const char *place, contender_calls calls, uint64_t record_count, contender_report *report) {
    return write_calls(place, calls, record_count, report);
}
