/// The program's exit codes; used in scripts, so never renumbered.
enum ExitStatus: Int32 {
    case fine = 0
    /// Some records were rejected, or do not exist; the answer says which and why.
    case recordsRefused = 1
    /// The call, or its input, was rejected: nothing of the call was written.
    case callRefused = 2
    /// The store could not be opened, read or written.
    case storageFailed = 3
    /// Damage was found, by whatever command, or a proof is invalid.
    case damaged = 4
    /// Stopped by Ctrl-C or SIGTERM, between two steps.
    case interrupted = 5

    // 64 is ArgumentParser's own, for a command line that it cannot read.

    static let help = """
        Exit codes: 0 success; 1 some records were rejected or do not exist (the answer says \
        which); 2 the call or its input was rejected; 3 the store could not be opened, read or \
        written; 4 damage was found, or a proof is invalid; 5 interrupted; 64 the command line was \
        not understood.
        """
}
