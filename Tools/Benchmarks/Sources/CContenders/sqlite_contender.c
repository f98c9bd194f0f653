#include "sqlite_contender.h"

static const char *const schema =
    "CREATE TABLE IF NOT EXISTS log(number INTEGER PRIMARY KEY, value BLOB NOT NULL);"
    // The fields that are read most come first: SQLite reads a row from its beginning.
    "CREATE TABLE IF NOT EXISTS records("
    " serial INTEGER PRIMARY KEY, status TEXT NOT NULL, owner_id INTEGER NOT NULL,"
    " name TEXT NOT NULL, state INTEGER NOT NULL, last_position INTEGER NOT NULL,"
    " created_date INTEGER NOT NULL, created_by_id INTEGER NOT NULL,"
    " last_modified_date INTEGER NOT NULL, last_modified_by_id INTEGER NOT NULL,"
    " system_modstamp INTEGER NOT NULL, deleted_by_id INTEGER,"
    " what_id INTEGER, who_id INTEGER, preferred_phone TEXT, preferred_channel TEXT,"
    " request_reason TEXT, is_callback INTEGER NOT NULL, available_callback_attempts INTEGER,"
    " delay_between_callback_attempts INTEGER, request_description TEXT);"
    "CREATE UNIQUE INDEX IF NOT EXISTS records_name ON records(name);"
    "CREATE INDEX IF NOT EXISTS records_owner ON records(owner_id);"
    "CREATE INDEX IF NOT EXISTS records_status ON records(status);"
    "CREATE INDEX IF NOT EXISTS records_reason ON records(request_reason);"
    "CREATE INDEX IF NOT EXISTS records_created ON records(created_date);"
    "CREATE INDEX IF NOT EXISTS records_times ON records(system_modstamp);";

// Settings that were measured to make little difference keep their defaults: mmap_size, page_size.
static const char *const settings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA cache_size = -262144;"  // 256 MiB
    "PRAGMA temp_store = MEMORY;";

// A checkpoint syncs too, and writes a page only once however often it changed: with one every 40
// MB instead of 4, durable creates took 0.8 and durable updates 0.7 of the time. For bulk works
// that made no difference.
static const char *const durable_settings =
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 10000;";

static const char *const bulk_settings = "PRAGMA synchronous = OFF;";

bool sqlite_succeeded(sqlite3 *database, int code, const char *doing, contender_report *report) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return true;
    return failed(report, doing, database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
}

static bool execute(sqlite3 *database, const char *sql, contender_report *report) {
    return sqlite_succeeded(database, sqlite3_exec(database, sql, NULL, NULL, NULL), sql, report);
}

sqlite3_stmt *sqlite_prepare(sqlite3 *database, const char *sql, contender_report *report) {
    sqlite3_stmt *statement = NULL;
    const int code =
        sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    return sqlite_succeeded(database, code, sql, report) ? statement : NULL;
}

bool sqlite_run(sqlite3_stmt *statement, contender_report *report) {
    const int code = sqlite3_step(statement);
    const bool is_good = sqlite_succeeded(
        sqlite3_db_handle(statement), code, sqlite3_sql(statement), report);
    sqlite3_reset(statement);
    return is_good;
}

sqlite3 *sqlite_open(const char *directory, bool is_durable, contender_report *report) {
    char path[4096];
    const int path_count = snprintf(path, sizeof path, "%s/records.sqlite", directory);
    if (path_count < 0 || (size_t)path_count >= sizeof path) {
        failed(report, "open", "the path of the folder is too long");
        return NULL;
    }
    sqlite3 *database = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path, &database, flags, NULL);
    const char *mode = is_durable ? durable_settings : bulk_settings;
    if (sqlite_succeeded(database, code, "open", report) && execute(database, settings, report)
        && execute(database, mode, report) && execute(database, schema, report)) {
        return database;
    }
    sqlite3_close(database);
    return NULL;
}

bool sqlite_synchronize(sqlite3 *database, contender_report *report) {
    if (!execute(database, "PRAGMA synchronous = FULL", report)
        || !execute(database, "PRAGMA wal_checkpoint(TRUNCATE)", report)) {
        return false;
    }
    // Earlier checkpoints did not wait for the disk, and one that finds nothing to move does not
    // either.
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK) code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    return sqlite_succeeded(database, code, "synchronize", report);
}

const contender *contender_sqlite(void) {
    static const contender sqlite = {
        .name = "sqlite",
        .create = sqlite_create,
        .update = sqlite_update,
        .retrieve = sqlite_retrieve,
        .updated_serials = sqlite_updated_serials,
        .verify = sqlite_verify,
    };
    return &sqlite;
}

const char *contender_sqlite_version(void) { return sqlite3_libversion(); }
