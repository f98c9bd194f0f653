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

// Build with `swift build -c release --sanitize fuzzer`: libFuzzer brings `main`, and without the
// flag there is none. A package of its own, so that users never resolve it; and the parser is a
// link to the engine's, so that nothing else is fetched or built.
let package = Package(
    name: "annals-fuzzing",
    targets: [
        .target(name: "AnnalsSOQL", swiftSettings: strict),
        .executableTarget(
            name: "fuzz-soql",
            dependencies: ["AnnalsSOQL"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]
        ),
    ]
)
