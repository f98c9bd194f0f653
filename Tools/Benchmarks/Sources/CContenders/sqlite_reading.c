#include "sqlite_contender.h"

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
        copy_text(fields.status, &fields.status_count, sqlite_text(find, 0));
        fields.owner = (uint64_t)sqlite3_column_int64(find, 1);
        copy_text(fields.name, &fields.name_count, sqlite_text(find, 2));
        *checksum += retrieved_checksum(&fields);
    }
    sqlite3_reset(find);
    return code == SQLITE_ROW || failed(report, "find a record", sqlite3_errstr(code));
}

/// A single record does not need an explicit transaction, because a statement is one.
static bool retrieve_all(
    sqlite3_stmt *const *statements, const uint64_t *serials, size_t count,
    size_t per_transaction, contender_report *report) {
    uint64_t checksum = 0;
    for (size_t first = 0; first < count; first += per_transaction) {
        const size_t end = count - first < per_transaction ? count : first + per_transaction;
        if (per_transaction > 1 && !sqlite_run(statements[READ_BEGIN], report)) return false;
        for (size_t index = first; index < end; index++) {
            const bool is_good =
                retrieve_one(statements[READ_RECORD], serials[index], &checksum, report);
            if (!is_good) return false;
        }
        if (per_transaction > 1 && !sqlite_run(statements[READ_COMMIT], report)) return false;
    }
    report->checksum = checksum;
    return true;
}

double sqlite_retrieve(
    const char *directory, const uint64_t *serials, size_t count, size_t per_transaction,
    contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = sqlite_open(directory, true, report);
    if (!database) return -1;
    sqlite3_stmt *statements[READER_STATEMENT_COUNT] = {NULL};
    stopwatch watch = {0};
    bool is_good = true;
    for (int index = 0; index < READER_STATEMENT_COUNT && is_good; index++) {
        statements[index] = sqlite_prepare(database, reader_sql[index], report);
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
    return result_of(&watch, is_good, report);
}

/// Collects the serials of one window, at most `count`; returns how many there were, or -1.
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
        sqlite_succeeded(sqlite3_db_handle(scan), code, "scan the times", report);
    sqlite3_reset(scan);
    return is_good ? (int64_t)found : -1;
}

double sqlite_updated_serials(
    const char *directory, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, unsigned passes, contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = sqlite_open(directory, true, report);
    if (!database) return -1;
    stopwatch watch = {0};
    int64_t found = -1;
    sqlite3_stmt *scan = sqlite_prepare(
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
    return result_of(&watch, true, report);
}
