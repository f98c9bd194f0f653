#include "lmdb_contender.h"

const char *const lmdb_tree_names[TREE_COUNT] = {
    "log",         "records",      "times",        "index.name",
    "index.owner", "index.status", "index.reason", "index.created",
};

/// Address space, not memory.
#define MAP_BYTES ((size_t)64 << 30)

void lmdb_close(lmdb_store *store) {
    if (store->environment) mdb_env_close(store->environment);
    store->environment = NULL;
}

static bool open_trees(lmdb_store *store, contender_report *report) {
    MDB_txn *transaction;
    int code = mdb_txn_begin(store->environment, NULL, 0, &transaction);
    if (!lmdb_succeeded(code, "begin", report)) return false;
    for (tree_id tree = 0; tree < TREE_COUNT; tree++) {
        code = mdb_dbi_open(transaction, lmdb_tree_names[tree], MDB_CREATE, &store->trees[tree]);
        if (!lmdb_succeeded(code, "open a tree", report)) {
            mdb_txn_abort(transaction);
            return false;
        }
    }
    return lmdb_succeeded(mdb_txn_commit(transaction), "commit", report);
}

bool lmdb_open(
    lmdb_store *store, const char *directory, bool is_durable, contender_report *report) {
    store->environment = NULL;
    if (!lmdb_succeeded(mdb_env_create(&store->environment), "create", report)) return false;
    const unsigned flags = MDB_NOTLS | (is_durable ? 0 : MDB_NOSYNC);
    int code = mdb_env_set_mapsize(store->environment, MAP_BYTES);
    if (code == MDB_SUCCESS) code = mdb_env_set_maxdbs(store->environment, TREE_COUNT);
    if (code == MDB_SUCCESS) code = mdb_env_open(store->environment, directory, flags, 0600);
    if (lmdb_succeeded(code, "open", report) && open_trees(store, report)) return true;
    lmdb_close(store);
    return false;
}

MDB_txn *lmdb_begin_reading(const lmdb_store *store, contender_report *report) {
    MDB_txn *transaction;
    const int code = mdb_txn_begin(store->environment, NULL, MDB_RDONLY, &transaction);
    return lmdb_succeeded(code, "begin", report) ? transaction : NULL;
}

const contender *contender_lmdb(void) {
    static const contender lmdb = {
        .name = "lmdb",
        .create = lmdb_create,
        .update = lmdb_update,
        .retrieve = lmdb_retrieve,
        .updated_serials = lmdb_updated_serials,
        .verify = lmdb_verify,
    };
    return &lmdb;
}

const char *contender_lmdb_version(void) { return mdb_version(NULL, NULL, NULL); }
