#include "keys.h"
#include "lmdb_contender.h"
#include "records.h"

/// Whether the tree has the key.
static bool holds(
    MDB_txn *transaction, const lmdb_store *store, tree_id tree, tree_key key,
    contender_report *report) {
    MDB_val bytes = {key.count, key.bytes}, nothing;
    const int code = mdb_get(transaction, store->trees[tree], &bytes, &nothing);
    return lmdb_succeeded(code, lmdb_tree_names[tree], report);
}

/// Whether every index has the entry of this row.
static bool is_indexed(
    MDB_txn *transaction, const lmdb_store *store, uint64_t serial, const uint8_t *row,
    contender_report *report) {
    const row_header header = header_of_row(row);
    uint64_t owner;
    memcpy(&owner, value_in_row(row, SLOT_OWNER).bytes, 8);
    const tree_key keys[TREE_COUNT] = {
        [TREE_TIMES] = time_key(header.system_modstamp, serial),
        [TREE_NAME] = text_key(value_in_row(row, SLOT_NAME), serial),
        [TREE_OWNER] = reference_key(owner, serial),
        [TREE_STATUS] = text_key(value_in_row(row, SLOT_STATUS), serial),
        [TREE_REASON] = text_key(value_in_row(row, SLOT_REASON), serial),
        [TREE_CREATED] = time_key(header.created, serial),
    };
    for (tree_id tree = TREE_TIMES; tree < TREE_COUNT; tree++) {
        if (!holds(transaction, store, tree, keys[tree], report)) return false;
    }
    return true;
}

static uint64_t hashed_row(uint64_t hash, uint64_t serial, const uint8_t *row) {
    const row_header header = header_of_row(row);
    hash = hashed(hash, &serial, sizeof serial);
    // In seconds, like the engine's.
    const int64_t times[2] = {second_of(header.created), second_of(header.system_modstamp)};
    hash = hashed(hash, times, sizeof times);
    for (int slot = 1; slot <= SLOT_IS_CALLBACK; slot++) {
        const workload_text value = value_in_row(row, slot);
        hash = hashed(hash, value.bytes, value.count);
    }
    return hash;
}

static bool verify_trees(
    MDB_txn *transaction, const lmdb_store *store, uint64_t record_count,
    contender_report *report) {
    for (tree_id tree = TREE_RECORDS; tree < TREE_COUNT; tree++) {
        MDB_stat status;
        const int code = mdb_stat(transaction, store->trees[tree], &status);
        if (!lmdb_succeeded(code, "count a tree", report)) return false;
        if (status.ms_entries != record_count) {
            return failed(report, lmdb_tree_names[tree], "not an entry for each record");
        }
    }
    MDB_cursor *cursor;
    int code = mdb_cursor_open(transaction, store->trees[TREE_RECORDS], &cursor);
    if (!lmdb_succeeded(code, "open a cursor", report)) return false;
    MDB_val key, row;
    uint64_t hash = HASH_START;
    bool is_good = true;
    while (is_good && !(code = mdb_cursor_get(cursor, &key, &row, MDB_NEXT))) {
        const uint64_t serial = get48(key.mv_data);
        hash = hashed_row(hash, serial, row.mv_data);
        is_good = is_indexed(transaction, store, serial, row.mv_data, report);
    }
    mdb_cursor_close(cursor);
    report->checksum = hash;
    return is_good && (code == MDB_NOTFOUND || lmdb_succeeded(code, "scan the records", report));
}

double lmdb_verify(
    const char *directory, uint64_t record_count, contender_report *report) {
    *report = (contender_report){0};
    lmdb_store store;
    if (!lmdb_open(&store, directory, true, report)) return -1;
    stopwatch watch = {0};
    start(&watch);
    MDB_txn *transaction = lmdb_begin_reading(&store, report);
    const bool is_good =
        transaction && verify_trees(transaction, &store, record_count, report);
    if (transaction) mdb_txn_abort(transaction);
    stop(&watch);
    lmdb_close(&store);
    return result_of(&watch, is_good, report);
}
