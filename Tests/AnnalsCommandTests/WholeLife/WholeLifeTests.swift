import AnnalsTestSupport
import AnnalsWholeLife
import Testing

/// Short lives without kills and clock jumps; `Tools/whole-life` runs long ones with both.
struct `A whole life` {
    let scratch = Scratch()

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `is what a naive model makes of it`(seed: UInt64) {
        let options = Options(
            annals: Program.path,
            worker: nil,
            preload: nil,
            scratch: scratch("")
        )
        var runner = Runner(options: options, shrinks: false)
        let happenings = Profile.happenings("everyday", count: 30, seed: seed)

        let found = runner.live(seed, happenings, options)

        #expect(found == nil, "seed \(seed): \(happenings)")
    }
}
