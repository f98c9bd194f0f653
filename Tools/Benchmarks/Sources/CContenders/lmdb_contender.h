#ifndef ANNALS_LMDB_CONTENDER_H
#define ANNALS_LMDB_CONTENDER_H

#include "CContenders.h"
#include "measure.h"

#include <lmdb.h>

// The engine's trees on raw LMDB, in the fastest way that was found by measuring: compact keys in
// byte order, tree after tree in key order, one cursor per tree for the whole transaction,
// MDB_APPEND where keys ascend, and rows and log encoded directly in LMDB's pages (MDB_RESERVE).

typedef enum {
    /// (transaction number, frame) -> one call
    TREE_LOG,
    /// serial -> row
    TREE_RECORDS,
    /// (SystemModstamp in seconds, serial)
    TREE_TIMES,
    /// (value, serial), one tree per field
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

/// Whether LMDB succeeded; otherwise the report says why it did not.
static inline bool lmdb_succeeded(int code, const char *doing, contender_report *report) {
    return code == MDB_SUCCESS || failed(report, doing, mdb_strerror(code));
}

/// Opens the store with all its trees, or leaves nothing open.
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
