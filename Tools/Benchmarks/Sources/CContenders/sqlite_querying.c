#include "sqlite_contender.h"

/// What every contender adds up from a row: numbers as they are, and the first and last byte of
/// texts.
static uint64_t row_checksum(sqlite3_stmt *statement) {
    uint64_t sum = 0;
    for (int column = 0; column < sqlite3_column_count(statement); column++) {
        if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
            sum += (uint64_t)sqlite3_column_int64(statement, column);
            continue;
        }
        const workload_text text = sqlite_text(statement, column);
        if (text.count > 0) {
            sum += (uint8_t)text.bytes[0];
            sum += (uint8_t)text.bytes[text.count - 1];
        }
    }
    return sum;
}

static bool run_query(sqlite3_stmt *statement, uint64_t *checksum, contender_report *report) {
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) *checksum += row_checksum(statement);
    const bool is_good =
        sqlite_succeeded(sqlite3_db_handle(statement), code, "run a query", report);
    sqlite3_reset(statement);
    return is_good;
}

double contender_sqlite_query(
    const char *directory, const char *sql, unsigned passes, contender_report *report) {
    *report = (contender_report){0};
    sqlite3 *database = sqlite_open(directory, true, report);
    if (!database) return -1;
    stopwatch watch = {0};
    uint64_t checksum = 0;
    sqlite3_stmt *statement = sqlite_prepare(database, sql, report);
    bool is_good = statement && run_query(statement, &checksum, report);
    checksum = 0;
    if (is_good) {
        start(&watch);
        for (unsigned pass = 0; pass < passes && is_good; pass++) {
            is_good = run_query(statement, &checksum, report);
        }
        stop(&watch);
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    report->checksum = checksum;
    return result_of(&watch, is_good, report);
}
