internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

extension Field {
    /// The bytes of a value as the field keeps it; empty for null.
    func bytes(of value: Value, isTruncating: Bool) throws(RecordError) -> [UInt8] {
        let normalized = try normalized(value, isTruncating: isTruncating)
        var bytes = ByteWriter()
        do throws(UnfitValue) {
            try bytes.append(normalized)
        } catch {
            throw .unfit(self)
        }
        return bytes.bytes
    }
}

extension RecordError {
    /// A value that was accepted, and that rows have no bytes for.
    static func unfit(_ field: Field) -> RecordError {
        RecordError(
            .invalidTypeOnFieldInRecord,
            "\(name: field.label): value not of required type",
            fields: [field.name]
        )
    }
}
