#include "keys.h"
#include "lmdb_contender.h"
#include "records.h"

/// Reads the records with these serials; `transaction` is renewed after every `per_transaction`.
static bool retrieve_all(
    const lmdb_store *store, MDB_txn *transaction, const uint64_t *serials, size_t count,
    size_t per_transaction, contender_report *report) {
    retrieved fields;
    uint64_t checksum = 0;
    for (size_t index = 0; index < count; index++) {
        if (index && index % per_transaction == 0) {
            mdb_txn_reset(transaction);
            const int code = mdb_txn_renew(transaction);
            if (!lmdb_succeeded(code, "renew", report)) return false;
        }
        uint8_t serial[6];
        put48(serial, serials[index]);
        MDB_val key = {sizeof serial, serial}, value;
        const int code =
            mdb_get(transaction, store->trees[TREE_RECORDS], &key, &value);
        if (!lmdb_succeeded(code, "find a record", report)) return false;
        copy_text(fields.status, &fields.status_count, value_in_row(value.mv_data, SLOT_STATUS));
        memcpy(&fields.owner, value_in_row(value.mv_data, SLOT_OWNER).bytes, 8);
        copy_text(fields.name, &fields.name_count, value_in_row(value.mv_data, SLOT_NAME));
        checksum += retrieved_checksum(&fields);
    }
    report->checksum = checksum;
    return true;
}

double lmdb_retrieve(
    const char *directory, const uint64_t *serials, size_t count, size_t per_transaction,
    contender_report *report) {
    *report = (contender_report){0};
    lmdb_store store;
    if (!lmdb_open(&store, directory, true, report)) return -1;
    stopwatch watch = {0};
    bool is_good = false;
    MDB_txn *transaction = lmdb_begin_reading(&store, report);
    if (transaction) {
        is_good =
            retrieve_all(&store, transaction, serials, count, per_transaction, report);
        if (is_good) {
            start(&watch);
            is_good =
                retrieve_all(&store, transaction, serials, count, per_transaction, report);
            stop(&watch);
        }
        mdb_txn_abort(transaction);
    }
    lmdb_close(&store);
    return result_of(&watch, is_good, report);
}

/// Collects the serials of one window, at most `count`; returns how many there were, or -1.
static int64_t collect(
    const lmdb_store *store, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, contender_report *report) {
    MDB_txn *transaction = lmdb_begin_reading(store, report);
    if (!transaction) return -1;
    MDB_cursor *cursor = NULL;
    int code = mdb_cursor_open(transaction, store->trees[TREE_TIMES], &cursor);
    uint8_t from[6], until[6];
    put_second(from, from_second);
    put_second(until, until_second);
    MDB_val key = {sizeof from, from}, nothing;
    size_t found = 0;
    if (code == MDB_SUCCESS) code = mdb_cursor_get(cursor, &key, &nothing, MDB_SET_RANGE);
    while (code == MDB_SUCCESS && memcmp(key.mv_data, until, sizeof until) < 0) {
        if (found == count) break;
        serials[found++] = get48((const uint8_t *)key.mv_data + 6);
        code = mdb_cursor_get(cursor, &key, &nothing, MDB_NEXT);
    }
    if (cursor) mdb_cursor_close(cursor);
    mdb_txn_abort(transaction);
    if (code == MDB_NOTFOUND) code = MDB_SUCCESS;
    return lmdb_succeeded(code, "scan the times", report) ? (int64_t)found : -1;
}

double lmdb_updated_serials(
    const char *directory, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, unsigned passes, contender_report *report) {
    *report = (contender_report){0};
    lmdb_store store;
    if (!lmdb_open(&store, directory, true, report)) return -1;
    stopwatch watch = {0};
    int64_t found = collect(&store, from_second, until_second, serials, count, report);
    start(&watch);
    for (unsigned pass = 0; pass < passes && found >= 0; pass++) {
        found = collect(&store, from_second, until_second, serials, count, report);
    }
    stop(&watch);
    lmdb_close(&store);
    if (found < 0 || !is_complete(serials, (size_t)found, count, report)) return -1;
    return result_of(&watch, true, report);
}

static bool contains(workload_text text, const char *digits, size_t count) {
    for (size_t place = 0; place + count <= text.count; place++) {
        if (memcmp(text.bytes + place, digits, count) == 0) return true;
    }
    return false;
}

/// How many rows have the digits in their telephone number, or -1.
static int64_t count_rows(const lmdb_store *store, const char *digits, contender_report *report) {
    MDB_txn *transaction = lmdb_begin_reading(store, report);
    if (!transaction) return -1;
    const size_t digit_count = strlen(digits);
    MDB_cursor *cursor = NULL;
    MDB_val key, row;
    int64_t found = 0;
    int code = mdb_cursor_open(transaction, store->trees[TREE_RECORDS], &cursor);
    while (code == MDB_SUCCESS) {
        code = mdb_cursor_get(cursor, &key, &row, MDB_NEXT);
        if (code != MDB_SUCCESS) break;
        found += contains(value_in_row(row.mv_data, SLOT_PHONE), digits, digit_count);
    }
    if (cursor) mdb_cursor_close(cursor);
    mdb_txn_abort(transaction);
    if (code == MDB_NOTFOUND) code = MDB_SUCCESS;
    return lmdb_succeeded(code, "scan the records", report) ? found : -1;
}

double contender_lmdb_scan(
    const char *directory, const char *digits, unsigned passes, contender_report *report) {
    *report = (contender_report){0};
    lmdb_store store;
    if (!lmdb_open(&store, directory, true, report)) return -1;
    stopwatch watch = {0};
    int64_t found = count_rows(&store, digits, report);
    start(&watch);
    for (unsigned pass = 0; pass < passes && found >= 0; pass++) {
        found = count_rows(&store, digits, report);
        report->checksum += (uint64_t)found;
    }
    stop(&watch);
    lmdb_close(&store);
    return result_of(&watch, found >= 0, report);
}
