/// How moments are written, for the help of all commands that accept one.
enum MomentHelp {
    static let text = """
        A moment is a position of the log such as 1200 (digits alone are one), a time such as \
        2026-01-31T08:15:30Z, which stands for the end of its second (of its minute, if it has no \
        seconds), or a day, which stands for its beginning in UTC. A moment in the future is \
        rejected.
        """
}
