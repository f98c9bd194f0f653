#include "postgres_contender.h"

static uint64_t hashed_record(
    uint64_t hash, const postgres_library *library, const PGresult *rows, int row) {
    for (int column = 0; column < library->columns(rows); column++) {
        const workload_text text = postgres_text(library, rows, row, column);
        if (library->type(rows, column) == PG_INT8) {
            const uint64_t value = postgres_int8_at(text.bytes);
            hash = hashed(hash, &value, sizeof value);
        } else {
            hash = hashed(hash, text.bytes, text.count);
        }
    }
    return hash;
}

/// Reads all records, a few thousand at a time; the server takes care of its indexes itself.
static bool verify_records(
    postgres_store *store, uint64_t record_count, contender_report *report) {
    const postgres_library *library = store->library;
    uint64_t hash = HASH_START, found = 0;
    while (true) {
        PGresult *rows = postgres_run(store, "next", 0, NULL, NULL, report);
        if (!rows) return false;
        const int count = library->rows(rows);
        for (int row = 0; row < count; row++) hash = hashed_record(hash, library, rows, row);
        library->clear(rows);
        if (count == 0) break;
        found += (uint64_t)count;
    }
    report->checksum = hash;
    return found == record_count
        || failed(report, "scan the records", "not as many as were created");
}

double postgres_verify(const char *place, uint64_t record_count, contender_report *report) {
    *report = (contender_report){0};
    postgres_store store;
    if (!postgres_open(&store, place, report)) return -1;
    postgres_start(&store);
    // In the order of a row's fields.
    const bool is_good = postgres_execute(&store, "BEGIN", report)
        && postgres_execute(
            &store,
            "DECLARE records_cursor CURSOR FOR SELECT serial, created_date / 1000,"
            " system_modstamp / 1000, name, owner_id, preferred_phone, preferred_channel, status,"
            " request_reason, request_description, is_callback FROM records ORDER BY serial",
            report)
        && postgres_prepare(&store, "next", "FETCH 5000 FROM records_cursor", 0, NULL, report)
        && verify_records(&store, record_count, report)
        && postgres_execute(&store, "COMMIT", report);
    postgres_stop(&store);
    postgres_close(&store);
    return result_of(&store.watch, is_good, report);
}
