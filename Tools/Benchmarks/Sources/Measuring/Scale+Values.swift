internal import CWorkload

extension Scale {
    /// The bytes of all values that a work writes to the store, based on the mean of some of them;
    /// 0 for one that writes none.
    ///
    /// The bytes written to the disk, divided by this, are the write amplification.
    public func valueByteCount(of work: Work) -> Double {
        switch work {
        case .createDurable, .createSingle, .createBulk:
            Double(count(of: work)) * meanRequestByteCount
        case .updateBulk, .updateDurable: Double(count(of: work)) * meanUpdateByteCount
        default: 0
        }
    }

    /// For a record with all of its fields.
    public var meanRequestByteCount: Double {
        unsafe mean { workload, count in
            let requests = unsafe workload_requests(workload, 0, count)
            return (0..<count).reduce(0) { sum, place in
                let request = unsafe requests[place]
                let texts = unsafe [
                    request.name, request.status, request.reason, request.channel, request.phone,
                    request.description,
                ]
                // An owner's id has 8 bytes, a boolean 1.
                return unsafe texts.reduce(sum + 9) { unsafe $0 + Double($1.count) }
            }
        }
    }

    private var meanUpdateByteCount: Double {
        unsafe mean { workload, count in
            let updates = unsafe workload_updates(workload, 0, count, recordCount)
            return (0..<count).reduce(0) { sum, place in
                let update = unsafe updates[place]
                return unsafe sum + Double(update.status.count) + Double(update.description.count)
            }
        }
    }

    private func mean(_ sum: (OpaquePointer, Int) -> Double) -> Double {
        let count = Int(min(recordCount, 10_000))
        guard let workload = unsafe workload_create(count) else { return 0 }
        defer { unsafe workload_destroy(workload) }
        return unsafe sum(workload, count) / Double(count)
    }
}
