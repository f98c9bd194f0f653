#ifndef ANNALS_LMDB_CONTENDER_H
#define ANNALS_LMDB_CONTENDER_H

#include "CContenders.h"
#include "measure.h"

#include <lmdb.h>

// The engine's trees on raw LMDB, as fast as LMDB was measured to take them: compact keys in the
// order of their bytes, tree after tree in key order, a cursor a tree for the whole transaction,
// MDB_APPEND where keys ascend, rows and log encoded in LMDB's own pages (MDB_RESERVE).

typedef enum {
    /// (transaction number, frame) -> one call
    TREE_LOG,
    /// serial -> row
    TREE_RECORDS,
    /// (SystemModstamp in seconds, serial)
    TREE_TIMES,
    /// (value, serial), a tree a field
    TREE_NAME,
    TREE_OWNER,
    TREE_STATUS,
    TREE_REASON,
    TREE_CREATED,
    TREE_COUNT,
} tree_id;

typedef struct {
    MDB_env *environment;
    MDB_dbi trees[TREE_COUNT];
} lmdb_store;

extern const char *const lmdb_tree_names[TREE_COUNT];

/// Whether LMDB did what it was asked for; otherwise the report says why.
static inline bool lmdb_succeeded(int code, const char *doing, contender_report *report) {
    return code == MDB_SUCCESS || failed(report, doing, mdb_strerror(code));
}

/// Opens the store with all of its trees, or leaves nothing open.
bool lmdb_open(
    lmdb_store *store, const char *directory, bool is_durable, contender_report *report);

void lmdb_close(lmdb_store *store);

/// A read transaction, or null.
MDB_txn *lmdb_begin_reading(const lmdb_store *store, contender_report *report);

double lmdb_create(const char *directory, contender_calls calls, contender_report *report);

double lmdb_update(
    const char *directory, contender_calls calls, uint64_t record_count,
    contender_report *report);

double lmdb_retrieve(
    const char *directory, const uint64_t *serials, size_t count, size_t per_transaction,
    contender_report *report);

double lmdb_updated_serials(
    const char *directory, int64_t from_second, int64_t until_second, uint64_t *serials,
    size_t count, unsigned passes, contender_report *report);

double lmdb_verify(const char *directory, uint64_t record_count, contender_report *report);

#endif
