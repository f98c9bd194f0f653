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

// What the system may refuse a store: the library is loaded before a program that works on stores,
// and lets one call of the system fail at a time.
let package = Package(
    name: "annals-faults",
    products: [.library(name: "refusing", type: .dynamic, targets: ["CRefusing"])],
    dependencies: [.package(name: "annals", path: "../..")],
    targets: [
        .target(
            name: "CRefusing",
            cSettings: [
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
                .define("_GNU_SOURCE"),
            ],
            linkerSettings: [.linkedLibrary("dl")]
        ),
        .executableTarget(
            name: "fault-workload",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "faults",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
    ],
    cLanguageStandard: .c17
)
