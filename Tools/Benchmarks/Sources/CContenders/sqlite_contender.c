#include "CContenders.h"
#include "measure.h"
#include "records.h"

#include <sqlite3.h>
#include <stdlib.h>

// The same trees on SQLite: the log a table of blobs, the records a table by serial (a table by
// rowid, SQLite's best), an index for each tree that the engine keeps beside them. Every statement
// is prepared once; a call is a transaction.

static const char *const schema =
    "CREATE TABLE IF NOT EXISTS log(number INTEGER PRIMARY KEY, value BLOB NOT NULL);"
    // The fields that are asked for most come first: SQLite reads a row from its beginning.
    "CREATE TABLE IF NOT EXISTS records("
    " serial INTEGER PRIMARY KEY, status TEXT NOT NULL, owner_id INTEGER NOT NULL,"
    " name TEXT NOT NULL, state INTEGER NOT NULL, last_position INTEGER NOT NULL,"
    " created_date INTEGER NOT NULL, created_by_id INTEGER NOT NULL,"
    " last_modified_date INTEGER NOT NULL, last_modified_by_id INTEGER NOT NULL,"
    " system_modstamp INTEGER NOT NULL, deleted_by_id INTEGER,"
    " what_id INTEGER, who_id INTEGER, preferred_phone TEXT, preferred_channel TEXT,"
    " request_reason TEXT, is_callback INTEGER NOT NULL, request_description TEXT);"
    "CREATE UNIQUE INDEX IF NOT EXISTS records_name ON records(name);"
    "CREATE INDEX IF NOT EXISTS records_owner ON records(owner_id);"
    "CREATE INDEX IF NOT EXISTS records_status ON records(status);"
    "CREATE INDEX IF NOT EXISTS records_reason ON records(request_reason);"
    "CREATE INDEX IF NOT EXISTS records_created ON records(created_date);"
    "CREATE INDEX IF NOT EXISTS records_times ON records(system_modstamp);";

static const char *const settings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA cache_size = -262144;"  // 256 MiB
    "PRAGMA temp_store = MEMORY;";

// MARK: - The store

static bool succeeded(sqlite3 *database, int code, const char *doing, contender_report *report) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return true;
    return failed(report, doing, database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
}

static bool execute(sqlite3 *database, const char *sql, contender_report *report) {
    return succeeded(database, sqlite3_exec(database, sql, NULL, NULL, NULL), sql, report);
}

/// A statement to be kept, or null.
static sqlite3_stmt *prepared(sqlite3 *database, const char *sql, contender_report *report) {
    sqlite3_stmt *statement = NULL;
    const int code =
        sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    return succeeded(database, code, sql, report) ? statement : NULL;
}

/// Runs a statement that answers no rows.
static bool run(sqlite3_stmt *statement, contender_report *report) {
    const int code = sqlite3_step(statement);
    const bool is_good = succeeded(
        sqlite3_db_handle(statement), code, sqlite3_sql(statement), report);
    sqlite3_reset(statement);
    return is_good;
}

/// Opens the database with all of its tables, or answers null.
static sqlite3 *open_database(
    const char *directory, bool is_durable, contender_report *report) {
    char path[4096];
    const int path_count = snprintf(path, sizeof path, "%s/records.sqlite", directory);
    if (path_count < 0 || (size_t)path_count >= sizeof path) {
        failed(report, "open", "the path of the folder is too long");
        return NULL;
    }
    sqlite3 *database = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path, &database, flags, NULL);
    const char *synchronous =
        is_durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF";
    if (succeeded(database, code, "open", report) && execute(database, settings, report)
        && execute(database, synchronous, report) && execute(database, schema, report)) {
        return database;
    }
    sqlite3_close(database);
    return NULL;
}

/// Moves the write-ahead log into the database, and that to the disk.
static bool synchronize(sqlite3 *database, contender_report *report) {
    if (!execute(database, "PRAGMA synchronous = FULL", report)
        || !execute(database, "PRAGMA wal_checkpoint(TRUNCATE)", report)) {
        return false;
    }
    // Earlier checkpoints did not wait for the disk, and one that finds nothing to move does not.
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK) code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    return succeeded(database, code, "synchronize", report);
}

static void bind_text(sqlite3_stmt *statement, int place, workload_text text) {
    sqlite3_bind_text(statement, place, text.bytes, (int)text.count, SQLITE_STATIC);
}

static workload_text text_in(sqlite3_stmt *statement, int column) {
    const char *bytes = (const char *)sqlite3_column_text(statement, column);
    return (workload_text){bytes, (uint32_t)sqlite3_column_bytes(statement, column)};
}

// MARK: - Writing

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
                      " ?8, ?9, ?10, ?11, ?12)",
    [FIND_RECORD] = "SELECT status, request_description, last_position, last_modified_date,"
                    " last_modified_by_id, system_modstamp FROM records WHERE serial = ?1",
    // Two, so that an update that leaves Status alone leaves its index alone.
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
    return run(insert, report);
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
        bind_text(insert, 2, request->status);
        sqlite3_bind_int64(insert, 3, (sqlite3_int64)user_key(request->owner));
        bind_text(insert, 4, request->name);
        sqlite3_bind_int64(insert, 5, (sqlite3_int64)position);
        sqlite3_bind_int64(insert, 6, request->created);
        sqlite3_bind_int64(insert, 7, (sqlite3_int64)acting_user());
        bind_text(insert, 8, request->phone);
        bind_text(insert, 9, request->channel);
        bind_text(insert, 10, request->reason);
        sqlite3_bind_int(insert, 11, request->is_callback);
        bind_text(insert, 12, request->description);
        if (!run(insert, report)) return false;
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
        .status = text_in(find, 0),
        .description = text_in(find, 1),
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
    bind_text(change, 2, update->description);
    sqlite3_bind_int64(change, 3, (sqlite3_int64)position);
    sqlite3_bind_int64(change, 4, update->time);
    sqlite3_bind_int64(change, 5, (sqlite3_int64)acting_user());
    if (moves_status) bind_text(change, 6, update->status);
    return run(change, report) ? log : NULL;
}

static bool put_updates(
    sqlite_writer *writer, workload_update *updates, size_t count, contender_report *report) {
    // In the order of the table, as for LMDB.
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
    sqlite3_stmt *last = prepared(writer->database, "SELECT max(number) FROM log", report);
    if (!last) return false;
    const int code = sqlite3_step(last);
    writer->number = (uint64_t)sqlite3_column_int64(last, 0);  // 0 for an empty log.
    sqlite3_finalize(last);
    return succeeded(writer->database, code, "find the end of the log", report);
}

/// Close the writer in any case.
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
        writer->statements[statement] = prepared(database, writer_sql[statement], report);
        if (!writer->statements[statement]) return false;
    }
    return find_last_number(writer, report);
}

/// Makes one call of the values that are given: requests, or else updates.
static bool make_call(
    sqlite_writer *writer, const workload_request *requests, workload_update *updates,
    size_t count, contender_report *report) {
    writer->number++;
    if (!run(writer->statements[BEGIN], report)) return false;
    const bool is_good = updates ? put_updates(writer, updates, count, report)
                                 : put_requests(writer, requests, count, report);
    if (is_good) return run(writer->statements[COMMIT], report);
    contender_report second;  // The first failure is the one to tell.
    run(writer->statements[ROLLBACK], &second);
    return false;
}

/// Makes the calls; `record_count` is how many records there are to update, 0 to create.
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
    const bool is_good = synchronize(writer->database, report);
    stop(watch);
    return is_good;
}

static double write_calls(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = open_database(directory, calls.is_durable, report);
    if (!database) return -1;
    sqlite_writer writer = {0};
    stopwatch watch = {0};
    const bool is_good = open_writer(&writer, database, calls.batch, report)
        && make_calls(&writer, calls, record_count, &watch, report);
    close_writer(&writer);
    sqlite3_close(database);
    report->checksum = calls.count;
    return is_good ? watch.seconds : -1;
}

static double create(
    const char *directory, contender_calls calls, contender_report *report) {
    return write_calls(directory, calls, 0, report);
}

static double update(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report) {
    return write_calls(directory, calls, record_count, report);
}

// MARK: - Reading

typedef enum { READ_BEGIN, READ_COMMIT, READ_RECORD, READER_STATEMENT_COUNT } reader_statement;

static const char *const reader_sql[READER_STATEMENT_COUNT] = {
    [READ_BEGIN] = "BEGIN",
    [READ_COMMIT] = "COMMIT",
    [READ_RECORD] = "SELECT status, owner_id, name FROM records WHERE serial = ?1",
};

static bool retrieve_one(
    sqlite3_stmt *find, uint64_t serial, uint64_t *checksum, contender_report *report) {
    sqlite3_bind_int64(find, 1, (sqlite3_int64)serial);
    const int code = sqlite3_step(find);
    if (code == SQLITE_ROW) {
        retrieved fields;
        copy_text(fields.status, &fields.status_count, text_in(find, 0));
        fields.owner = (uint64_t)sqlite3_column_int64(find, 1);
        copy_text(fields.name, &fields.name_count, text_in(find, 2));
        *checksum += retrieved_checksum(&fields);
    }
    sqlite3_reset(find);
    return code == SQLITE_ROW || failed(report, "find a record", sqlite3_errstr(code));
}

/// A single record needs no explicit transaction: a statement is one.
static bool retrieve_all(
    sqlite3_stmt *const *statements, const uint64_t *serials, size_t count,
    size_t per_transaction, contender_report *report) {
    uint64_t checksum = 0;
    for (size_t first = 0; first < count; first += per_transaction) {
        const size_t end = count - first < per_transaction ? count : first + per_transaction;
        if (per_transaction > 1 && !run(statements[READ_BEGIN], report)) return false;
        for (size_t index = first; index < end; index++) {
            const bool is_good =
                retrieve_one(statements[READ_RECORD], serials[index], &checksum, report);
            if (!is_good) return false;
        }
        if (per_transaction > 1 && !run(statements[READ_COMMIT], report)) return false;
    }
    report->checksum = checksum;
    return true;
}

static double retrieve(
    const char *directory, const uint64_t *serials, size_t count, size_t per_transaction,
    contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = open_database(directory, true, report);
    if (!database) return -1;
    sqlite3_stmt *statements[READER_STATEMENT_COUNT] = {NULL};
    stopwatch watch = {0};
    bool is_good = true;
    for (int index = 0; index < READER_STATEMENT_COUNT && is_good; index++) {
        statements[index] = prepared(database, reader_sql[index], report);
        is_good = statements[index] != NULL;
    }
    is_good =
        is_good && retrieve_all(statements, serials, count, per_transaction, report);
    if (is_good) {
        start(&watch);
        is_good = retrieve_all(statements, serials, count, per_transaction, report);
        stop(&watch);
    }
    for (int index = 0; index < READER_STATEMENT_COUNT; index++) {
        sqlite3_finalize(statements[index]);
    }
    sqlite3_close(database);
    return is_good ? watch.seconds : -1;
}

/// Collects the serials of one window, at most `count`; how many there were, or -1.
static int64_t collect(
    sqlite3_stmt *scan, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, contender_report *report) {
    sqlite3_bind_int64(scan, 1, from_second * 1000);
    sqlite3_bind_int64(scan, 2, until_second * 1000);
    size_t found = 0;
    int code;
    while ((code = sqlite3_step(scan)) == SQLITE_ROW && found < count) {
        serials[found++] = (uint64_t)sqlite3_column_int64(scan, 0);
    }
    const bool is_good =
        succeeded(sqlite3_db_handle(scan), code, "scan the times", report);
    sqlite3_reset(scan);
    return is_good ? (int64_t)found : -1;
}

static double updated_serials(
    const char *directory, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, unsigned passes, contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = open_database(directory, true, report);
    if (!database) return -1;
    stopwatch watch = {0};
    int64_t found = -1;
    sqlite3_stmt *scan = prepared(
        database,
        "SELECT serial FROM records WHERE system_modstamp >= ?1 AND system_modstamp < ?2",
        report);
    if (scan) {
        found = collect(scan, from_second, until_second, serials, count, report);
        start(&watch);
        for (unsigned pass = 0; pass < passes && found >= 0; pass++) {
            found = collect(scan, from_second, until_second, serials, count, report);
        }
        stop(&watch);
        sqlite3_finalize(scan);
    }
    sqlite3_close(database);
    if (found < 0 || !is_complete(serials, (size_t)found, count, report)) return -1;
    return watch.seconds;
}

// MARK: - Verifying

static uint64_t hashed_record(uint64_t hash, sqlite3_stmt *scan) {
    for (int column = 0; column < sqlite3_column_count(scan); column++) {
        if (sqlite3_column_type(scan, column) == SQLITE_INTEGER) {
            const int64_t value = sqlite3_column_int64(scan, column);
            // is_callback, which is the last one, has one byte in a row.
            const bool is_last = column + 1 == sqlite3_column_count(scan);
            hash = hashed(hash, &value, is_last ? 1 : sizeof value);
        } else {
            const workload_text text = text_in(scan, column);
            hash = hashed(hash, text.bytes, text.count);
        }
    }
    return hash;
}

static bool verify_records(
    sqlite3 *database, uint64_t record_count, contender_report *report) {
    // In the order in which a row has its fields.
    sqlite3_stmt *scan = prepared(
        database,
        "SELECT serial, created_date, system_modstamp, name, owner_id, preferred_phone,"
        " preferred_channel, status, request_reason, request_description, is_callback"
        " FROM records ORDER BY serial",
        report);
    if (!scan) return false;
    uint64_t hash = HASH_START, found = 0;
    int code;
    while ((code = sqlite3_step(scan)) == SQLITE_ROW) {
        hash = hashed_record(hash, scan);
        found++;
    }
    const bool is_good = succeeded(database, code, "scan the records", report);
    sqlite3_finalize(scan);
    report->checksum = hash;
    if (!is_good || found == record_count) return is_good;
    return failed(report, "scan the records", "not as many as were created");
}

/// SQLite holds its indexes against the table itself.
static bool verify_indexes(sqlite3 *database, contender_report *report) {
    sqlite3_stmt *check = prepared(database, "PRAGMA integrity_check(1)", report);
    if (!check) return false;
    const int code = sqlite3_step(check);
    bool is_good = succeeded(database, code, "check the integrity", report);
    if (is_good) {
        const char *finding = (const char *)sqlite3_column_text(check, 0);
        if (strcmp(finding, "ok") != 0) is_good = failed(report, "check the integrity", finding);
    }
    sqlite3_finalize(check);
    return is_good;
}

static double verify(
    const char *directory, uint64_t record_count, contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = open_database(directory, true, report);
    if (!database) return -1;
    stopwatch watch = {0};
    start(&watch);
    const bool is_good = verify_records(database, record_count, report)
        && verify_indexes(database, report);
    stop(&watch);
    sqlite3_close(database);
    return is_good ? watch.seconds : -1;
}

const contender *contender_sqlite(void) {
    static const contender sqlite = {
        .name = "sqlite",
        .create = create,
        .update = update,
        .retrieve = retrieve,
        .updated_serials = updated_serials,
        .verify = verify,
    };
    return &sqlite;
}

const char *contender_sqlite_version(void) { return sqlite3_libversion(); }
