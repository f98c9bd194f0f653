#include "records.h"
#include "sqlite_contender.h"

#include <stdlib.h>

typedef enum {
    BEGIN,
    COMMIT,
    ROLLBACK,
    INSERT_LOG,
    INSERT_RECORD,
    FIND_RECORD,
    UPDATE_RECORD,
    UPDATE_RECORD_AND_STATUS,
    WRITER_STATEMENT_COUNT,
} writer_statement;

static const char *const writer_sql[WRITER_STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [INSERT_LOG] = "INSERT INTO log VALUES(?1, ?2)",
    [INSERT_RECORD] = "INSERT INTO records VALUES("
                      "?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?6, ?7, ?6, NULL, NULL, NULL,"
                      " ?8, ?9, ?10, ?11, 0, 0, ?12)",
    [FIND_RECORD] = "SELECT status, request_description, last_position, last_modified_date,"
                    " last_modified_by_id, system_modstamp FROM records WHERE serial = ?1",
    // Two statements, so that an update that does not change Status does not change its index.
    [UPDATE_RECORD] = "UPDATE records SET request_description = ?2, last_position = ?3,"
                      " last_modified_date = ?4, system_modstamp = ?4, last_modified_by_id = ?5"
                      " WHERE serial = ?1",
    [UPDATE_RECORD_AND_STATUS] =
        "UPDATE records SET request_description = ?2, last_position = ?3,"
        " last_modified_date = ?4, system_modstamp = ?4, last_modified_by_id = ?5,"
        " status = ?6 WHERE serial = ?1",
};

/// What a writer keeps from call to call.
typedef struct {
    sqlite3 *database;
    workload *workload;
    sqlite3_stmt *statements[WRITER_STATEMENT_COUNT];
    /// The number of the last call in the log.
    uint64_t number;
    record_values *values;
    uint8_t *log;
} sqlite_writer;

static bool put_log(sqlite_writer *writer, size_t byte_count, contender_report *report) {
    sqlite3_stmt *insert = writer->statements[INSERT_LOG];
    sqlite3_bind_int64(insert, 1, (sqlite3_int64)writer->number);
    sqlite3_bind_blob64(insert, 2, writer->log, byte_count, SQLITE_STATIC);
    return sqlite_run(insert, report);
}

static bool put_requests(
    sqlite_writer *writer, const workload_request *requests, size_t count,
    contender_report *report) {
    for (size_t place = 0; place < count; place++) {
        values_of_request(&writer->values[place], &requests[place]);
    }
    encode_log_of_creates(writer->log, writer->number, requests, writer->values, count);
    if (!put_log(writer, log_byte_count_of_creates(writer->values, count), report)) return false;

    sqlite3_stmt *insert = writer->statements[INSERT_RECORD];
    for (size_t place = 0; place < count; place++) {
        const workload_request *request = &requests[place];
        const uint64_t position = event_position(writer->number, place);
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)request->serial);
        sqlite_bind_text(insert, 2, request->status);
        sqlite3_bind_int64(insert, 3, (sqlite3_int64)user_key(request->owner));
        sqlite_bind_text(insert, 4, request->name);
        sqlite3_bind_int64(insert, 5, (sqlite3_int64)position);
        sqlite3_bind_int64(insert, 6, request->created);
        sqlite3_bind_int64(insert, 7, (sqlite3_int64)acting_user());
        sqlite_bind_text(insert, 8, request->phone);
        sqlite_bind_text(insert, 9, request->channel);
        sqlite_bind_text(insert, 10, request->reason);
        sqlite3_bind_int(insert, 11, request->is_callback);
        sqlite_bind_text(insert, 12, request->description);
        if (!sqlite_run(insert, report)) return false;
    }
    return true;
}

/// Rewrites one record, and adds its event to the log.
static uint8_t *put_update(
    sqlite_writer *writer, const workload_update *update, uint64_t position, uint8_t *log,
    contender_report *report) {
    sqlite3_stmt *find = writer->statements[FIND_RECORD];
    sqlite3_bind_int64(find, 1, (sqlite3_int64)update->serial);
    const int code = sqlite3_step(find);
    if (code != SQLITE_ROW) {
        failed(report, "find a record", sqlite3_errstr(code));
        sqlite3_reset(find);
        return NULL;
    }
    const update_before before = {
        .status = sqlite_text(find, 0),
        .description = sqlite_text(find, 1),
        .previous_position = (uint64_t)sqlite3_column_int64(find, 2),
        .last_modified = sqlite3_column_int64(find, 3),
        .last_modified_by = (uint64_t)sqlite3_column_int64(find, 4),
        .system_modstamp = sqlite3_column_int64(find, 5),
    };
    log = log_update(log, update, &before);
    const bool moves_status = !is_equal(before.status, update->status);
    sqlite3_reset(find);

    sqlite3_stmt *change =
        writer->statements[moves_status ? UPDATE_RECORD_AND_STATUS : UPDATE_RECORD];
    sqlite3_bind_int64(change, 1, (sqlite3_int64)update->serial);
    sqlite_bind_text(change, 2, update->description);
    sqlite3_bind_int64(change, 3, (sqlite3_int64)position);
    sqlite3_bind_int64(change, 4, update->time);
    sqlite3_bind_int64(change, 5, (sqlite3_int64)acting_user());
    if (moves_status) sqlite_bind_text(change, 6, update->status);
    return sqlite_run(change, report) ? log : NULL;
}

static bool put_updates(
    sqlite_writer *writer, workload_update *updates, size_t count, contender_report *report) {
    // In the order of the table, as with LMDB.
    sort_updates(updates, count);
    uint8_t *end = begin_log(writer->log, writer->number, updates[0].time, count);
    for (size_t place = 0; place < count; place++) {
        const uint64_t position = event_position(writer->number, place);
        end = put_update(writer, &updates[place], position, end, report);
        if (!end) return false;
    }
    return put_log(writer, (size_t)(end - writer->log), report);
}

static void close_writer(sqlite_writer *writer) {
    for (int statement = 0; statement < WRITER_STATEMENT_COUNT; statement++) {
        sqlite3_finalize(writer->statements[statement]);
    }
    workload_destroy(writer->workload);
    free(writer->values);
    free(writer->log);
}

static bool find_last_number(sqlite_writer *writer, contender_report *report) {
    sqlite3_stmt *last = sqlite_prepare(writer->database, "SELECT max(number) FROM log", report);
    if (!last) return false;
    const int code = sqlite3_step(last);
    writer->number = (uint64_t)sqlite3_column_int64(last, 0);  // 0 for an empty log.
    sqlite3_finalize(last);
    return sqlite_succeeded(writer->database, code, "find the end of the log", report);
}

/// The caller closes the writer in any case.
static bool open_writer(
    sqlite_writer *writer, sqlite3 *database, size_t batch, contender_report *report) {
    writer->database = database;
    writer->workload = workload_create(batch);
    writer->values = calloc(batch, sizeof *writer->values);
    writer->log = malloc(LOG_TRANSACTION_BYTES + batch * LOG_UPDATE_BYTES_MAX);
    if (!writer->workload || !writer->values || !writer->log) {
        return failed(report, "prepare a writer", "out of memory");
    }
    for (int statement = 0; statement < WRITER_STATEMENT_COUNT; statement++) {
        writer->statements[statement] = sqlite_prepare(database, writer_sql[statement], report);
        if (!writer->statements[statement]) return false;
    }
    return find_last_number(writer, report);
}

/// Makes one call with the given values: requests, or otherwise updates.
static bool make_call(
    sqlite_writer *writer, const workload_request *requests, workload_update *updates,
    size_t count, contender_report *report) {
    writer->number++;
    if (!sqlite_run(writer->statements[BEGIN], report)) return false;
    const bool is_good = updates ? put_updates(writer, updates, count, report)
                                 : put_requests(writer, requests, count, report);
    if (is_good) return sqlite_run(writer->statements[COMMIT], report);
    contender_report second;  // Only the first failure is reported.
    sqlite_run(writer->statements[ROLLBACK], &second);
    return false;
}

/// Makes the calls; `record_count` is the number of records to update, or 0 to create.
static bool make_calls(
    sqlite_writer *writer, contender_calls calls, uint64_t record_count, stopwatch *watch,
    contender_report *report) {
    uint64_t done = 0;
    while (done < calls.count) {
        const uint64_t left = calls.count - done;
        const size_t count = left < calls.batch ? (size_t)left : calls.batch;
        const workload_request *requests = NULL;
        workload_update *updates = NULL;
        if (record_count) {
            updates = workload_updates(
                writer->workload, calls.first + done, count, record_count);
        } else {
            requests = workload_requests(writer->workload, calls.first + done, count);
        }
        start(watch);
        if (!make_call(writer, requests, updates, count, report)) return false;
        stop(watch);
        done += count;
    }
    if (calls.is_durable) return true;
    start(watch);
    const bool is_good = sqlite_synchronize(writer->database, report);
    stop(watch);
    return is_good;
}

static double write_calls(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = sqlite_open(directory, calls.is_durable, report);
    if (!database) return -1;
    sqlite_writer writer = {0};
    stopwatch watch = {0};
    const bool is_good = open_writer(&writer, database, calls.batch, report)
        && make_calls(&writer, calls, record_count, &watch, report);
    close_writer(&writer);
    sqlite3_close(database);
    report->checksum = calls.count;
    return result_of(&watch, is_good, report);
}

double sqlite_create(
    const char *directory, contender_calls calls, contender_report *report) {
    return write_calls(directory, calls, 0, report);
}

double sqlite_update(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report) {
    return write_calls(directory, calls, record_count, report);
}
