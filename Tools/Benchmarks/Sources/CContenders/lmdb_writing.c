#include "keys.h"
#include "lmdb_contender.h"
#include "records.h"

#include <stdlib.h>

/// What a writer keeps from call to call.
typedef struct {
    lmdb_store *store;
    workload *workload;
    MDB_txn *transaction;
    /// Opened when a transaction first needs them, closed before it commits.
    MDB_cursor *cursors[TREE_COUNT];
    /// The number of the last call in the log.
    uint64_t number;
    record_values *values;
    uint8_t *log;
    /// Two keys per record: an update removes one and adds one.
    tree_key *keys;
    tree_key *status_keys;
    tree_key *sorting_space;
} lmdb_writer;

static MDB_cursor *cursor_of(lmdb_writer *writer, tree_id tree, contender_report *report) {
    if (!writer->cursors[tree]) {
        const MDB_dbi handle = writer->store->trees[tree];
        const int code =
            mdb_cursor_open(writer->transaction, handle, &writer->cursors[tree]);
        if (!lmdb_succeeded(code, "open a cursor", report)) return NULL;
    }
    return writer->cursors[tree];
}

static void close_cursors(lmdb_writer *writer) {
    for (tree_id tree = 0; tree < TREE_COUNT; tree++) {
        if (writer->cursors[tree]) mdb_cursor_close(writer->cursors[tree]);
        writer->cursors[tree] = NULL;
    }
}

static bool begin_call(lmdb_writer *writer, contender_report *report) {
    writer->number++;
    const int code =
        mdb_txn_begin(writer->store->environment, NULL, 0, &writer->transaction);
    return lmdb_succeeded(code, "begin", report);
}

/// Commits, or rolls the call back if it failed.
static bool end_call(lmdb_writer *writer, bool is_good, contender_report *report) {
    close_cursors(writer);
    MDB_txn *transaction = writer->transaction;
    writer->transaction = NULL;
    if (is_good) return lmdb_succeeded(mdb_txn_commit(transaction), "commit", report);
    mdb_txn_abort(transaction);
    return false;
}

/// Puts one key. With `*appends` it is first tried at the end, which fills pages completely instead
/// of splitting them in halves; once a key does not belong there, that is not tried again.
static int put(
    MDB_cursor *cursor, MDB_val key, MDB_val *value, unsigned flags, bool *appends) {
    if (*appends) {
        const int code = mdb_cursor_put(cursor, &key, value, flags | MDB_APPEND);
        if (code != MDB_KEYEXIST) return code;
        *appends = false;
    }
    return mdb_cursor_put(cursor, &key, value, flags);
}

/// Adds and removes keys without values, in the order of the tree.
static bool write_keys(
    lmdb_writer *writer, tree_id tree, tree_key *keys, size_t count, bool appends,
    contender_report *report) {
    if (!count) return true;
    MDB_cursor *cursor = cursor_of(writer, tree, report);
    if (!cursor) return false;
    sort_keys(keys, count, writer->sorting_space);
    for (size_t index = 0; index < count; index++) {
        MDB_val key = {keys[index].count, keys[index].bytes}, nothing = {0, NULL};
        int code;
        if (keys[index].is_removal) {
            code = mdb_cursor_get(cursor, &key, &nothing, MDB_SET);
            if (code == MDB_SUCCESS) code = mdb_cursor_del(cursor, 0);
        } else {
            code = put(cursor, key, &nothing, 0, &appends);
        }
        if (!lmdb_succeeded(code, lmdb_tree_names[tree], report)) return false;
    }
    return true;
}

/// Makes room in the log for the writer's current call; null if that fails.
static uint8_t *reserve_log(lmdb_writer *writer, size_t byte_count, contender_report *report) {
    uint8_t bytes[10] = {0};
    put64(bytes, writer->number);
    MDB_val key = {sizeof bytes, bytes}, value = {byte_count, NULL};
    MDB_cursor *cursor = cursor_of(writer, TREE_LOG, report);
    if (!cursor) return NULL;
    const int code = mdb_cursor_put(cursor, &key, &value, MDB_RESERVE | MDB_APPEND);
    return lmdb_succeeded(code, lmdb_tree_names[TREE_LOG], report) ? value.mv_data : NULL;
}

static bool put_rows(
    lmdb_writer *writer, const workload_request *requests, size_t count,
    contender_report *report) {
    MDB_cursor *cursor = cursor_of(writer, TREE_RECORDS, report);
    if (!cursor) return false;
    bool appends = true;
    for (size_t place = 0; place < count; place++) {
        uint8_t serial[6];
        put48(serial, requests[place].serial);
        MDB_val key = {sizeof serial, serial};
        MDB_val value = {row_byte_count(&writer->values[place]), NULL};
        const int code = put(cursor, key, &value, MDB_RESERVE, &appends);
        if (!lmdb_succeeded(code, lmdb_tree_names[TREE_RECORDS], report)) return false;
        const row_header header =
            header_of_new_row(&requests[place], event_position(writer->number, place));
        encode_row(value.mv_data, &header, &writer->values[place]);
    }
    return true;
}

static tree_key key_of_request(tree_id tree, const workload_request *request) {
    switch (tree) {
    case TREE_NAME: return text_key(request->name, request->serial);
    case TREE_OWNER: return reference_key(user_key(request->owner), request->serial);
    case TREE_STATUS: return text_key(request->status, request->serial);
    case TREE_REASON: return text_key(request->reason, request->serial);
    default: return time_key(request->created, request->serial);
    }
}

static bool put_requests(
    lmdb_writer *writer, const workload_request *requests, size_t count,
    contender_report *report) {
    for (size_t place = 0; place < count; place++) {
        values_of_request(&writer->values[place], &requests[place]);
    }
    const size_t log_byte_count = log_byte_count_of_creates(writer->values, count);
    uint8_t *log = reserve_log(writer, log_byte_count, report);
    if (!log) return false;
    encode_log_of_creates(log, writer->number, requests, writer->values, count);

    if (!put_rows(writer, requests, count, report)) return false;
    for (tree_id tree = TREE_TIMES; tree < TREE_COUNT; tree++) {
        for (size_t place = 0; place < count; place++) {
            writer->keys[place] = key_of_request(tree, &requests[place]);
        }
        const bool ascends = tree == TREE_TIMES || tree == TREE_NAME || tree == TREE_CREATED;
        if (!write_keys(writer, tree, writer->keys, count, ascends, report)) return false;
    }
    return true;
}

/// The keys that the updates of a call change, in addition to the rows.
typedef struct {
    size_t time_count;
    size_t status_count;
} changed_keys;

/// Rewrites one row, adds its event to the log and notes the keys that change.
static uint8_t *put_update(
    lmdb_writer *writer, MDB_cursor *cursor, const workload_update *update, uint64_t position,
    uint8_t *log, changed_keys *changed, contender_report *report) {
    uint8_t serial[6];
    put48(serial, update->serial);
    MDB_val key = {sizeof serial, serial}, value;
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET);
    if (!lmdb_succeeded(code, "find a record", report)) return NULL;

    row_header header = header_of_row(value.mv_data);
    record_values values;
    values_of_row(&values, value.mv_data);
    const update_before before = {
        .previous_position = header.last_position,
        .last_modified = header.last_modified,
        .last_modified_by = header.last_modified_by,
        .system_modstamp = header.system_modstamp,
        .status = values.slots[SLOT_STATUS],
        .description = values.slots[SLOT_DESCRIPTION],
    };
    log = log_update(log, update, &before);
    if (second_of(before.system_modstamp) != second_of(update->time)) {
        tree_key *keys = writer->keys + changed->time_count;
        keys[0] = time_key(before.system_modstamp, update->serial);
        keys[0].is_removal = true;
        keys[1] = time_key(update->time, update->serial);
        changed->time_count += 2;
    }
    if (!is_equal(before.status, update->status)) {
        tree_key *keys = writer->status_keys + changed->status_count;
        keys[0] = text_key(before.status, update->serial);
        keys[0].is_removal = true;
        keys[1] = text_key(update->status, update->serial);
        changed->status_count += 2;
    }

    header.last_position = position;
    header.last_modified = header.system_modstamp = update->time;
    header.last_modified_by = acting_user();
    values.slots[SLOT_STATUS] = update->status;
    values.slots[SLOT_DESCRIPTION] = update->description;
    // Not in LMDB's page, because the old row, from which values are copied, may be in the same
    // one.
    uint8_t row[ROW_BYTES_MAX];
    encode_row(row, &header, &values);
    value = (MDB_val){row_byte_count(&values), row};
    code = mdb_cursor_put(cursor, &key, &value, MDB_CURRENT);
    return lmdb_succeeded(code, lmdb_tree_names[TREE_RECORDS], report) ? log : NULL;
}

static bool put_updates(
    lmdb_writer *writer, workload_update *updates, size_t count, contender_report *report) {
    MDB_cursor *cursor = cursor_of(writer, TREE_RECORDS, report);
    if (!cursor) return false;
    sort_updates(updates, count);
    changed_keys changed = {0, 0};
    uint8_t *end = begin_log(writer->log, writer->number, updates[0].time, count);
    for (size_t place = 0; place < count; place++) {
        const uint64_t position = event_position(writer->number, place);
        end = put_update(writer, cursor, &updates[place], position, end, &changed, report);
        if (!end) return false;
    }
    const size_t log_byte_count = (size_t)(end - writer->log);
    uint8_t *log = reserve_log(writer, log_byte_count, report);
    if (!log) return false;
    memcpy(log, writer->log, log_byte_count);
    return write_keys(writer, TREE_TIMES, writer->keys, changed.time_count, true, report)
        && write_keys(
            writer, TREE_STATUS, writer->status_keys, changed.status_count, false, report);
}

static bool find_last_number(lmdb_writer *writer, contender_report *report) {
    MDB_txn *transaction;
    int code = mdb_txn_begin(writer->store->environment, NULL, MDB_RDONLY, &transaction);
    if (!lmdb_succeeded(code, "begin", report)) return false;
    MDB_cursor *cursor;
    MDB_val key, value;
    code = mdb_cursor_open(transaction, writer->store->trees[TREE_LOG], &cursor);
    if (code == MDB_SUCCESS) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
        if (code == MDB_SUCCESS) writer->number = get64(key.mv_data);
        if (code == MDB_NOTFOUND) code = MDB_SUCCESS;
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(transaction);
    return lmdb_succeeded(code, "find the end of the log", report);
}

static void close_writer(lmdb_writer *writer) {
    workload_destroy(writer->workload);
    free(writer->values);
    free(writer->log);
    free(writer->keys);
    free(writer->status_keys);
    free(writer->sorting_space);
}

/// The caller closes the writer in any case.
static bool open_writer(
    lmdb_writer *writer, lmdb_store *store, size_t batch, contender_report *report) {
    writer->store = store;
    writer->workload = workload_create(batch);
    writer->values = calloc(batch, sizeof *writer->values);
    writer->log = malloc(LOG_TRANSACTION_BYTES + batch * LOG_UPDATE_BYTES_MAX);
    writer->keys = calloc(2 * batch, sizeof *writer->keys);
    writer->status_keys = calloc(2 * batch, sizeof *writer->status_keys);
    writer->sorting_space = calloc(2 * batch, sizeof *writer->sorting_space);
    if (!writer->workload || !writer->values || !writer->log || !writer->keys
        || !writer->status_keys || !writer->sorting_space) {
        return failed(report, "prepare a writer", "out of memory");
    }
    return find_last_number(writer, report);
}

/// Makes the calls; `record_count` is the number of records to update, or 0 to create.
static bool make_calls(
    lmdb_writer *writer, contender_calls calls, uint64_t record_count, stopwatch *watch,
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
        if (!begin_call(writer, report)) return false;
        const bool is_good = updates ? put_updates(writer, updates, count, report)
                                     : put_requests(writer, requests, count, report);
        if (!end_call(writer, is_good, report)) return false;
        stop(watch);
        done += count;
    }
    if (calls.is_durable) return true;
    start(watch);
    const int code = mdb_env_sync(writer->store->environment, 1);
    stop(watch);
    return lmdb_succeeded(code, "synchronize", report);
}

static double write_calls(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report) {
    *report = (contender_report){0};
    lmdb_store store;
    if (!lmdb_open(&store, directory, calls.is_durable, report)) return -1;
    lmdb_writer writer = {0};
    stopwatch watch = {0};
    const bool is_good = open_writer(&writer, &store, calls.batch, report)
        && make_calls(&writer, calls, record_count, &watch, report);
    close_writer(&writer);
    lmdb_close(&store);
    report->checksum = calls.count;
    return result_of(&watch, is_good, report);
}

double lmdb_create(
    const char *directory, contender_calls calls, contender_report *report) {
    return write_calls(directory, calls, 0, report);
}

double lmdb_update(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report) {
    return write_calls(directory, calls, record_count, report);
}
