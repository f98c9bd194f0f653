// swift-tools-version: 6.3
import PackageDescription

/// As in the engine's own manifest.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// A module of the engine: a link to its sources, so that a harness can use its internals.
func engine(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        swiftSettings: strict + [.unsafeFlags(["-enable-testing"])]
    )
}

func harness(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]
    )
}

// Build with `swift build -c release --sanitize fuzzer`: libFuzzer provides `main`, and without the
// flag there is none. This is a separate package, so that users never resolve it; nothing is
// downloaded, because `Crypto` is a stand-in (see there). Each new module of the engine needs a
// link and a line here.
let package = Package(
    name: "annals-fuzzing",
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .target(name: "CCRC32C"),
        .target(name: "Crypto", swiftSettings: strict),
        engine("AnnalsBytes", ["CCRC32C"]),
        engine("AnnalsLMDB", ["CLMDB", "AnnalsBytes"]),
        engine("AnnalsJSON"),
        engine("AnnalsSchema", ["AnnalsJSON"]),
        engine("AnnalsProof", ["AnnalsBytes", "AnnalsSchema", "AnnalsLog", "Crypto"]),
        engine("AnnalsSOQL"),
        engine("AnnalsDescribe", ["AnnalsJSON", "AnnalsSchema"]),
        engine("AnnalsLog", ["AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "Crypto"]),
        engine("AnnalsProjections", ["AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsLog"]),
        engine(
            "AnnalsArchive",
            ["CZstd", "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsLog", "Crypto"]
        ),
        engine(
            "AnnalsQuery",
            [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsLog", "AnnalsProjections",
                "AnnalsSOQL",
            ]
        ),
        engine(
            "Annals",
            [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsDescribe", "AnnalsLog",
                "AnnalsProjections", "AnnalsArchive", "AnnalsProof", "AnnalsQuery", "AnnalsSOQL",
            ]
        ),
        engine("AnnalsImport", ["Annals", "AnnalsJSON", "AnnalsSchema"]),
        .target(name: "FuzzScratch", swiftSettings: strict),
        harness("fuzz-soql", ["AnnalsSOQL"]),
        harness(
            "fuzz-events",
            [
                "AnnalsBytes", "AnnalsLMDB", "AnnalsSchema", "AnnalsLog", "AnnalsProjections",
                "FuzzScratch",
            ]
        ),
        harness("fuzz-archive", ["AnnalsArchive", "AnnalsBytes", "AnnalsLog", "FuzzScratch"]),
        harness("fuzz-proof", ["AnnalsProof"]),
        harness("fuzz-input", ["AnnalsImport", "AnnalsDescribe", "AnnalsSchema", "FuzzScratch"]),
        harness("fuzz-store", ["Annals", "AnnalsBytes", "AnnalsLMDB", "FuzzScratch"]),
    ]
)
