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
]

let strictC: [CSetting] = [
    .enableWarning("all"),
    .enableWarning("extra"),
    .treatAllWarnings(as: .error),
    // With plain C11 the headers show clock_gettime and friends only when asked.
    .define("_POSIX_C_SOURCE", to: "200809L"),
]

// Read the targets downwards: each depends only on those above it.
let package = Package(
    name: "annals-benchmarks",
    dependencies: [.package(name: "annals", path: "../..")],
    targets: [
        // Not called CLMDB: that is a target of the engine, and target names are shared.
        .systemLibrary(name: "CRawLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .target(name: "CWorkload", cSettings: strictC),
        .target(
            name: "CContenders",
            dependencies: ["CRawLMDB", "CSQLite", "CWorkload"],
            cSettings: strictC
        ),
        .target(
            name: "Measuring",
            dependencies: ["CContenders", "CWorkload"],
            swiftSettings: strict
        ),
        .executableTarget(name: "contenders", dependencies: ["Measuring"], swiftSettings: strict),
        .executableTarget(
            name: "annals-benchmark",
            dependencies: [
                "CWorkload", "Measuring",
                .product(name: "Annals", package: "annals"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "hot-paths",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "recovery-benchmark",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
    ],
    cLanguageStandard: .c11
)
