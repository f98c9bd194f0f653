#include "sqlite_contender.h"

static uint64_t hashed_record(uint64_t hash, sqlite3_stmt *scan) {
    for (int column = 0; column < sqlite3_column_count(scan); column++) {
        if (sqlite3_column_type(scan, column) == SQLITE_INTEGER) {
            const int64_t value = sqlite3_column_int64(scan, column);
            // is_callback, which is the last one, has one byte in a row.
            const bool is_last = column + 1 == sqlite3_column_count(scan);
            hash = hashed(hash, &value, is_last ? 1 : sizeof value);
        } else {
            const workload_text text = sqlite_text(scan, column);
            hash = hashed(hash, text.bytes, text.count);
        }
    }
    return hash;
}

static bool verify_records(
    sqlite3 *database, uint64_t record_count, contender_report *report) {
    // In the order of a row's fields.
    sqlite3_stmt *scan = sqlite_prepare(
        database,
        "SELECT serial, created_date / 1000, system_modstamp / 1000, name, owner_id, preferred_phone,"
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
    const bool is_good = sqlite_succeeded(database, code, "scan the records", report);
    sqlite3_finalize(scan);
    report->checksum = hash;
    if (!is_good || found == record_count) return is_good;
    return failed(report, "scan the records", "not as many as were created");
}

/// SQLite compares its indexes with the table itself.
static bool verify_indexes(sqlite3 *database, contender_report *report) {
    sqlite3_stmt *check = sqlite_prepare(database, "PRAGMA integrity_check(1)", report);
    if (!check) return false;
    const int code = sqlite3_step(check);
    bool is_good = sqlite_succeeded(database, code, "check the integrity", report);
    if (is_good) {
        const char *finding = (const char *)sqlite3_column_text(check, 0);
        if (strcmp(finding, "ok") != 0) is_good = failed(report, "check the integrity", finding);
    }
    sqlite3_finalize(check);
    return is_good;
}

double sqlite_verify(
    const char *directory, uint64_t record_count, contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = sqlite_open(directory, true, report);
    if (!database) return -1;
    stopwatch watch = {0};
    start(&watch);
    const bool is_good = verify_records(database, record_count, report)
        && verify_indexes(database, report);
    stop(&watch);
    sqlite3_close(database);
    return result_of(&watch, is_good, report);
}
