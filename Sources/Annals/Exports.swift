// One import for users: the values, ids, times and errors that the calls take and return.
@_exported public import AnnalsArchive
@_exported public import AnnalsDescribe
@_exported public import AnnalsLMDB
@_exported public import AnnalsLog
@_exported public import AnnalsProof
@_exported public import AnnalsQuery
@_exported public import AnnalsSchema
